import Evaluation
import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// Does the consistency term improve MoCo's features on CIFAR-10?
public struct CO2OnCIFAR10: Experiment {
  public static let name = "co2-cifar10"
  public static let paper = Paper(
    "CO2: Consistent Contrast for Unsupervised Visual Representation Learning",
    authors: "Wei, Wang, Shen, Yuille", venue: "ICLR 2021", arXiv: "2010.02217", folder: "co2")
  public static let cost =
    "reduced: 20 epochs, 12 to 15 minutes per arm and seed on two Zen 4 cores"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [
    NearestNeighbors(), LinearProbe(), SemiSupervised(percent: 1), SemiSupervised(percent: 10),
    ClassTransfer(), ClassifierAccuracy(), SemiSupervisedProbes(percent: 1),
    SemiSupervisedProbes(percent: 10),
  ]
  public let claims = [
    Claim(
      "The consistency term improves the linear-probe accuracy of MoCo's features.",
      [Comparison("MoCo + CO2", over: "MoCo", evaluation: "linear-v1")],
      equalWithin: 0.5, because: "the published gain over MoCo v2 is half a point",
      provided: [
        .term(metric: "loss/consistency", of: "MoCo + CO2", below: "MoCo", by: 0.25),
        .beats(floor: "random encoder"), .notCollapsed,
      ],
      published: PublishedDifference(0.5, "MoCo v2 on ImageNet, authors' slides"))
  ]
  private let encoder: ResNet.Configuration
  private let plan: TrainingPlan
  private let supervisedPlan: TrainingPlan
  private let moco: CO2.Hyperparameters

  public init(scale: Scale) {
    var moco = CO2.Hyperparameters()
    var plan = TrainingPlan(
      epochs: 20, batchSize: 256, optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine())
    var supervisedPlan = TrainingPlan.supervised(epochs: 20, batchSize: 256)
    switch scale {
    case .paper:  // the MoCo authors' CIFAR recipe with CO2 on top; the CO2 paper itself has none
      (dataset, encoder) = (.cifar10, .resNet18(normalizationGroups: 8))
      (plan.epochs, plan.batchSize, supervisedPlan.epochs) = (200, 512, 200)
      (moco.hasHiddenLayer, moco.smallestCrop) = (false, 0.08)
    case .reduced:
      (dataset, encoder) = (.cifar10, .resNet18(width: 16, normalizationGroups: 8))
      moco.consistencyWeight = 0.1  // chosen on held-out images; README.md says how
    case .demo:
      (dataset, encoder) = (.shapes.first(3_000), .resNet18(width: 8, normalizationGroups: 4))
      (plan.epochs, plan.batchSize, supervisedPlan.epochs, supervisedPlan.batchSize) = (8, 64, 4, 64)
      (moco.queueLength, moco.consistencyWeight) = (512, 0.1)
    case .smoke:
      (dataset, encoder) = (.cifar10.first(512), .resNet18(width: 4, normalizationGroups: 2))
      (plan.epochs, plan.batchSize, supervisedPlan.epochs, supervisedPlan.batchSize) = (2, 64, 2, 64)
      moco.queueLength = 256
    }
    (self.plan, self.supervisedPlan, self.moco) = (plan, supervisedPlan, moco)
  }

  public var arms: [Arm] {
    pair { contrastive($0, $1, plan) } + references + withinBatch + suspects + ofFiveClasses
  }

  /// MoCo and the same with the consistency term.
  private func pair(_ arm: (_ name: String, CO2.Hyperparameters) -> Arm) -> [Arm] {
    var plain = moco
    plain.consistencyWeight = 0
    return [arm("MoCo", plain), arm("MoCo + CO2", moco)]
  }

  /// A floor and a ceiling for the headline's numbers.
  private var references: [Arm] {
    var untrained = plan
    untrained.epochs = 0
    return [
      contrastive("random encoder", role: .reference, moco, untrained),
      .supervised(encoder, classCount: dataset.classCount, plan: supervisedPlan),
    ]
  }

  /// CO2 on top of SimCLR, with the constants of its one published use on CIFAR-10 (third party: philippmwirth/co2).
  private var withinBatch: [Arm] {
    var base = CO2WithinBatch.Hyperparameters()
    (base.hasHiddenLayer, base.smallestCrop) = (moco.hasHiddenLayer, moco.smallestCrop)
    var (plain, detached) = (base, base)
    plain.consistencyWeight = 0
    detached.detachesKeys = true
    let variants: KeyValuePairs = [
      "SimCLR": plain, "SimCLR + CO2": base, "SimCLR + CO2 with detached keys": detached,
    ]
    var ungrouped = encoder
    ungrouped.normalizationGroups = 1
    return variants.map { name, hyperparameters in
      Arm(
        name, role: .exploratory, hyperparameters: NetworkAndMethod(ungrouped, hyperparameters), plan: plan
      ) { constants, seen, random in
        CO2WithinBatch(constants.network, constants.method, side: seen?.side ?? 32, using: &random)
      }
    }
  }

