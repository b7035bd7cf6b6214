import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Do small crops beside two large ones improve the features on Tiny ImageNet-100, epoch for epoch and at no more compute?
public struct SwAVOnTinyImageNet: Experiment {
  public static let name = "swav-tiny-imagenet-100"
  public static let paper = Paper.swAV
  public static let cost =
    "reduced: 10 epochs, 8 to 13 minutes per arm and seed on two Zen 4 cores by its multiply-adds; not measured yet"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe(), ClassifierAccuracy()]
  public let claims: [Claim] = {
    func claim(_ sentence: String, _ treatment: String, published: PublishedDifference? = nil) -> Claim {
      Claim(
        sentence, [Comparison(treatment, over: "two crops", evaluation: "linear-v1")],
        because: "the paper's gain is several points", provided: SwAVRecipe.checks, published: published)
    }
    return [
      claim(
        "In as many epochs, small crops beside two large ones improve the features' linear-probe accuracy.",
        "multi-crop", published: SwAVRecipe.publishedGain),
      claim(
        "At no more compute, crops of lower resolution, small ones among them, beat two large crops.",
        "multi-crop, lower resolution"),
    ]
  }()
  public let demonstration = Demonstration("two crops", margin: 10)
  public let tuning: TuningGrid?
  private let recipe: SwAVRecipe
  private let supervisedPlan: TrainingPlan

  public init(scale: Scale) {
    var recipe: SwAVRecipe
    let supervisedEpochs: Int
    switch scale {
    case .paper:  // solo-learn's rule for CIFAR-10, as long as the authors' runs: nobody has one for these
      dataset = .tinyImageNet100
      recipe = SwAVRecipe(
        encoder: .resNet18(stem: .imageNet), epochs: 400, batchSize: 256, warmupEpochs: 10)
      recipe.method.queueLength = 3_840
      supervisedEpochs = 200
    case .reduced:
      dataset = .tinyImageNet100
      recipe = SwAVRecipe(
        encoder: .resNet18(width: 32, stem: .imageNet), epochs: 10, batchSize: 256, warmupEpochs: 1)
      recipe.easeTheStart()
      recipe.reduce()
      supervisedEpochs = 10
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = SwAVRecipe(encoder: .resNet18(width: 8), epochs: 8, batchSize: 64, warmupEpochs: 1)
      recipe.demonstrate()
      supervisedEpochs = 4
    case .smoke:
      dataset = .tinyImageNet100.first(256)
      recipe = SwAVRecipe(
        encoder: .resNet18(width: 4, stem: .imageNet), epochs: 2, batchSize: 64, warmupEpochs: 1)
      recipe.easeTheStart()
      (recipe.method.prototypeCount, recipe.method.hiddenDimension) = (20, 64)
      (recipe.method.queueLength, recipe.method.frozenEpochs) = (0, 1)
      supervisedEpochs = 2
    }
    recipe.useCrops(large: dataset.imageSide, small: dataset.imageSide / 2)
    self.recipe = recipe
    supervisedPlan = .supervised(epochs: supervisedEpochs, batchSize: recipe.plan.batchSize)
    tuning = scale == .reduced ? SwAVRecipe.grid : nil
  }

  public var arms: [Arm] {
    recipe.crops + [
      // Nine tenths of the multiply-adds of two crops of 64 pixels, as 2 × 160 + 4 × 96 are .88 of 2 × 224 in the paper.
      // Maps of 3 pixels are halved to 2, so that fewer small crops fit in.
      recipe.arm("multi-crop, lower resolution", role: .reference) {
        $0.useCrops(large: dataset.imageSide * 3 / 4, small: dataset.imageSide * 3 / 8, count: 2)
        $0.addSmallCrops()
      },
      recipe.simCLR("SimCLR", role: .reference),
      .supervised(recipe.encoder, classCount: dataset.classCount, plan: supervisedPlan),
    ]
  }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "Multi-crop", published: "swav/multi-crop.csv",
        arms: ["two crops", "multi-crop", "multi-crop, lower resolution"],
        columns: [.init("linear top-1", evaluation: "linear-v1")])
    ]
  }
}

extension SwAVRecipe {
  /// Two crops of one side and, with multi-crop, some of another, both arms' large ones of the same parts of an image.
  fileprivate mutating func useCrops(large: Int, small: Int, count: Int = 4) {
    (multiCrop.large.side, multiCrop.large.smallest, multiCrop.smallCount) = (large, 0.14, count)
    multiCrop.small.side = small
    (method.large, method.small.side) = (multiCrop.large, small)
  }
}
