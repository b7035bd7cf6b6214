import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Does telling rotations apart make the second block of a network in network better than a random one on CIFAR-10?
public struct RotNetOnCIFAR10: Experiment {
  public static let name = "rotnet-cifar10"
  public static let paper = Paper.rotNet
  public static let cost =
    "reduced: 5 epochs of four rotations, 7 minutes per arm and seed on two Zen 4 cores"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation]
  public let claims: [Claim]
  private let recipe: RotNetRecipe

  public init(scale: Scale) {
    dataset = scale == .smoke ? .cifar10.first(512) : .cifar10
    recipe =
      switch scale {
      case .paper: .published()
      case .reduced: .reduced()
      case .smoke: .smoke()
      }
    let conv = recipe.classifier(.convolutional)
    evaluations = [
      NearestNeighbors(), LinearProbe(), conv, recipe.classifier(.nonLinear), ClassifierAccuracy(),
    ]
    // A floor: its baseline is the random encoder that other claims' arms have to beat.
    claims = [
      Claim(
        "A conv classifier on the second block of a network trained to tell rotations apart beats one on a random block.",
        [Comparison("RotNet", over: "random init", evaluation: conv.name)],
        because: "the published gain is many points", provided: [.notCollapsed],
        published: PublishedDifference(18.66, "CIFAR-10, all labels, table 3 as a summary note quotes it"))
    ]
  }

  public var arms: [Arm] {
    [
      rotNet("random init") { $0.plan.epochs = 0 },
      rotNet("RotNet"),
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
    ) { [classCount = dataset.classCount] constants, random in
      Supervised(
        NetworkInNetwork(constants.network, using: &random), classCount: classCount, constants.method,
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
      "8 rotations": .eighths, "0 and 180 degrees": .upsideDown, "90 and 270 degrees": .sideways,
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
