import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// VICReg: variance, invariance and covariance.
///
/// Bardes, Ponce, LeCun. “VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning.” ICLR 2022.
/// arXiv:2105.04906.
///
/// Symbols follow the paper: an encoder f, whose representations are kept, and an expander h, which is thrown away;
/// embeddings Z = h(f(x)) and Z′ = h(f(x′)) of two views of each image of a batch. There are no negatives, no second network
/// and no normalization of the embeddings.
public final class VICReg: PretrainingMethod {
  /// The constants of the method.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// λ, μ and ν.
    public var invarianceWeight: Float = 25
    public var varianceWeight: Float = 25
    public var covarianceWeight: Float = 1
    /// Width of the expander's two hidden layers.
    public var hiddenDimension = 8_192
    /// d.
    public var embeddingDimension = 8_192
    /// The smallest part of an image that a view shows.
    public var smallestCrop: Float = 0.08
    /// How often a view is solarized.
    public var solarizeProbability: Float = 0.1

    /// Creates the paper's weights and sizes.
    public init() {}
  }

  /// h ∘ f.
  public let network: EmbeddingNetwork
  let criterion: VICRegLoss

  public var encoder: any Encoder { network.encoder }
  public let augmentations: [Augmentation]

  /// Creates f and h for views of `side` × `side` pixels.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, side: Int,
    using random: inout Random
  ) {
    let (hidden, d) = (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension)
    let f = ResNet(resNet, using: &random)
    let h = Sequential(
      Linear(f.featureCount, hidden, using: &random), BatchNormalization(hidden), ReLU(),
      Linear(hidden, hidden, using: &random), BatchNormalization(hidden), ReLU(),
      Linear(hidden, d, bias: false, using: &random))
    network = EmbeddingNetwork(f, head: h)

    var criterion = VICRegLoss(dimension: d)
    criterion.invarianceWeight = hyperparameters.invarianceWeight
    criterion.varianceWeight = hyperparameters.varianceWeight
    criterion.covarianceWeight = hyperparameters.covarianceWeight
    self.criterion = criterion

    let view = Augmentation.vicReg(side: side, hyperparameters)
    augmentations = [view, view]
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    // One forward for each view: each has the batch statistics of its own, as in the released code.
    criterion(network(batch.views[0].images), network(batch.views[1].images))
  }
}

extension Augmentation {
  /// A view of `side` × `side` pixels: random crop and resize, flip, colour distortion, solarization.
  static func vicReg(side: Int, _ hyperparameters: VICReg.Hyperparameters) -> Augmentation {
    [
      RandomResizedCrop(to: side, area: hyperparameters.smallestCrop...1, interpolation: .bicubic),
      HorizontalFlip(),
      ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8),
      Grayscale(probability: 0.2),
      Solarize(probability: hyperparameters.solarizeProbability),
    ]
  }
}

extension VICReg: KnowsChance {
  /// 2 (γ − √ε) for the variance, where every image has one embedding: an alarm rings if it stays there.
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["variance": Double(2 * (criterion.targetDeviation - criterion.epsilon.squareRoot()))]
  }

  public func lossBounds(batchSize: Int) -> [String: ClosedRange<Double>] {
    ["variance": 0...Double(2 * criterion.targetDeviation)]
  }
}

extension VICReg.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if plan.batchSize < 2 { return "one image has no variance: raise plan.batchSize" }
    for (name, weight) in [
      ("invarianceWeight", invarianceWeight), ("varianceWeight", varianceWeight),
      ("covarianceWeight", covarianceWeight),
    ] where !(0...1e6).contains(weight) {
      return "\(name) lies within 0...1e6, not at \(weight)"
    }
    return (1...16_384).contains(embeddingDimension)
      ? nil : "embeddingDimension lies within 1...16384, not at \(embeddingDimension)"
  }
}
