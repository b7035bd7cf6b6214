import Harness
import NeuralNetworks
import Pretraining

/// What the arms of one SwAV experiment have in common, each of which changes it in one thing.
struct SwAVRecipe {
  /// f.
  var encoder: ResNet.Configuration
  /// The method's constants, with two crops.
  var method = SwAV.Hyperparameters()
  /// How long and by which rule it is trained.
  var plan: TrainingPlan
  /// What multi-crop changes.
  var multiCrop = MultiCrop()
  /// The rate of batches of 256 images.
  private var rate: Float = 0.6

  /// Further crops of lower resolution.
  struct MultiCrop {
    /// How both kinds of crops are drawn.
    var large = SwAV.Crops(area: 0.2...1)
    var small = SwAV.Crops(side: 18, area: 0.08...0.5)
    /// How many small ones there are.
    var smallCount = 6
    /// After how many epochs it has done as many multiply-adds as two crops have at the end.
    var epochs = 0
  }

  /// LARS with the rate as a ceiling and one cosine after a linear warm-up, at the rate that belongs to the batch.
  init(encoder: ResNet.Configuration, epochs: Int, batchSize: Int, warmupEpochs: Float) {
    self.encoder = encoder
    plan = TrainingPlan(
      epochs: epochs, batchSize: batchSize, optimizer: .larc(learningRate: 0),
      schedule: .cosine(warmupEpochs: warmupEpochs))
    setBatchSize(batchSize)
  }

  /// Makes batches `size` images large, and the rate proportional to it.
  mutating func setBatchSize(_ size: Int) {
    plan.batchSize = size
    plan.optimizer = .larc(
      learningRate: rate * Float(size) / 256, momentum: 0.9, weightDecay: 1e-6, trust: 0.02)
  }

  /// Makes batches small, and prototypes as few as have to share one.
  mutating func shrinkBatch() {
    setBatchSize(plan.batchSize / 4)
    method.prototypeCount = min(method.prototypeCount, plan.batchSize)
  }

  /// Makes codes sharper, colours softer and the rate lower, as the authors advise where the loss stays at ln K: in a short
  /// training of a narrow network it does otherwise.
  mutating func easeTheStart() {
    method.epsilon = 0.02
    rate = 0.2
    setBatchSize(plan.batchSize)
    let all: [WritableKeyPath<SwAVRecipe, SwAV.Crops>] = [
      \.method.large, \.method.small, \.multiCrop.large, \.multiCrop.small,
    ]
    for crops in all {
      (self[keyPath: crops].colorStrength, self[keyPath: crops].hueStrength) = (0.4, 0.1)
      self[keyPath: crops].blurProbability = 0
    }
  }

  /// Draws small crops beside the large ones.
  mutating func addSmallCrops() {
    (method.large, method.small) = (multiCrop.large, multiCrop.small)
    method.smallCount = multiCrop.smallCount
  }

  /// An arm that follows the recipe but for `change`.
  func arm(
    _ name: String, role: Arm.Role = .headline, _ change: (inout SwAVRecipe) -> Void = { _ in }
  ) -> Arm {
    var recipe = self
    change(&recipe)
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(recipe.encoder, recipe.method), plan: recipe.plan
    ) { constants, random in
      SwAV(constants.network, constants.method, using: &random)
    }
  }

  /// The headline's two arms, which do equally many multiply-adds, and their floor.
  var crops: [Arm] {
    [
      arm("two crops"),
      arm("multi-crop") {
        $0.addSmallCrops()
        $0.plan.epochs = multiCrop.epochs
      },
      arm("random encoder", role: .reference) { $0.plan.epochs = 0 },
    ]
  }

  /// SimCLR with the rule and the rate of its own recipe for CIFAR-10, for as many epochs in batches as small.
  func simCLR(_ name: String) -> Arm {
    var recipe = self
    recipe.shrinkBatch()
    recipe.plan.optimizer = .lars(
      learningRate: Float(recipe.plan.batchSize) / 256, momentum: 0.9, weightDecay: 1e-4)
    return Arm(
      name, role: .exploratory, hyperparameters: NetworkAndMethod(encoder, SimCLR.Hyperparameters()),
      plan: recipe.plan
    ) { constants, random in
      SimCLR(constants.network, constants.method, using: &random)
    }
  }
}

extension Paper {
  static let swAV = Paper(
    "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments",
    authors: "Caron, Misra, Mairal, Goyal, Bojanowski, Joulin", venue: "NeurIPS 2020", arXiv: "2006.09882",
    folder: "swav")
}
