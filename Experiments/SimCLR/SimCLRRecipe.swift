import Harness
import NeuralNetworks
import Pretraining
import Vision

/// What the arms of one SimCLR experiment have in common, each of which changes it in one thing.
struct SimCLRRecipe {
  /// f.
  var encoder: ResNet.Configuration
  /// Pixels per side of a view.
  var side = 32
  /// The method's constants.
  var method = SimCLR.Hyperparameters()
  /// How long and by which rule it is trained.
  var plan: TrainingPlan

  /// LARS and one cosine after a linear warm-up, at the rate that belongs to the batch.
  init(encoder: ResNet.Configuration, epochs: Int, batchSize: Int, warmupEpochs: Float) {
    self.encoder = encoder
    plan = TrainingPlan(
      epochs: epochs, batchSize: batchSize, optimizer: .lars(learningRate: 0),
      schedule: .cosine(warmupEpochs: warmupEpochs))
    setBatchSize(batchSize)
  }

  /// Makes batches `size` images large, with the rate 1.0 × size / 256 of the authors' command for CIFAR-10.
  mutating func setBatchSize(_ size: Int) {
    plan.batchSize = size
    plan.optimizer = .lars(learningRate: Float(size) / 256, momentum: 0.9, weightDecay: 1e-4)
  }

  /// Keeps the rate of batches of 256 in smaller ones: LARS normalizes gradients, and a step of a small batch is as long as
  /// any other.
  mutating func keepRate() {
    plan.optimizer = .lars(learningRate: 1, momentum: 0.9, weightDecay: 1e-4)
  }

  /// An arm that follows the recipe but for `change`, on all images or on those of some classes.
  func arm(
    _ name: String, role: Arm.Role = .headline, on classes: ClassHalf? = nil,
    _ change: (inout SimCLRRecipe) -> Void = { _ in }
  ) -> Arm {
    var recipe = self
    change(&recipe)
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(recipe.encoder, recipe.method), plan: recipe.plan,
      pretrainingClasses: classes
    ) { [side = recipe.side] constants, seen, random in
      SimCLR(constants.network, constants.method, side: seen?.side ?? side, using: &random)
    }
  }

  /// The headline's three arms and their floor.
  var heads: [Arm] {
    [
      arm("no head") { $0.method.head = .none },
      arm("linear head") {
        // With the batch norms of the released code where the other head has them.
        $0.method.head = method.head == .normalizedNonLinear ? .normalizedLinear : .linear
      },
      arm("non-linear head"),
      arm("random encoder", role: .reference) { $0.plan.epochs = 0 },
    ]
  }

}

extension Paper {
  static let simCLR = Paper(
    "A Simple Framework for Contrastive Learning of Visual Representations",
    authors: "Chen, Kornblith, Norouzi, Hinton", venue: "ICML 2020", arXiv: "2002.05709", folder: "simclr")
}
