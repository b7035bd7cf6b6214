import Evaluation
import Harness
import Vision

/// The same question on CIFAR-100, with 25 real images of each class; defined and tested, without recorded result.
public struct AdaInfOnCIFAR100: Experiment {
  public static let name = "adainf-cifar100"
  public static let paper = Paper.adaInf
  public static let cost =
    "reduced: 12 epochs of 50,000 images; not measured, no recorded result; before that once a generator (repro generate "
    + "--data cifar100)"
  public static let version = 1

  public let dataset: DatasetReference
  // Few images have labels: version 2 of both probes beside the version that the record was begun with.
  public let evaluations: [any Evaluation] = [
    NearestNeighbors(), LinearProbe(), NearestNeighbors.ofFewLabels, LinearProbe.ofFewLabels,
  ]
  public let claims = [
    Claim(
      "On CIFAR-100, too, real images that count ten times and weaker augmentation improve the linear-probe accuracy over "
        + "generated images added as they come, and over none.",
      AdaInfRecipe.comparisons, because: "as on CIFAR-10",
      provided: [.beats(floor: "random encoder"), .notCollapsed])
  ]
  private let recipe: AdaInfRecipe

  public init(scale: Scale) {
    switch scale {
    case .paper: (dataset, recipe) = (.cifar100, .paper)
    case .reduced: (dataset, recipe) = (DatasetReference.cifar100.scarce(percent: 5), .reduced)
    case .smoke: (dataset, recipe) = (DatasetReference.cifar100.scarce(percent: 5).first(60), .smoke)
    }
  }

  public var arms: [Arm] { recipe.headline }

  public var tables: [PaperTable] {
    [
      PaperTable(
        "SimCLR on CIFAR-100", arms: ["no inflation", "vanilla inflation", "AdaInf"],
        columns: [.init("linear top-1", evaluation: "linear-v1")],
        note: "The paper reports CIFAR-100 too, with values that are not in any source we could read.")
    ]
  }
}
