import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Everything that makes one generator: which images, which network, how it is trained and asked.
public struct GeneratorRecipe: Codable, Sendable, Equatable {
  /// The images that it learns; what is generated from them never knows their labels, which only balance the choice.
  public var dataset: DatasetReference
  /// The network.
  public var network: UNet.Configuration
  /// The noise of training.
  public var diffusion = Diffusion()
  /// How long, in what batches, by which rule.
  public var plan: TrainingPlan
  /// What the average of the weights keeps of itself at every step.
  public var averageMomentum: Float
  /// The epoch after which the deliberately early weights are kept.
  public var earlyEpoch: Int
  /// How images are drawn.
  public var sampling: HeunSampling
  /// How many images pass through the network at once.
  public var imagesPerBatch: Int
  /// How many images are drawn unless told otherwise.
  public var imageCount: Int

  /// The recipe at `scale` for images of `name`; `nil` at the scale of the papers, whose generators are
  /// published, and of demonstrations, which need none.
  public init?(scale: Scale, data name: DatasetReference.Name = .cifar10) {
    switch scale {
    case .smoke:
      dataset = DatasetReference(name).scarce(percent: 5).first(60)
      network = UNet.Configuration(width: 16, multipliers: [1, 1, 1], attentionFrom: 2)
      plan = GeneratorRecipe.plan(epochs: 3, batchSize: 20, warmupEpochs: 1)
      (averageMomentum, earlyEpoch) = (0.9, 1)
      (sampling, imagesPerBatch, imageCount) = (HeunSampling(steps: 3), 20, 40)
    case .reduced:
      dataset = DatasetReference(name).scarce(percent: GeneratorRecipe.percent)
      network = UNet.Configuration(width: 32, multipliers: [1, 2, 3], attentionFrom: 2)
      // Three times the images, and the 18 steps of the paper's own for images of this size, of version 1 of AdaInf, whose
      // generator was poor.
      plan = GeneratorRecipe.plan(epochs: 1_500, batchSize: 50, warmupEpochs: 12)
      (averageMomentum, earlyEpoch) = (0.999, 150)
      (sampling, imagesPerBatch, imageCount) = (HeunSampling(steps: 18), 50, 20_000)
    case .demo, .paper: return nil
    }
  }

  /// Raised whenever the same recipe would make other images by a change of the code.
  public static let version = 1

  /// How many of every hundred images of a class are learned: 1,000 of CIFAR-10's training images.
  public static let percent = 2

  private static func plan(epochs: Int, batchSize: Int, warmupEpochs: Float) -> TrainingPlan {
    TrainingPlan(
      epochs: epochs, batchSize: batchSize, optimizer: .adam(learningRate: 5e-4, beta2: 0.99),
      schedule: .cosine(warmupEpochs: warmupEpochs))
  }
}

/// Which weights images are drawn with.
public enum GeneratorQuality: String, Codable, Sendable, CaseIterable {
  /// Those at the end of the training.
  case last
  /// Those of `GeneratorRecipe.earlyEpoch`: a deliberately poor generator.
  case early
}

/// What makes a generator this one and no other.
public struct GeneratorIdentity: Codable, Sendable, Equatable {
  /// The version of the code that follows the recipe.
  public var version = GeneratorRecipe.version
  /// How much of the recipe.
  public var scale: Scale
  /// The recipe; its precision is the one that this machine resolves it to.
  public var recipe: GeneratorRecipe
  /// What decides everything random.
  public var seed: UInt64
  /// The digest of the data set's bytes.
  public var dataDigest: String

  /// Creates an identity.
  public init(scale: Scale, recipe: GeneratorRecipe, seed: UInt64, dataDigest: String) {
    self.scale = scale
    self.recipe = recipe
    self.seed = seed
    self.dataDigest = dataDigest
  }

  /// A short digest of all of this.
  public var digest: String { String(JSONValue(encoding: self).digest.prefix(12)) }
}
