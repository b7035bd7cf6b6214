import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// The same question on STL-10, where most images have no labels at all; defined and tested, without recorded result.
public struct SimCLROnSTL10: Experiment {
  public static let name = "simclr-stl10"
  public static let paper = Paper.simCLR
  public static let cost = "reduced: 5 epochs of 105,000 images; not measured, no recorded result"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors(), LinearProbe()]
  public let claims = [
    Claim(
      "On STL-10, too, a non-linear projection head improves the features' linear-probe accuracy.",
      [Comparison("non-linear head", over: "no head", evaluation: "linear-v1")],
      because: "as on CIFAR-10", provided: [.beats(floor: "random encoder"), .notCollapsed])
  ]
  public let demonstration = Demonstration("non-linear head", under: nil, margin: 10)
  private let recipe: SimCLRRecipe

  public init(scale: Scale) {
    var recipe: SimCLRRecipe
    switch scale {
    case .paper:  // SimCLR's ImageNet views with its CIFAR-10 training: the authors have no recipe for STL-10
      dataset = .stl10
      recipe = SimCLRRecipe(
        encoder: .resNet18(stem: .imageNet), epochs: 1_000, batchSize: 512, warmupEpochs: 10)
    case .reduced:
      dataset = .stl10
      recipe = SimCLRRecipe(
        encoder: .resNet18(width: 16, stem: .imageNet), epochs: 5, batchSize: 256, warmupEpochs: 0.5)
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = SimCLRRecipe(encoder: .resNet18(width: 8), epochs: 8, batchSize: 64, warmupEpochs: 1)
      recipe.keepRate()
    case .smoke:
      dataset = .stl10.first(256)
      recipe = SimCLRRecipe(
        encoder: .resNet18(width: 4, stem: .imageNet), epochs: 2, batchSize: 64, warmupEpochs: 1)
    }
    recipe.side = dataset.imageSide
    (recipe.method.colorStrength, recipe.method.blurProbability) = (1, 0.5)
    self.recipe = recipe
  }

  public var arms: [Arm] { recipe.heads }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "Projection head on STL-10", arms: ["no head", "linear head", "non-linear head"],
        columns: [.init("linear top-1", evaluation: "linear-v1")]),
      PaperTable(
        "STL-10, by others", published: "simclr/third-party-stl10.csv",
        arms: [.init("non-linear head", published: ["SimCLR"])],
        columns: [.init("linear top-1", evaluation: "linear-v1")]),
    ]
  }
}
