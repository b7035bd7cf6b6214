import NeuralNetworks
import Tensors
import Vision

/// Barlow Twins: redundancy reduction.
///
/// Zbontar, Jing, Misra, LeCun, Deny. “Barlow Twins: Self-Supervised Learning via Redundancy Reduction.” ICML 2021.
/// arXiv:2103.03230.
///
/// Symbols follow the paper: embeddings Z^A and Z^B of two views of each image of a batch, and C, the correlation over the
/// batch of every component of the one with every component of the other. There are no negatives and no second network.
public final class BarlowTwins: PretrainingMethod {
  /// The constants of the method, by the names of the paper's symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// λ, the weight of what should be uncorrelated.
    public var redundancyWeight: Float = 5e-3
    /// What the loss is multiplied by: its sums grow with the number of components, and rates are not chosen for that.
    public var scale: Float = 0.1
    /// Width of the projector's two hidden layers.
    public var hiddenDimension = 8_192
    /// D, how many numbers an embedding has.
    public var embeddingDimension = 8_192

    /// Creates the paper's sizes and λ.
    public init() {}
  }

  let network: EmbeddingNetwork
  /// The constants it was made with.
  public let hyperparameters: Hyperparameters
  private let identity, others: Tensor  // D × D: ones on the diagonal, and everywhere else

  public var encoder: any Encoder { network.encoder }
  public let augmentations: [Augmentation]

  /// Creates the network for two `views` of each image.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, views: [Augmentation],
    using random: inout Random
  ) {
    precondition(views.count == 2, "Barlow Twins takes two views of an image, not \(views.count)")
    self.hyperparameters = hyperparameters
    augmentations = views
    let encoder = ResNet(resNet, using: &random)
    let (hidden, d) = (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension)
    // Three linear layers, a batch norm and a ReLU after each of the first two (section 2.2). No offsets: what follows is
    // freed of its mean.
    let head = Sequential(
      Linear(encoder.featureCount, hidden, bias: false, using: &random), BatchNormalization(hidden), ReLU(),
      Linear(hidden, hidden, bias: false, using: &random), BatchNormalization(hidden), ReLU(),
      Linear(hidden, d, bias: false, using: &random))
    network = EmbeddingNetwork(encoder, head: head)
    identity = Tensor((0..<d * d).map { $0 % (d + 1) == 0 ? 1 : 0 }, shape: [d, d])
    others = Tensor((0..<d * d).map { $0 % (d + 1) == 0 ? 0 : 1 }, shape: [d, d])
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let λ = hyperparameters.redundancyWeight
    let c = crossCorrelation(network(batch.views[0].images), network(batch.views[1].images))

    // L = Σ_i (1 − C_ii)² + λ Σ_i Σ_{j≠i} C_ij² (equation 1).
    let (deviation, square) = (identity - c, c * c)
    let invariance = (identity * deviation * deviation).sum()
    let redundancy = (others * square).sum()
    return Loss(
      hyperparameters.scale * (invariance + λ * redundancy),
      terms: ["invariance": invariance, "redundancy": redundancy])
  }
}
