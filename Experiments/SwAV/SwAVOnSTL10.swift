import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// The same question on STL-10, where most images have no labels at all; defined and tested, without recorded result.
public struct SwAVOnSTL10: Experiment {
  public static let name = "swav-stl10"
  public static let paper = Paper.swAV
  public static let cost =
    "reduced: 13 epochs of two crops or 6 of eight over 105,000 images; not measured, no recorded result"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe()]
  public let claims = [
    Claim(
      "On STL-10, too, small crops beside two large ones improve the linear-probe accuracy at equal multiply-adds.",
      [Comparison("multi-crop", over: "two crops", evaluation: "linear-v1")],
      because: "as on CIFAR-10", provided: [.beats(floor: "random encoder"), .notCollapsed])
  ]
  public let demonstration = Demonstration("two crops", under: nil, margin: 10)
  private let recipe: SwAVRecipe

  public init(scale: Scale) {
    var recipe: SwAVRecipe
    switch scale {
    case .paper:  // SwAV's ImageNet crops with solo-learn's CIFAR-10 training: nobody has a recipe for STL-10
      dataset = .stl10
      recipe = SwAVRecipe(
        encoder: .resNet18(stem: .imageNet), epochs: 1_000, batchSize: 256, warmupEpochs: 10)
      recipe.multiCrop.epochs = 460
    case .reduced:
      dataset = .stl10
      recipe = SwAVRecipe(
        encoder: .resNet18(width: 16, stem: .imageNet), epochs: 13, batchSize: 256, warmupEpochs: 0.5)
      recipe.multiCrop.epochs = 6
      recipe.easeTheStart()
      recipe.reduce()
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = SwAVRecipe(encoder: .resNet18(width: 8), epochs: 8, batchSize: 64, warmupEpochs: 1)
      recipe.multiCrop.epochs = 5
      recipe.demonstrate()
    case .smoke:
      dataset = .stl10.first(256)
      recipe = SwAVRecipe(
        encoder: .resNet18(width: 4, stem: .imageNet), epochs: 2, batchSize: 64, warmupEpochs: 1)
      recipe.multiCrop.epochs = 2
      recipe.easeTheStart()
      (recipe.method.prototypeCount, recipe.method.hiddenDimension) = (20, 64)
      (recipe.method.queueLength, recipe.method.frozenEpochs, recipe.method.queueStartEpoch) = (128, 1, 1)
    }
    recipe.useImageNetCrops(side: dataset.imageSide)
    self.recipe = recipe
  }

  public var arms: [Arm] { recipe.crops }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "Multi-crop on STL-10", arms: ["two crops", "multi-crop"],
        columns: [.init("linear top-1", evaluation: "linear-v1")])
    ]
  }
}

extension SwAVRecipe {
  /// Crops of the authors' recipes for ImageNet, scaled to images of `side` pixels.
  fileprivate mutating func useImageNetCrops(side: Int) {
    method.large.side = side
    (multiCrop.large.side, multiCrop.large.smallest) = (side, 0.14)
    let small: [WritableKeyPath<SwAVRecipe, SwAV.Crops>] = [\.method.small, \.multiCrop.small]
    for crops in small {
      self[keyPath: crops].side = side * 9 / 16
      (self[keyPath: crops].smallest, self[keyPath: crops].largest) = (0.05, 0.14)
    }
  }
}
