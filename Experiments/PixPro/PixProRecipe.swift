import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// What the arms of one PixPro experiment have in common, each of which changes it in one thing.
struct PixProRecipe {
  /// f, the same for all arms but for the parts of a batch that MoCo normalizes apart.
  var encoder: ResNet.Configuration
  /// PixPro's constants.
  var method = PixPro.Hyperparameters()
  /// Those of the baseline.
  var moco = MoCo.Hyperparameters()
  /// In how many parts MoCo normalizes a batch.
  var mocoGroups = 8
  /// Those of SimCLR.
  var simCLR = SimCLR.Hyperparameters()
  /// How long and by which rule PixPro is trained; the others take as many steps on the same images.
  var plan: TrainingPlan

  /// LARS and one cosine after a linear warm-up, at the rate 1.0 × size / 256 of the authors' scripts.
  init(encoder: ResNet.Configuration, side: Int, epochs: Int, batchSize: Int, warmupEpochs: Float) {
    self.encoder = encoder
    method.views.side = side
    plan = TrainingPlan(
      epochs: epochs, batchSize: batchSize,
      optimizer: .lars(learningRate: Float(batchSize) / 256, momentum: 0.9, weightDecay: 1e-5),
      schedule: .cosine(warmupEpochs: warmupEpochs))
  }

  /// Sets how wide the hidden layers of heads are, and how many numbers a projected pixel has.
  mutating func fitHeads(hidden: Int, embedding: Int) {
    (method.hiddenDimension, method.embeddingDimension) = (hidden, embedding)
  }

  /// Gives MoCo the temperature and the momentum that were chosen for `co2-cifar10`, a queue shorter than the set of images,
  /// and so many parts to normalize apart.
  mutating func useMoCo(queue: Int, groups: Int) {
    (moco.temperature, moco.keyMomentum, moco.queueLength) = (0.1, 0.99, queue)
    mocoGroups = groups
  }

  /// An arm that follows PixPro's recipe but for `change`.
  func arm(
    _ name: String, role: Arm.Role = .exploratory, _ change: (inout PixProRecipe) -> Void = { _ in }
  ) -> Arm {
    var recipe = self
    change(&recipe)
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(recipe.encoder, recipe.method), plan: recipe.plan
    ) { constants, random in
      PixPro(constants.network, constants.method, using: &random)
    }
  }

  /// Why features count as equal within a quarter of a point of mean intersection over union.
  static let marginReason =
    "a twentieth of the 4.8 points that lie between an untrained encoder and the best one seen here"

  /// PixPro has to lead in what it was made for, and everything trained has to be worth its training.
  static let checks: [Check] = [
    .leads(treatment: "PixPro", over: "MoCo v2", evaluation: "pixel-retrieval-v1", metric: "top1"),
    .beats(floor: "random encoder"), .notCollapsed,
  ]

  /// The headline's two arms and their floor.
  var headline: [Arm] {
    [
      mocoArm("MoCo v2", role: .headline), arm("PixPro", role: .headline),
      arm("random encoder", role: .reference) { $0.plan.epochs = 0 },
    ]
  }

  /// The paper's other comparisons: other methods, and one constant of PixPro at a time.
  var explorations: [Arm] {
    [
      arm("PixContrast") { $0.method.pixelTask = .contrast },
      simCLRArm("SimCLR"),
      mocoArm("MoCo v2 with PixPro's views", on: method.views),
      arm("PixPro + instance branch") { $0.method.instanceWeight = 1 },
      arm("instance branch alone") { ($0.method.pixelTask, $0.method.instanceWeight) = (.none, 1) },
      arm("without propagation") { $0.method.pixelTask = .consistency },
      arm("threshold 0.35") { $0.method.distanceThreshold = 0.35 },
      arm("threshold 1.4") { $0.method.distanceThreshold = 1.4 },
      arm("threshold 2.8") { $0.method.distanceThreshold = 2.8 },
      arm("sharpness 1") { $0.method.sharpness = 1 },
      arm("sharpness 4") { $0.method.sharpness = 4 },
    ]
  }

  /// MoCo v2 with its own views, or those of PixPro, by the rule and at the rate of the suite's other MoCo.
  private func mocoArm(_ name: String, role: Arm.Role = .exploratory, on views: PixPro.Views? = nil) -> Arm {
    var (network, plan) = (encoder, plan)
    network.normalizationGroups = mocoGroups
    plan.optimizer = .sgd(
      learningRate: 0.06 * Float(plan.batchSize) / 256, momentum: 0.9, weightDecay: 5e-4)
    plan.schedule = .cosine()
    return Arm(
      name, role: role, hyperparameters: MoCoConstants(network: network, method: moco, views: views),
      plan: plan
    ) { [side = method.views.side] constants, random in
      MoCo(
        constants.network, constants.method, side: side, views: constants.views.map(Augmentation.pixPro),
        using: &random)
    }
  }

  /// SimCLR by its own rule, at the rate that belongs to the batch.
  private func simCLRArm(_ name: String) -> Arm {
    var plan = plan
    plan.optimizer = .lars(
      learningRate: Float(plan.batchSize) / 256, momentum: 0.9, weightDecay: 1e-4)
    return Arm(name, role: .exploratory, hyperparameters: NetworkAndMethod(encoder, simCLR), plan: plan) {
      [side = method.views.side] constants, random in
      SimCLR(constants.network, constants.method, side: side, using: &random)
    }
  }
}

/// The constants of a MoCo arm; with views where those are not its own.
struct MoCoConstants: Codable, Sendable {
  var network: ResNet.Configuration
  var method: MoCo.Hyperparameters
  var views: PixPro.Views?
}

extension MoCoConstants: CheckedHyperparameters {
  func problem(with plan: TrainingPlan) -> String? {
    network.problem(with: plan) ?? method.problem(with: plan) ?? views?.problem
  }
}

extension DenseProbe {
  /// The evaluation with its usual recipe, or with one of seconds at smoke scale.
  static func pixPro(_ head: Head, on task: Task, at scale: Scale) -> any Evaluation {
    DenseProbe(head, on: task, recipe: scale == .smoke ? DenseRecipe(epochs: 1, limit: 16) : nil)
  }

  /// Version 2 of the linear probe and of fine-tuning, at smoke scale of small frames.
  static func pixProVersion2(on task: Task, at scale: Scale) -> [any Evaluation] {
    scale == .smoke
      ? [
        CellProbe(on: task, height: 96, limit: 16),
        DenseFineTuning(on: task, height: 96, recipe: DenseRecipe(epochs: 1, limit: 16)),
      ] : [CellProbe(on: task), DenseFineTuning(on: task)]
  }
}

extension Paper {
  static let pixPro = Paper(
    "Propagate Yourself: Exploring Pixel-Level Consistency for Unsupervised Visual Representation Learning",
    authors: "Xie, Lin, Zhang, Cao, Lin, Hu", venue: "CVPR 2021", arXiv: "2011.10043", folder: "pixpro")
}
