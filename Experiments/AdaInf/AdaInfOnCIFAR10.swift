import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Do a larger weight of real images and weaker views let generated images help more on CIFAR-10, of which few are left?
public struct AdaInfOnCIFAR10: Experiment {
  public static let name = "adainf-cifar10"
  public static let paper = Paper.adaInf
  public static let cost =
    "reduced: 12 epochs of 50,000 images, about 10 minutes per arm and seed on two Zen 4 cores, half more for "
    + "BYOL; before that once a generator (repro generate, 50 minutes)"
  public static let version = 1

  public let dataset: DatasetReference
  // Few images have labels: version 2 of both probes beside the version that the record was begun with.
  public let evaluations: [any Evaluation] = [
    NearestNeighbors(), LinearProbe(), ClassifierAccuracy(), NearestNeighbors.ofFewLabels,
    LinearProbe.ofFewLabels,
  ]
  private let recipe: AdaInfRecipe
  private let supervisedPlan: TrainingPlan

  public init(scale: Scale) {
    let supervisedEpochs: Int
    switch scale {
    case .paper:  // the released configurations: 100,000 steps of 512 images, and a million generated ones
      dataset = .cifar10
      recipe = .paper
      supervisedEpochs = 200
    case .reduced:
      dataset = DatasetReference.cifar10.scarce(percent: 5)
      recipe = .reduced
      supervisedEpochs = 60
    case .smoke:
      dataset = DatasetReference.cifar10.scarce(percent: 5).first(60)
      recipe = .smoke
      supervisedEpochs = 2
    }
    supervisedPlan = .supervised(epochs: supervisedEpochs, batchSize: min(128, recipe.plan.batchSize))
  }

  public var claims: [Claim] {
    // Where all images are used, no photographs are left to be an upper bound.
    let oracle = Comparison(
      "vanilla inflation, oracle generator", over: "no inflation", evaluation: "linear-v1")
    return [
      Claim(
        "Beside generated images, real ones that count ten times and weaker augmentation improve the linear-probe "
          + "accuracy of SimCLR's features over the same images added as they come, and over none.",
        AdaInfRecipe.comparisons, because: "the published gains are about two points",
        provided: [.beats(floor: "random encoder"), .notCollapsed],
        after: dataset.percent == nil ? [] : [Gate(oracle, atLeast: 2)],
        published: PublishedDifference(
          1.86, "SimCLR on CIFAR-10, over no inflation; over vanilla inflation +2.04; PKU-ML/adainf, README"))
    ]
  }

  public var arms: [Arm] {
    recipe.headline + [.supervised(recipe.encoder, classCount: dataset.classCount, plan: supervisedPlan)]
      + rest(of: gridNames) + generators + weights + amounts + otherMethods
  }

  private var gridNames: [[String]] {
    AdaInf.Inflating.allCases.map { inflating in
      AdaInf.Augmenting.allCases.map { AdaInfRecipe.name(inflating, $0) }
    }
  }

  /// The places of the grid that the headline does not hold; weak augmentation without further images is among them, since
  /// part of the gain may be its own.
  private func rest(of grid: [[String]]) -> [Arm] {
    let known = Set(recipe.headline.map(\.name))
    return AdaInf.Inflating.allCases.flatMap { inflating in
      AdaInf.Augmenting.allCases.map { recipe.arm(AdaInfRecipe.name(inflating, $0), inflating, $0) }
    }.filter { !known.contains($0.name) }
  }

  /// A generator that was stopped early, and one that draws photographs: those that the scarce set leaves out, where any
  /// are.
  private var generators: [Arm] {
    var sources: [(Inflation.Source, String)] = [(.generatedEarly, "early generator")]
    if dataset.percent != nil { sources.append((.unused, "oracle generator")) }
    return sources.flatMap { source, name in
      [
        recipe.arm("vanilla inflation, \(name)", .vanilla, .standard, from: source),
        recipe.arm("AdaInf, \(name)", .weighted, .weak, from: source),
      ]
    }
  }

  /// How much a real image counts.
  private var weights: [Arm] {
    [3, 30].map { recipe.arm("AdaInf, real images counting \($0) times", .weighted, .weak, weight: $0) }
  }

  /// How many images are added.
  private var amounts: [Arm] {
    [("a quarter", 4), ("half", 2)].map { name, part in
      recipe.arm("AdaInf, \(name) of the generated images", .weighted, .weak, count: recipe.addedCount / part)
    }
  }

  private var otherMethods: [Arm] {
    AdaInfRecipe.Base.allCases.filter { $0 != .simCLR }.flatMap { base in
      [
        recipe.arm("\(base.rawValue), no inflation", .none, .standard, of: base),
        recipe.arm("\(base.rawValue), vanilla inflation", .vanilla, .standard, of: base),
        recipe.arm("\(base.rawValue), AdaInf", .weighted, .weak, of: base),
      ]
    }
  }

  public var grids: [ArmGrid] {
    [
      ArmGrid(
        "Inflation and augmentation", rowTitle: "inflation", rows: AdaInf.Inflating.allCases.map(\.rawValue),
        columns: AdaInf.Augmenting.allCases.map(\.rawValue), arms: gridNames, evaluation: "linear-v1",
        note: "The paper has such an ablation, whose values are not in any source we could read.")
    ]
  }

  public var tables: [PaperTable] {
    [methodTable(.simCLR, prefix: "", "adainf/simclr.csv", "adainf/figure-1.csv")]
      + AdaInfRecipe.Base.allCases.filter { $0 != .simCLR }.map { base in
        methodTable(base, prefix: "\(base.rawValue), ", "adainf/\(base.rawValue.slug).csv")
      }
      + [
        ours(
          "Generators",
          [
            "no inflation", "vanilla inflation, early generator", "vanilla inflation",
            "vanilla inflation, oracle generator", "AdaInf, early generator", "AdaInf",
            "AdaInf, oracle generator",
          ]),
        ours(
          "How much a real image counts",
          [
            "vanilla inflation, weak augmentation", "AdaInf, real images counting 3 times", "AdaInf",
            "AdaInf, real images counting 30 times",
          ]),
        ours(
          "How many images are added",
          [
            "no inflation, weak augmentation", "AdaInf, a quarter of the generated images",
            "AdaInf, half of the generated images", "AdaInf",
          ]),
        PaperTable(
          "The paper's record on CIFAR-10", published: "adainf/record.csv", arms: ["SimCLR + AdaInf"],
          columns: []),
      ]
  }

  private static let linear = [PaperTable.Column("linear top-1", evaluation: "linear-v1")]

  private func methodTable(_ base: AdaInfRecipe.Base, prefix: String, _ files: String...) -> PaperTable {
    let lines = ["no inflation", "vanilla inflation", "AdaInf"].map {
      PaperTable.Line(prefix + $0, published: [$0], title: $0)
    }
    let note =
      "Theirs are 50,000 real images beside a million generated ones and an online probe; ours are 2,500 real ones beside "
      + "50,000, and a probe of frozen features with the labels of the same 2,500."
    return PaperTable(base.rawValue, publishedIn: files, arms: lines, columns: Self.linear, note: note)
  }

  /// A comparison that the paper has too, with values that we have not seen.
  private func ours(_ title: String, _ arms: [String]) -> PaperTable {
    let names = Set(self.arms.map(\.name))
    return PaperTable(
      title, arms: arms.filter(names.contains).map { PaperTable.Line($0) }, columns: Self.linear,
      note: "The paper reports such a comparison, whose values are not in any source we could read.")
  }
}
