import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Do six small crops beside two large ones improve the features on CIFAR-10, epoch for epoch?
public struct SwAVOnCIFAR10: Experiment {
  public static let name = "swav-cifar10"
  public static let paper = Paper.swAV
  public static let cost =
    "reduced: 10 epochs of two crops or of eight, 9 and 15 minutes per seed on two Zen 4 cores"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe(), ClassifierAccuracy()]
  // Seed 0 belongs to version 1, whose queue broke both arms.
  public let claims = [
    Claim(
      "In as many epochs, small crops beside two large ones improve the features' linear-probe accuracy on CIFAR-10.",
      [Comparison("multi-crop", over: "two crops", evaluation: "linear-v1")],
      because: "the paper's gain is several points", firstSeed: 1,
      provided: SwAVRecipe.checks, published: SwAVRecipe.publishedGain)
  ]
  public let demonstration = Demonstration("two crops", margin: 10)
  public let tuning: TuningGrid?
  private let recipe: SwAVRecipe
  private let supervisedPlan: TrainingPlan

  public init(scale: Scale) {
    var recipe: SwAVRecipe
    let supervisedEpochs: Int
    switch scale {
    case .paper:  // solo-learn's recipes for CIFAR-10, of two crops and of eight
      dataset = .cifar10
      recipe = SwAVRecipe(encoder: .resNet18(), epochs: 1_000, batchSize: 256, warmupEpochs: 10)
      recipe.multiCrop.useOwnColours()
      supervisedEpochs = 200
    case .reduced:
      dataset = .cifar10
      recipe = SwAVRecipe(encoder: .resNet18(width: 16), epochs: 10, batchSize: 256, warmupEpochs: 1)
      recipe.easeTheStart()
      recipe.reduce()
      recipe.multiCrop.small.side = 16
      (recipe.method.large, recipe.method.small) = (recipe.multiCrop.large, recipe.multiCrop.small)
      supervisedEpochs = 10
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = SwAVRecipe(encoder: .resNet18(width: 8), epochs: 8, batchSize: 64, warmupEpochs: 1)
      recipe.demonstrate()
      recipe.multiCrop.small.side = 16
      (recipe.method.large, recipe.method.small) = (recipe.multiCrop.large, recipe.multiCrop.small)
      supervisedEpochs = 4
    case .smoke:
      dataset = .cifar10.first(512)
      recipe = SwAVRecipe(encoder: .resNet18(width: 4), epochs: 2, batchSize: 64, warmupEpochs: 1)
      recipe.easeTheStart()
      (recipe.method.prototypeCount, recipe.method.hiddenDimension) = (20, 64)
      (recipe.method.queueLength, recipe.method.frozenEpochs, recipe.method.queueStartEpoch) = (256, 1, 1)
      supervisedEpochs = 2
    }
    self.recipe = recipe
    supervisedPlan = .supervised(epochs: supervisedEpochs, batchSize: recipe.plan.batchSize)
    tuning = scale == .reduced ? SwAVRecipe.grid : nil
  }

  public var arms: [Arm] {
    recipe.crops + [
      recipe.simCLR("SimCLR", role: .reference),
      .supervised(recipe.encoder, classCount: dataset.classCount, plan: supervisedPlan),
    ] + explorations
  }

  /// The paper's other comparisons: each changes one thing of `two crops`.
  private var explorations: [Arm] {
    var small = recipe
    small.shrinkBatch()
    return [
      exploration("hard codes") { $0.method.codes = .hard },
      exploration("1 Sinkhorn iteration") { $0.method.sinkhornIterations = 1 },
      exploration("fixed prototypes") { $0.method.learnsPrototypes = false },
      exploration("30 prototypes") { $0.method.prototypeCount = 30 },
      exploration("250 prototypes") { $0.method.prototypeCount = 250 },
      exploration("small batch") {
        $0.shrinkBatch()
        $0.haveQueue()
      },
      exploration("small batch without queue") {
        $0.shrinkBatch()
        $0.method.queueLength = 0
      },
      small.simCLR("small batch SimCLR", role: .exploratory),
    ]
  }

  private func exploration(_ name: String, _ change: (inout SwAVRecipe) -> Void) -> Arm {
    recipe.arm(name, role: .exploratory, change)
  }

  public var tables: [PaperTable] {
    let linear = [PaperTable.Column("linear top-1", evaluation: "linear-v1")]
    return [
      PaperTable(
        "Multi-crop", published: "swav/multi-crop.csv", arms: ["two crops", "multi-crop"], columns: linear),
      PaperTable(
        "Linear evaluation on CIFAR-10, by others", published: "swav/third-party-cifar10.csv",
        arms: [.init("two crops", published: ["SwAV"])], columns: linear),
      PaperTable(
        "kNN on CIFAR-10, by others", published: "swav/third-party-cifar10-knn.csv",
        arms: [.init("two crops", published: ["SwAV"])],
        columns: [.init("kNN top-1, last epoch, backbone", evaluation: "knn-v1")]),
      PaperTable(
        "Prototypes", published: "swav/prototypes.csv",
        arms: [
          .init("fixed prototypes"), .init("two crops", published: ["learned prototypes"]),
        ],
        columns: linear),
      PaperTable("Codes", arms: ["two crops", "hard codes", "1 Sinkhorn iteration"], columns: linear),
      PaperTable(
        "Number of prototypes", arms: ["two crops", "30 prototypes", "250 prototypes"], columns: linear),
      PaperTable(
        "Small batches", arms: ["small batch SimCLR", "small batch without queue", "small batch"],
        columns: linear),
      PaperTable(
        "Linear evaluation on ImageNet", published: "swav/imagenet.csv",
        arms: ["SeLa-v2", "DeepCluster-v2", "SwAV"], columns: []),
      PaperTable(
        "CIFAR-100 and ImageNet-100, by others", published: "swav/third-party-other.csv", arms: ["SwAV"],
        columns: []),
    ]
  }
}

extension SwAVRecipe.MultiCrop {
  /// Colours as in solo-learn's recipe of eight crops.
  mutating func useOwnColours() {
    (large.colorStrength, large.blurProbability, large.solarizationProbability) = (0.6, 0, 0.2)
    (small.blurProbability, small.solarizationProbability) = (0.1, 0.1)
  }
}
