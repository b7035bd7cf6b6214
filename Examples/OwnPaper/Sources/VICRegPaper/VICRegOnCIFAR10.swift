import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Does the covariance term improve the features?
public struct VICRegOnCIFAR10: Experiment {
  public static let name = "vicreg-cifar10"
  public static let paper = Paper(
    "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning",
    authors: "Bardes, Ponce, LeCun", venue: "ICLR 2022", arXiv: "2105.04906", folder: "vicreg")
  public static let cost = "reduced: 12 epochs; not measured, an example without recorded result"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe()]
  public let claims = [
    Claim(
      "Decorrelating the components of VICReg's embeddings improves the linear-probe accuracy of the features.",
      [Comparison("VICReg", over: "without covariance", evaluation: "linear-v1")],
      because: "no published number of this comparison was read for the example",
      provided: [
        .term(metric: "loss/covariance", of: "VICReg", below: "without covariance", by: 0.25),
        .beats(floor: "random encoder"), .notCollapsed,
      ])
  ]
  private let encoder: ResNet.Configuration
  private let plan: TrainingPlan
  private let method: VICReg.Hyperparameters

  public init(scale: Scale) {
    var method = VICReg.Hyperparameters()
    var plan = TrainingPlan(
      epochs: 1_000, batchSize: 256,
      optimizer: .larc(learningRate: 0.3, momentum: 0.9, weightDecay: 1e-4, trust: 0.02),
      schedule: .cosine(warmupEpochs: 10))
    (method.hiddenDimension, method.embeddingDimension, method.smallestCrop) = (2_048, 2_048, 0.2)
    switch scale {
    case .paper:  // third party: solo-learn's constants for CIFAR-10; the paper itself has none
      (dataset, encoder) = (.cifar10, .resNet18())
    case .reduced:
      (dataset, encoder) = (.cifar10, .resNet18(width: 16))
      (plan.epochs, plan.schedule) = (12, .cosine(warmupEpochs: 1))
      (method.hiddenDimension, method.embeddingDimension) = (512, 512)
    default:  // seconds
      (dataset, encoder) = (.cifar10.first(512), .resNet18(width: 4))
      (plan.epochs, plan.batchSize, plan.schedule) = (2, 64, .cosine())
      (method.hiddenDimension, method.embeddingDimension) = (32, 32)
    }
    (self.plan, self.method) = (plan, method)
  }

  public var arms: [Arm] {
    [
      arm("without covariance") { $0.covarianceWeight = 0 },
      arm("VICReg"),
      arm("random encoder", role: .reference, epochs: 0),
      .supervised(
        encoder, classCount: dataset.classCount,
        plan: .supervised(epochs: min(200, plan.epochs), batchSize: plan.batchSize)),
    ]
  }

  private func arm(
    _ name: String, role: Arm.Role = .headline, epochs: Int? = nil,
    _ change: (inout VICReg.Hyperparameters) -> Void = { _ in }
  ) -> Arm {
    var (method, plan) = (method, plan)
    change(&method)
    plan.epochs = epochs ?? plan.epochs
    return Arm(name, role: role, hyperparameters: NetworkAndMethod(encoder, method), plan: plan) {
      // What it sees is told where that is a folder of one's own.
      constants, seen, random in
      VICReg(constants.network, constants.method, side: seen?.side ?? 32, using: &random)
    }
  }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "CIFAR-10, by others", published: "vicreg/third-party-cifar10.csv",
        arms: ["without covariance", .init("VICReg", published: ["VICReg"])],
        columns: [.init("linear top-1", evaluation: "linear-v1")],
        note: "Theirs are of a classifier that is trained beside the encoder.")
    ]
  }
}
