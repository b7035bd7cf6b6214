import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// The constants of an arm: its network, its views and those of its method.
struct Constants<Method: Codable & Sendable>: Codable, Sendable {
  var network: ResNet.Configuration
  var views: Views
  var method: Method
}

/// What the arms of one AdaInf experiment have in common: the same number of steps, whatever is added.
struct AdaInfRecipe {
  /// The paper's methods.
  enum Base: String, CaseIterable {
    case simCLR = "SimCLR"
    case moCo = "MoCo v2"
    case byol = "BYOL"
    case barlowTwins = "Barlow Twins"
  }

  /// f.
  var encoder: ResNet.Configuration
  /// How long, and in what batches.
  var plan: TrainingPlan
  /// The largest part of a weight's norm that a step of LARS changes.
  var trust: Float = 0.02
  /// How many images are added unless told otherwise.
  var addedCount: Int
  /// How many photographs are; `nil` for all that the scarce set leaves out.
  var photographCount: Int?
  /// SimCLR's rate for 256 images.
  var simCLRRate: Float = 0.2
  /// The constants of the methods.
  var simCLR = Contrast()
  var moCo = MomentumContrast()
  var byol = BYOL.Hyperparameters()
  var barlowTwins = BarlowTwins.Hyperparameters()

  /// `epochs` of `imagesPerEpoch` images, of which the first warms up.
  init(encoder: ResNet.Configuration, epochs: Int, imagesPerEpoch: Int, batchSize: Int, addedCount: Int) {
    self.encoder = encoder
    self.addedCount = addedCount
    plan = TrainingPlan(
      epochs: epochs, batchSize: batchSize, optimizer: .sgd(learningRate: 0),
      schedule: .cosine(warmupEpochs: 1), imagesPerEpoch: imagesPerEpoch)
  }

  /// The rule and the rate of the released configurations, which is proportional to the batch.
  func plan(of base: Base) -> TrainingPlan {
    let size = Float(plan.batchSize) / 256
    var plan = plan
    plan.optimizer =
      switch base {
      case .simCLR: .larc(learningRate: simCLRRate * size, momentum: 0.9, weightDecay: 1e-4, trust: trust)
      case .moCo: .sgd(learningRate: 0.15 * size, momentum: 0.9, weightDecay: 1e-4)
      case .byol: .larc(learningRate: 0.5 * size, momentum: 0.9, weightDecay: 1e-5, trust: trust)
      case .barlowTwins: .larc(learningRate: 0.15 * size, momentum: 0.9, weightDecay: 1e-4, trust: trust)
      }
    return plan
  }

  /// An arm.
  ///
  /// - Parameters:
  ///   - base: The method.
  ///   - added: What is added where anything is; the generator's images unless told otherwise.
  ///   - weight: How often a real image counts where it is weighted.
  ///   - lengths: How many times the usual number of steps it is trained for; 0 leaves the network as initialized.
  func arm(
    _ name: String, role: Arm.Role = .exploratory, _ inflating: AdaInf.Inflating,
    _ augmenting: AdaInf.Augmenting,
    of base: Base = .simCLR, from source: Inflation.Source = .generated, count: Int? = nil,
    weight: Int = AdaInf.realWeight, lengths: Int = 1
  ) -> Arm {
    var plan = plan(of: base)
    plan.epochs *= lengths
    let usual = source == .unused ? photographCount : addedCount
    let inflation = AdaInf.inflation(inflating, from: source, count: count ?? usual, weight: weight)
    func arm<Method: Codable & Sendable>(
      _ method: Method, _ views: Views, groups: Int = 1,
      _ make: @escaping @Sendable (Constants<Method>, [Augmentation], inout Random) -> any PretrainingMethod
    ) -> Arm {
      var network = encoder
      network.normalizationGroups = groups
      return Arm(
        name, role: role,
        hyperparameters: Constants(network: network, views: views.augmented(augmenting), method: method),
        plan: plan, inflation: inflation
      ) { constants, seen, random in
        make(constants, constants.views.augmentations(side: seen?.side ?? 32), &random)
      }
    }
    switch base {
    case .simCLR:
      return arm(simCLR, .symmetric) {
        SimCLR($0.network, $0.method.simCLR, views: $1, using: &$2)
      }
    case .moCo:
      // Groups of 32 images, and of 16 in small batches, with shuffled keys: what many devices do to batch statistics.
      return arm(moCo, .momentum, groups: max(2, plan.batchSize / 32)) {
        MoCo($0.network, $0.method.moCo, views: $1, using: &$2)
      }
    case .byol: return arm(byol, .asymmetric) { BYOL($0.network, $0.method, views: $1, using: &$2) }
    case .barlowTwins:
      return arm(barlowTwins, .asymmetric) { BarlowTwins($0.network, $0.method, views: $1, using: &$2) }
    }
  }