  /// The usual suspects where an effect is missing or surprising: each changes one thing of the headline's arms, of both
  /// where both have it.
  private var suspects: [Arm] {
    let consistency: [Arm] = [
      explored("three times the weight", moco) { $0.consistencyWeight *= 3 },
      explored("weight 1", moco) { $0.consistencyWeight = 1 },
      explored("consistency temperature 0.1", moco) { $0.consistencyTemperature = 0.1 },
    ]
    var longer = plan
    longer.epochs *= 2
    return consistency
      + pair { explored("temperature 0.2", of: $0, $1) { $0.temperature = 0.2 } }
      + pair { explored("four times the queue", of: $0, $1) { $0.queueLength *= 4 } }
      + pair { contrastive("\($0), twice the epochs", role: .exploratory, $1, longer) }
  }

  private func explored(
    _ what: String, of arm: String = "MoCo + CO2", _ constants: CO2.Hyperparameters,
    _ change: (inout CO2.Hyperparameters) -> Void
  ) -> Arm {
    var constants = constants
    change(&constants)
    return contrastive("\(arm), \(what)", role: .exploratory, constants, plan)
  }

  /// Transfer that needs no further data: pre-trained on the images of five classes, asked about the other five.
  private var ofFiveClasses: [Arm] {
    pair { contrastive("\($0), five classes", role: .exploratory, $1, plan, on: .first) }
  }

  private func contrastive(
    _ name: String, role: Arm.Role = .headline, _ hyperparameters: CO2.Hyperparameters, _ plan: TrainingPlan,
    on classes: ClassHalf? = nil
  ) -> Arm {
    Arm(
      name, role: role, hyperparameters: NetworkAndMethod(encoder, hyperparameters), plan: plan,
      pretrainingClasses: classes
    ) { constants, seen, random in
      CO2(constants.network, constants.method, side: seen?.side ?? 32, using: &random)
    }
  }

  public var tables: [PaperTable] {
    let arms: [PaperTable.Line] = [
      .init("MoCo", published: ["MoCo", "MoCo v2", "SimCLR"]),
      .init("MoCo + CO2", published: ["MoCo + CO2", "MoCo v2 + CO2", "SimCLR + CO2"]),
    ]
    return [
      PaperTable(
        "Linear evaluation", published: "co2/linear.csv", "co2/imagenet-100.csv", arms: arms,
        columns: [.init("linear top-1", evaluation: "linear-v1")]),
      PaperTable(
        "kNN on CIFAR-10, by others", published: "co2/third-party-cifar10.csv", "co2/moco-demo-cifar10.csv",
        arms: arms, columns: [.init("kNN top-1, last epoch, backbone", evaluation: "knn-v1")]),
      PaperTable(
        "Semi-supervised", published: "co2/semi-supervised.csv", arms: arms,
        columns: [1, 10].flatMap { percent in
          [("top-5", "top5"), ("top-1", "top1")].map { title, metric in
            .init(
              "\(title) fine-tuned with \(percent) % of the labels",
              evaluation: "semi-supervised-\(percent)-v1", metric: metric)
          }
        }),
      PaperTable(
        "Transfer", published: "co2/transfer.csv",
        arms: arms.map { .init("\($0.arm), five classes", published: $0.published, title: $0.arm) },
        columns: [.init("linear top-1 among the second five classes", evaluation: "class-transfer-v1")],
        note:
          "Ours are trained on the images of the first five classes, which labels chose, and asked about the others."
      ),
    ]
  }
}

extension CO2: KnowsChance {
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["instance": log(Double(hyperparameters.queueLength + 1))]
  }
}

extension CO2.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if let problem = NegativeQueue.problem(length: queueLength, batchSize: plan.batchSize) { return problem }
    if !(temperature > 0 && consistencyTemperature > 0) { return "temperatures are positive" }
    if !(0...1).contains(keyMomentum) { return "keyMomentum lies within 0...1, not at \(keyMomentum)" }
    if embeddingDimension < 1 { return "embeddingDimension is at least 1, not \(embeddingDimension)" }
    return smallestCrop > 0 && smallestCrop <= 1
      ? nil : "smallestCrop lies above 0 and is at most 1, not \(smallestCrop)"
  }
}
