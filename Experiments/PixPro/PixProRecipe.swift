import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// What the arms of one PixPro experiment have in common, each of which changes it in one thing.
struct PixProRecipe {
  /// What is chosen on held-out frames for each compared arm by itself.
  struct Choice {
    /// The learning rate.
    var rate: Float
    /// How much of itself the network of keys keeps in a step: PixPro's m at the first step, MoCo's at all.
    var keyMomentum: Float
  }

  /// f, the same for all arms but for the parts of a batch that MoCo normalizes apart.
  var encoder: ResNet.Configuration
  /// PixPro's constants.
  var method = PixPro.Hyperparameters()
  /// What of them is the instance branch's alone, where it is trained by itself.
  var instance: Choice
  /// Those of MoCo.
  var moco = MoCo.Hyperparameters()
  /// The rate of MoCo's SGD.
  var mocoRate: Float
  /// In how many parts MoCo normalizes a batch.
  var mocoGroups = 8
  /// Those of SimCLR.
  var simCLR = SimCLR.Hyperparameters()
  /// The rate of SimCLR's LARS.
  var simCLRRate: Float
  /// How long and by which rule PixPro is trained; the others take as many steps on the same images.
  var plan: TrainingPlan

  /// LARS and one cosine after a linear warm-up, at the rate 1.0 × size / 256 of the authors' scripts; MoCo by the rule and at
  /// the rate of the suite's other MoCo.
  init(encoder: ResNet.Configuration, side: Int, epochs: Int, batchSize: Int, warmupEpochs: Float) {
    let size = Float(batchSize) / 256
    self.encoder = encoder
    method.views.side = side
    instance = Choice(rate: size, keyMomentum: method.firstKeyMomentum)
    (mocoRate, simCLRRate) = (0.06 * size, size)
    plan = TrainingPlan(
      epochs: epochs, batchSize: batchSize,
      optimizer: PixProRecipe.lars(size), schedule: .cosine(warmupEpochs: warmupEpochs))
  }

  private static func lars(_ rate: Float) -> OptimizerConfiguration {
    .lars(learningRate: rate, momentum: 0.9, weightDecay: 1e-5)
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

  /// Gives every compared arm what was chosen for it.
  mutating func use(pixPro: Choice, instance: Choice, moco: Choice) {
    plan.optimizer = PixProRecipe.lars(pixPro.rate)
    method.firstKeyMomentum = pixPro.keyMomentum
    self.instance = instance
    (mocoRate, self.moco.keyMomentum) = (moco.rate, moco.keyMomentum)
  }

  /// Has the views of all arms show at least this part of an image.
  mutating func crop(atLeast part: Float) {
    (method.views.smallestCrop, moco.smallestCrop, simCLR.smallestCrop) = (part, part, part)
  }

  /// An arm that follows PixPro's recipe but for `change`.
  func arm(
    _ name: String, role: Arm.Role = .exploratory, evaluations: [any Evaluation] = [],
    _ change: (inout PixProRecipe) -> Void = { _ in }
  ) -> Arm {
    var recipe = self
    change(&recipe)
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(recipe.encoder, recipe.method), plan: recipe.plan,
      evaluations: evaluations
    ) { constants, random in
      PixPro(constants.network, constants.method, using: &random)
    }
  }

  /// The compared arms and their floor, which is measured by `ceiling` besides: a network that masks train from there.
  func compared(ceiling: [any Evaluation] = []) -> [Arm] {
    [
      arm("instance branch alone", role: .headline) {
        ($0.method.pixelTask, $0.method.instanceWeight) = (.none, 1)
        $0.plan.optimizer = PixProRecipe.lars(instance.rate)
        $0.method.firstKeyMomentum = instance.keyMomentum
      },
      mocoArm("MoCo v2 with PixPro's views", role: .headline, on: method.views),
      arm("PixPro", role: .headline),
      arm("random encoder", role: .reference, evaluations: ceiling) { $0.plan.epochs = 0 },
    ]
  }

  /// The paper's other comparisons: other methods, and one constant of PixPro at a time.
  var explorations: [Arm] {
    [
      mocoArm("MoCo v2"),
      arm("PixContrast") { $0.method.pixelTask = .contrast },
      simCLRArm("SimCLR"),
      arm("PixPro + instance branch") { $0.method.instanceWeight = 1 },
      arm("without propagation") { $0.method.pixelTask = .consistency },
      arm("threshold 0.35") { $0.method.distanceThreshold = 0.35 },
      arm("threshold 1.4") { $0.method.distanceThreshold = 1.4 },
      arm("threshold 2.8") { $0.method.distanceThreshold = 2.8 },
      arm("sharpness 1") { $0.method.sharpness = 1 },
      arm("sharpness 4") { $0.method.sharpness = 4 },
    ]
  }

  /// MoCo v2 with its own views, or those of PixPro.
  private func mocoArm(_ name: String, role: Arm.Role = .exploratory, on views: PixPro.Views? = nil) -> Arm {
    var (network, plan) = (encoder, plan)
    network.normalizationGroups = mocoGroups
    plan.optimizer = .sgd(learningRate: mocoRate, momentum: 0.9, weightDecay: 5e-4)
    plan.schedule = .cosine()
    return Arm(
      name, role: role, hyperparameters: MoCoConstants(network: network, method: moco, views: views),
      plan: plan
    ) { [side = method.views.side] constants, seen, random in
      MoCo(
        constants.network, constants.method, side: seen?.side ?? side,
        views: constants.views.map(Augmentation.pixPro),
        using: &random)
    }
  }

  /// SimCLR by its own rule.
  private func simCLRArm(_ name: String) -> Arm {
    var plan = plan
    plan.optimizer = .lars(learningRate: simCLRRate, momentum: 0.9, weightDecay: 1e-4)
    return Arm(name, role: .exploratory, hyperparameters: NetworkAndMethod(encoder, simCLR), plan: plan) {
      [side = method.views.side] constants, seen, random in
      SimCLR(constants.network, constants.method, side: seen?.side ?? side, using: &random)
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

extension Paper {
  static let pixPro = Paper(
    "Propagate Yourself: Exploring Pixel-Level Consistency for Unsupervised Visual Representation Learning",
    authors: "Xie, Lin, Zhang, Cao, Lin, Hu", venue: "CVPR 2021", arXiv: "2011.10043", folder: "pixpro")
}
