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
  public static let claim = "The consistency term improves the linear-probe accuracy of MoCo's features."
  public static let cost = "reduced: 20 epochs, about 10 minutes per arm and seed on two cores"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe(), ClassifierAccuracy()]
  public let headline = Comparison("MoCo + CO2", over: "MoCo", evaluation: "linear-v1")
  private let encoder: ResNet.Configuration
  private let plan: TrainingPlan
  private let supervisedPlan: TrainingPlan
  private let moco: CO2.Hyperparameters

  public init(scale: Scale) {
    var moco = CO2.Hyperparameters()
    var plan = TrainingPlan(
      epochs: 20, batchSize: 256, optimizer: .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine())
    var supervisedPlan = TrainingPlan(
      epochs: 20, batchSize: 256, optimizer: .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4),
      schedule: .cosine())
    switch scale {
    case .paper:  // the MoCo authors' CIFAR recipe with CO2 on top; the CO2 paper itself has none
      (dataset, encoder) = (.cifar10, .resNet18(normalizationGroups: 8))
      (plan.epochs, plan.batchSize, supervisedPlan.epochs) = (200, 512, 200)
      (moco.hasHiddenLayer, moco.smallestCrop) = (false, 0.08)
    case .reduced:
      (dataset, encoder) = (.cifar10, .resNet18(width: 16, normalizationGroups: 8))
      moco.consistencyWeight = 0.1  // chosen on held-out images; README.md says how
    case .smoke:
      (dataset, encoder) = (.cifar10.first(512), .resNet18(width: 4, normalizationGroups: 2))
      (plan.epochs, plan.batchSize, supervisedPlan.epochs, supervisedPlan.batchSize) = (2, 64, 2, 64)
      moco.queueLength = 256
    }
    (self.plan, self.supervisedPlan, self.moco) = (plan, supervisedPlan, moco)
  }

  public var arms: [Arm] {
    let weights: KeyValuePairs<String, Float> = ["MoCo": 0, "MoCo + CO2": moco.consistencyWeight]
    let headline = weights.map { name, weight in
      var hyperparameters = moco
      hyperparameters.consistencyWeight = weight
      return contrastive(name, hyperparameters, plan)
    }
    return headline + references + withinBatch
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
      ) { constants, random in
        CO2WithinBatch(constants.network, constants.method, using: &random)
      }
    }
  }

  private func contrastive(
    _ name: String, role: Arm.Role = .headline, _ hyperparameters: CO2.Hyperparameters, _ plan: TrainingPlan
  ) -> Arm {
    Arm(
      name, role: role, hyperparameters: NetworkAndMethod(encoder, hyperparameters), plan: plan
    ) { constants, random in
      CO2(constants.network, constants.method, using: &random)
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
      PaperTable("Semi-supervised", published: "co2/semi-supervised.csv", arms: arms, columns: []),
      PaperTable("Transfer", published: "co2/transfer.csv", arms: arms, columns: []),
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
    if queueLength < plan.batchSize {
      return "a queue of \(queueLength) keys is smaller than a batch of \(plan.batchSize): raise queueLength"
    }
    if !(temperature > 0 && consistencyTemperature > 0) { return "temperatures are positive" }
    if !(0...1).contains(keyMomentum) { return "keyMomentum lies within 0...1, not at \(keyMomentum)" }
    if queueLength > 1 << 24 { return "queueLength is at most \(1 << 24), not \(queueLength)" }
    if embeddingDimension < 1 { return "embeddingDimension is at least 1, not \(embeddingDimension)" }
    return smallestCrop > 0 && smallestCrop <= 1
      ? nil : "smallestCrop lies above 0 and is at most 1, not \(smallestCrop)"
  }
}
