import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Do features of a network that learned to tell rotations apart spare labels on CIFAR-10?
public struct RotNetOnCIFAR10: Experiment {
  public static let name = "rotnet-cifar10"
  public static let paper = Paper.rotNet
  public static let cost =
    "reduced: 5 epochs of four rotations, 8 minutes per arm and seed on two Zen 4 cores"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation]
  public let tuning: TuningGrid?
  private let recipe: RotNetRecipe

  public init(scale: Scale) {
    (dataset, recipe) =
      switch scale {
      case .paper: (.cifar10, .published())
      case .reduced: (.cifar10, .reduced())
      case .demo: (.shapes.first(3_000), .demo())
      case .smoke: (.cifar10.first(512), .smoke())
      }
    evaluations = [
      NearestNeighbors(), LinearProbe(), recipe.classifier(.convolutional), recipe.classifier(.nonLinear),
      ClassifierAccuracy(),
    ]
    tuning =
      scale == .reduced
      ? Self.grid(judgedBy: recipe.classifier(.convolutional).name) : nil
  }

  public var claims: [Claim] {
    let conv = recipe.classifier(.convolutional).name
    let few = recipe.labelledMeasures.match.name
    // Seeds 0 to 2 belong to version 1.
    func claim(
      _ sentence: String, _ comparison: Comparison, because reason: String,
      published: PublishedDifference? = nil
    ) -> Claim {
      Claim(
        sentence, [comparison], because: reason, firstSeed: 3, provided: [.notCollapsed],
        published: published)
    }
    return [
      claim(
        "With 100 labels of each class, a classifier on RotNet's frozen second block beats the whole network trained by those labels alone.",
        Comparison(
          "RotNet", over: "RotNet", evaluation: few, baselineMetric: FewLabelsMatch.supervised),
        because: "the paper's figure shows many points"),
      claim(
        "Features of four rotations beat those of two.",
        Comparison("RotNet", over: "0 and 180 degrees", evaluation: conv),
        because: "the published gain is 1.6 points",
        published: PublishedDifference(
          1.6, "CIFAR-10, non-linear classifier, table 2 as a summary note quotes it")),
      claim(
        "RotNet's features lie above the middle between a random network's and a supervised one's.",
        Comparison("RotNet", overMiddleOf: "random init", and: "supervised", evaluation: conv),
        because: "the paper's lie 8.51 points above that middle",
        published: PublishedDifference(
          8.51, "CIFAR-10, all labels, table 3 as a summary note quotes it")),
      // A floor, which any pretext task passes.
      claim(
        "A conv classifier on the second block of a network trained to tell rotations apart beats one on a random block.",
        Comparison("RotNet", over: "random init", evaluation: conv),
        because: "the published gain is many points",
        published: PublishedDifference(
          18.66, "CIFAR-10, all labels, table 3 as a summary note quotes it")),
    ]
  }

  /// Rate and decay, of two rotations first, whose network sees half as many images in an epoch.
  private static func grid(judgedBy evaluation: String) -> TuningGrid {
    let axes: [TuningGrid.Axis] = [
      .ordered(
        "plan.optimizer.sgd.learningRate", [0.03, 0.1, 0.3], below: [0.01], above: [1],
        limits: "a factor of ten from the authors' .1 in either direction"),
      .alternatives(
        "plan.optimizer.sgd.weightDecay", [1e-4, 5e-4],
        because: "5e-4 is the authors' for 200 epochs; a short training forgets less"),
    ]
    return TuningGrid(
      judgedBy: Measure(evaluation: evaluation, metric: "top1"),
      baseline: .init("0 and 180 degrees", axes), treatments: [.init("RotNet", axes)])
  }

  public var demonstration: Demonstration {
    Demonstration(
      "RotNet", over: "random init", evaluation: recipe.classifier(.convolutional).name, margin: 8)
  }

  public var arms: [Arm] {
    [
      rotNet("random init") { $0.plan.epochs = 0 },
      rotNet("RotNet", evaluations: [recipe.labelledMeasures.match]),
      rotNet("0 and 180 degrees", role: .reference) { $0.method.rotations = .upsideDown },
      supervised,
    ] + depths + rotations + [withLabels]
  }

  /// Three blocks trained by labels: the ceiling.
  private var supervised: Arm {
    var (network, plan) = (recipe.network, recipe.plan)
    (network.blocks, network.featureBlock, plan.epochs) = (3, 3, recipe.supervisedEpochs)
    return Arm(
      "supervised", role: .reference,
      hyperparameters: NetworkAndMethod(network, Supervised.Hyperparameters()),
      plan: plan, usesLabels: true
    ) { [classCount = dataset.classCount] constants, seen, random in
      Supervised(
        NetworkInNetwork(constants.network, using: &random), classCount: seen?.classCount ?? classCount,
        constants.method,
        using: &random)
    }
  }

  /// Table 1: every block of networks of three depths.
  private var depths: [Arm] {
    let profiles = MapClassifierKind.allCases.map { BlockProfile(around: recipe.classifier($0)) }
    return [3, 4, 5].map { blocks in
      rotNet("RotNet, \(blocks) blocks", role: .exploratory, evaluations: profiles) {
        $0.network.blocks = blocks
      }
    }
  }

  /// Table 2: other sets of rotations than the four of `RotNet`.
  private var rotations: [Arm] {
    let sets: KeyValuePairs<String, RotNet.Rotations> = [
      "8 rotations": .eighths, "90 and 270 degrees": .sideways,
    ]
    return sets.map { name, rotations in
      rotNet(name, role: .exploratory) { $0.method.rotations = rotations }
    }
  }

  /// Table 3's fine-tuned line and figure 5b: `RotNet` again, measured with more labels' help.
  private var withLabels: Arm {
    let measures = recipe.labelledMeasures
    return rotNet(
      "RotNet with labels", role: .exploratory, evaluations: [measures.fineTuned, measures.fewLabels])
  }

  private func rotNet(
    _ name: String, role: Arm.Role = .headline, evaluations: [any Evaluation] = [],
    _ change: (inout RotNetRecipe) -> Void = { _ in }
  ) -> Arm {
    var recipe = recipe
    change(&recipe)
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(recipe.network, recipe.method), plan: recipe.plan,
      evaluations: evaluations
    ) { constants, random in
      RotNet(constants.network, constants.method, using: &random)
    }
  }
}
