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
    /// After how many epochs it has done as many multiply-adds as two crops have at the end, where that is what is asked;
    /// `nil` for equal epochs.
    var epochs: Int?
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

  /// Few prototypes, a narrow head, and no queue, which the paper needs only where a batch is smaller than the prototypes.
  mutating func reduce() {
    (method.prototypeCount, method.hiddenDimension) = (100, 512)
    (method.frozenEpochs, method.queueLength) = (1, 0)
  }

  /// What a minute on drawn images takes: as few prototypes as a small batch fills, no queue, and steps as long as those of
  /// larger batches.
  mutating func demonstrate() {
    easeTheStart()
    rate = 0.8
    setBatchSize(plan.batchSize)
    (method.prototypeCount, method.hiddenDimension) = (20, 128)
    (method.frozenEpochs, method.queueLength) = (1, 0)
  }

  /// Where there is no queue, keeps features of 15 batches from the middle of the training on, when they are no longer
  /// those of a network that changes quickly.
  mutating func haveQueue() {
    if method.queueLength > 0 { return }
    (method.queueLength, method.queueStartEpoch) = (15 * plan.batchSize, Float(plan.epochs) / 2)
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

  /// The headline's two arms and their floor.
  var crops: [Arm] {
    [
      arm("two crops"),
      arm("multi-crop") {
        $0.addSmallCrops()
        $0.plan.epochs = multiCrop.epochs ?? plan.epochs
      },
      arm("random encoder", role: .reference) { $0.plan.epochs = 0 },
    ]
  }

  /// SimCLR with the rule and the rate of its own recipe for CIFAR-10, for as many epochs in batches as large.
  func simCLR(_ name: String, role: Arm.Role) -> Arm {
    var plan = plan
    plan.optimizer = .lars(
      learningRate: Float(plan.batchSize) / 256, momentum: 0.9, weightDecay: 1e-4)
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(encoder, SimCLR.Hyperparameters()), plan: plan
    ) { [side = method.large.side] constants, seen, random in
      SimCLR(constants.network, constants.method, side: seen?.side ?? side, using: &random)
    }
  }
}

extension SwAVRecipe {
  /// What makes runs a test: a baseline that is no worse than SimCLR by more than a few points, at equal images.
  static let checks: [Check] = [
    .keepsUp("two crops", with: "SimCLR", within: 4), .beats(floor: "random encoder"), .notCollapsed,
  ]
  /// Of equal epochs, as the claims are.
  static let publishedGain = PublishedDifference(
    4.5, "ResNet-50 on ImageNet, 400 epochs each, facebookresearch/swav, README")

  /// Codes, rate and prototypes of two crops; then how small crops are drawn.
  static let grid = TuningGrid(
    judgedBy: Measure(evaluation: "linear-v1", metric: "top1"),
    baseline: .init(
      "two crops",
      [
        .ordered(
          "hyperparameters.method.epsilon", [0.02, 0.03, 0.05],
          limits: "the authors' .05, and what they advise where the loss stays at ln K"),
        .ordered(
          "plan.optimizer.larc.learningRate", [0.2, 0.4, 0.6], below: [0.1], above: [1.2],
          limits: "twice and a sixth of solo-learn's .6"),
        .ordered(
          "hyperparameters.method.prototypeCount", [30, 100, 250],
          limits: "without a queue a batch of 256 has to fill them, and ten classes need more than ten"),
      ],
      at: [[0, 0, 1], [0, 2, 2], [1, 0, 0], [1, 1, 1], [2, 1, 2], [2, 2, 0]]),
    treatments: [
      .init(
        "multi-crop",
        [
          .ordered(
            "hyperparameters.method.small.largest", [0.14, 0.3, 0.5], above: [0.8],
            limits: "the paper's, and solo-learn's for CIFAR-10"),
          .alternatives(
            "hyperparameters.method.small.smallest", [0.05, 0.08],
            because: "the paper's, and solo-learn's for CIFAR-10"),
        ])
    ])
}

extension Paper {
  static let swAV = Paper(
    "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments",
    authors: "Caron, Misra, Mairal, Goyal, Bojanowski, Joulin", venue: "NeurIPS 2020", arXiv: "2006.09882",
    folder: "swav")
}
