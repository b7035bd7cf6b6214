import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// Sample: say in one sentence what it does.
///
/// Authors. “Title.” Venue and year. arXiv:0000.00000.
///
/// Say which symbols of the paper stand for what. The loss below is a placeholder that learns: two views of an image should
/// have one embedding, and no component of embeddings may be the same for all images.
public final class Sample: PretrainingMethod {
  /// The constants of the method, by the names of the paper's symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// λ, how much embeddings are held apart.
    public var spreadWeight: Float = 1
    /// d, how many numbers an embedding has.
    public var embeddingDimension = 128
    /// The smallest part of an image that a view shows.
    public var smallestCrop: Float = 0.2

    /// Creates the paper's constants.
    public init() {}
  }

  /// The encoder, which is kept, and the head, which is thrown away.
  public let network: EmbeddingNetwork
  let hyperparameters: Hyperparameters

  public var encoder: any Encoder { network.encoder }
  public let augmentations: [Augmentation]

  /// Creates the network for views of `side` × `side` pixels.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, side: Int,
    using random: inout Random
  ) {
    self.hyperparameters = hyperparameters
    let encoder = ResNet(resNet, using: &random)
    let head = Sequential.projectionHead(
      encoder.featureCount, to: hyperparameters.embeddingDimension, using: &random)
    network = EmbeddingNetwork(encoder, head: head)
    let view: Augmentation = [
      RandomResizedCrop(to: side, area: hyperparameters.smallestCrop...1, interpolation: .bicubic),
      HorizontalFlip(),
      ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8),
      Grayscale(probability: 0.2),
    ]
    augmentations = [view, view]
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    Self.loss(
      network(batch.views[0].images), network(batch.views[1].images), λ: hyperparameters.spreadWeight)
  }

  /// The loss of embeddings of both views, n × d each.
  public static func loss(_ z: Tensor, _ other: Tensor, λ: Float) -> Loss {
    // 1/nd Σᵢ ‖zᵢ − z′ᵢ‖² (the placeholder's first term)
    let difference = z - other
    let agreement = (difference * difference).mean()

    // 1/d Σⱼ max(0, 1 − √(Var(zʲ) + ε)), of both views (its second)
    func spread(_ z: Tensor) -> Tensor {
      (1 - (z.columnVariances() + 1e-4).squareRoot()).relu().mean()
    }
    let apart = spread(z) + spread(other)
    return Loss(agreement + λ * apart, terms: ["agreement": agreement, "spread": apart])
  }
}

extension Sample: KnowsChance {
  /// What a term is while features tell nothing: an alarm rings where it stays there, and curves show the level.
  public func chanceLevels(batchSize: Int) -> [String: Double] { ["spread": 1.98] }
}

extension Sample.Hyperparameters: CheckedHyperparameters {
  /// Every constant that a user can set has a range; what lies outside is refused before anything is trained.
  public func problem(with plan: TrainingPlan) -> String? {
    if plan.batchSize < 2 { return "one image has no variance: raise plan.batchSize" }
    if !(0...1e6).contains(spreadWeight) { return "spreadWeight lies within 0...1e6, not at \(spreadWeight)" }
    return (1...16_384).contains(embeddingDimension)
      ? nil : "embeddingDimension lies within 1...16384, not at \(embeddingDimension)"
  }
}