  /// The headline's three arms, two with weaker views alone, since part of the gain may be these, and the floor.
  var headline: [Arm] {
    [
      arm("no inflation", role: .headline, .none, .standard),
      arm("vanilla inflation", role: .headline, .vanilla, .standard),
      arm("AdaInf", role: .headline, .weighted, .weak),
      arm(AdaInfRecipe.name(.none, .weak), role: .headline, .none, .weak),
      arm(AdaInfRecipe.name(.vanilla, .weak), role: .headline, .vanilla, .weak),
      arm("random encoder", role: .reference, .none, .standard, lengths: 0),
    ]
  }

  /// The name of the arm of SimCLR at one place of the grid of both rules.
  static func name(_ inflating: AdaInf.Inflating, _ augmenting: AdaInf.Augmenting) -> String {
    switch (inflating, augmenting) {
    case (.weighted, .weak): "AdaInf"
    case (_, .standard) where inflating != .weighted: inflating.rawValue
    default: "\(inflating.rawValue), \(augmenting.rawValue)"
    }
  }
}

/// What of SimCLR is not its views.
struct Contrast: Codable, Sendable {
  /// τ.
  var temperature: Float = 0.2
  /// How many numbers a projection has.
  var embeddingDimension = 128

  var simCLR: SimCLR.Hyperparameters {
    var constants = SimCLR.Hyperparameters()
    (constants.temperature, constants.embeddingDimension) = (temperature, embeddingDimension)
    return constants
  }
}

/// What of MoCo v2 is not its views.
struct MomentumContrast: Codable, Sendable {
  /// τ.
  var temperature: Float = 0.2
  /// m.
  var keyMomentum: Float = 0.99
  /// K.
  var queueLength = 2_048
  /// How many numbers an embedding has.
  var embeddingDimension = 128

  var moCo: MoCo.Hyperparameters {
    var constants = MoCo.Hyperparameters()
    (constants.temperature, constants.keyMomentum) = (temperature, keyMomentum)
    (constants.queueLength, constants.embeddingDimension) = (queueLength, embeddingDimension)
    return constants
  }
}

extension Contrast: CheckedHyperparameters {
  func problem(with plan: TrainingPlan) -> String? { simCLR.problem(with: plan) }
}

extension MomentumContrast: CheckedHyperparameters {
  func problem(with plan: TrainingPlan) -> String? { moCo.problem(with: plan) }
}

extension Paper {
  static let adaInf = Paper(
    "Do Generated Data Always Help Contrastive Learning?", authors: "Wang, Zhang, Wang", venue: "ICLR 2024",
    arXiv: "2403.12448", folder: "adainf")
}

extension Constants: CheckedHyperparameters {
  func problem(with plan: TrainingPlan) -> String? {
    network.problem(with: plan) ?? views.problem
      ?? (method as? any CheckedHyperparameters)?.problem(with: plan)
  }
}

extension Views {
  /// What makes these views impossible, in one sentence; `nil` when nothing does.
  var problem: String? {
    if !(smallestCrop > 0 && smallestCrop <= 1) {
      return "smallestCrop lies above 0 and is at most 1, not \(smallestCrop)"
    }
    if !(min(brightness, contrast, saturation) >= 0) {
      return "brightness, contrast and saturation are not negative"
    }
    if !(0...0.5).contains(hue) { return "hue lies within 0...0.5, not at \(hue)" }
    let probabilities = [
      ("jitterProbability", jitterProbability), ("grayscaleProbability", grayscaleProbability),
      ("blurProbability", blurProbability), ("solarizeProbability", solarizeProbability),
    ]
    return probabilities.first { !(0...1).contains($0.1) }.map { "\($0.0) lies within 0...1, not at \($0.1)" }
  }
}
