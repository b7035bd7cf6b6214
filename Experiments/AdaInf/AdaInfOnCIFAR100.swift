import Evaluation
import Harness
import Vision

/// The same question on CIFAR-100, with ten real images of each class; defined and tested, without recorded result.
public struct AdaInfOnCIFAR100: Experiment {
  public static let name = "adainf-cifar100"
  public static let paper = Paper.adaInf
  public static let cost =
    "reduced: 3,000 steps of 256 images; not measured, no recorded result; before that once a generator (repro generate "
    + "--data cifar100)"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [NearestNeighbors.ofFewLabels, LinearProbe.ofFewLabels]
  public let claims = [AdaInfClaims.headline(on: "CIFAR-100", gated: false)]
  public let demonstration = Demonstration(
    "AdaInf", under: nil, evaluation: AdaInfClaims.decisive, margin: 8)
  private let recipe: AdaInfRecipe

  public init(scale: Scale) {
    switch scale {
    case .paper: (dataset, recipe) = (.cifar100, .paper)
    case .reduced:
      (dataset, recipe) = (DatasetReference.cifar100.scarce(percent: AdaInfClaims.percent), .reduced)
    case .demo: (dataset, recipe) = (DatasetReference.shapes.scarce(percent: 10), .demo)
    case .smoke: (dataset, recipe) = (DatasetReference.cifar100.scarce(percent: 5).first(60), .smoke)
    }
  }

  public var arms: [Arm] { recipe.headline }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "SimCLR on CIFAR-100", arms: ["no inflation", "vanilla inflation", "AdaInf"],
        columns: [.init("linear top-1", evaluation: AdaInfClaims.decisive)],
        note: "The paper reports CIFAR-100 too, with values that are not in any source we could read.")
    ]
  }
}
