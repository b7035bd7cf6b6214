import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// What is claimed, as a question?
public struct SampleOnCIFAR10: Experiment {
  public static let name = "sample-cifar10"
  public static let paper = Paper(
    "Title", authors: "First, Second", venue: "Venue 2000", arXiv: "0000.00000", folder: "sample")
  public static let cost = "reduced: 12 epochs; not measured yet"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe()]
  public let claims = [
    Claim(
      "Holding embeddings apart improves the linear-probe accuracy of the features.",
      [Comparison("Sample", over: "without spread", evaluation: "linear-v1")],
      equalWithin: 1, because: "say why two arms within so many points count as equal",
      provided: [.beats(floor: "random encoder")])
  ]
  private let encoder: ResNet.Configuration
  private let plan: TrainingPlan
  private let method: Sample.Hyperparameters

  public init(scale: Scale) {
    var method = Sample.Hyperparameters()
    var plan = TrainingPlan(
      epochs: 200, batchSize: 256, optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine())
    switch scale {
    case .paper:  // the published recipe
      (dataset, encoder) = (.cifar10, .resNet18())
    case .reduced:  // what is judged: minutes per arm and seed
      (dataset, encoder) = (.cifar10, .resNet18(width: 16))
      plan.epochs = 12
    default:  // seconds
      (dataset, encoder) = (.cifar10.first(512), .resNet18(width: 4))
      (plan.epochs, plan.batchSize, method.embeddingDimension) = (2, 64, 32)
    }
    (self.plan, self.method) = (plan, method)
  }

  public var arms: [Arm] {
    [
      arm("without spread") { $0.spreadWeight = 0 },
      arm("Sample"),
      arm("random encoder", role: .reference, epochs: 0),
    ]
  }

  private func arm(
    _ name: String, role: Arm.Role = .headline, epochs: Int? = nil,
    _ change: (inout Sample.Hyperparameters) -> Void = { _ in }
  ) -> Arm {
    var (method, plan) = (method, plan)
    change(&method)
    plan.epochs = epochs ?? plan.epochs
    return Arm(name, role: role, hyperparameters: NetworkAndMethod(encoder, method), plan: plan) {
      constants, seen, random in
      Sample(constants.network, constants.method, side: seen?.side ?? 32, using: &random)
    }
  }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "CIFAR-10", published: "sample/cifar10.csv", arms: ["without spread", "Sample"],
        columns: [.init("linear top-1", evaluation: "linear-v1")])
    ]
  }
}
