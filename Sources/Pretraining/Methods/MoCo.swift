import NeuralNetworks
import Tensors
import Vision

/// Momentum Contrast (MoCo v2).
///
/// He, Fan, Wu, Xie, Girshick. “Momentum Contrast for Unsupervised Visual Representation Learning.” CVPR 2020.
/// arXiv:1911.05722. Version 2, with a hidden layer, blur and a softer temperature: Chen, Fan, Girshick, He. “Improved
/// Baselines with Momentum Contrastive Learning.” arXiv:2003.04297.
public final class MoCo: PretrainingMethod {
  /// The constants of the method, by the names of the papers' symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// τ.
    public var temperature: Float = 0.2
    /// m.
    public var keyMomentum: Float = 0.999
    /// K.
    public var queueLength = 65_536
    /// How many numbers an embedding has.
    public var embeddingDimension = 128
    /// The smallest part of an image that a view shows.
    public var smallestCrop: Float = 0.2
    /// How often a view is blurred.
    public var blurProbability: Float = 0.5

    /// Creates the constants of MoCo v2 on ImageNet.
    public init() {}
  }

  let online: EmbeddingNetwork  // f_q
  let momentum: MomentumCopy<EmbeddingNetwork>  // f_k, updated only by following f_q
  let queue: NegativeQueue
  /// The constants it was made with.
  public let hyperparameters: Hyperparameters
  private let shuffle: Random
  private var latestKeys: Tensor?

  public var encoder: any Encoder { online.encoder }
  public let augmentations: [Augmentation]
  public var viewNames: [String] { ["query", "key"] }

  /// Creates both networks, equal at first, and a queue of random unit vectors, for views of `side` × `side` pixels; or
  /// for the given views, one pipeline for queries and one for keys, where those are not MoCo v2's.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, side: Int = 32,
    views: [Augmentation]? = nil, using random: inout Random
  ) {
    func network(using random: inout Random) -> EmbeddingNetwork {
      let encoder = ResNet(resNet, using: &random)
      return EmbeddingNetwork(
        encoder,
        head: .projectionHead(encoder.featureCount, to: hyperparameters.embeddingDimension, using: &random))
    }
    self.hyperparameters = hyperparameters
    let own = Augmentation.mocoV2(
      side: side, smallestCrop: hyperparameters.smallestCrop, blurProbability: hyperparameters.blurProbability
    )
    augmentations = views ?? [own, own]
    precondition(augmentations.count == 2, "a query and a key, not \(augmentations.count) views")
    online = network(using: &random)
    momentum = MomentumCopy(of: online, as: network(using: &random))
    var queueRandom = random.split("queue")
    queue = NegativeQueue(
      count: hyperparameters.queueLength, dimension: hyperparameters.embeddingDimension, using: &queueRandom)
    shuffle = random.split("shuffled keys")
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let q = online(batch.views[0].images).normalized()
    let k = momentum.keys(of: batch.views[1].images, shuffledBy: shuffle.split("step \(progress.step)"))

    // −log( exp(q·k/τ) / (exp(q·k/τ) + Σᵢ exp(q·kᵢ/τ)) ) over the queued keys kᵢ (equation 1).
    let instance = infoNCE(
      q.rowProducts(with: k), negatives: q.similarities(to: queue.keys),
      temperature: hyperparameters.temperature)
    latestKeys = k
    return Loss(instance, terms: ["instance": instance])
  }

  public func didUpdate(at progress: TrainingProgress) {
    momentum.follow(momentum: hyperparameters.keyMomentum)  // f_k ← m f_k + (1 − m) f_q (equation 2)
    if let latestKeys { queue.enqueue(latestKeys) }
    latestKeys = nil
  }
}

extension MomentumCopy where Network: Layer {
  /// The copy's unit vectors for `images`, encoded in an order that is drawn from `random` and returned in theirs, so that
  /// shared batch statistics tell nothing of a pair (MoCo, section 3.3); in their own order where that is `nil`.
  public func keys(of images: Tensor, shuffledBy random: Random?) -> Tensor {
    guard var random else { return network(images).normalized() }
    let order = random.permutation(images.shape.batch)
    var inverse = order
    for (place, image) in order.enumerated() { inverse[image] = place }
    return network(images.gathered(at: order)).normalized().gathered(at: inverse)
  }
}

extension Augmentation {
  /// MoCo v2's view of `side` × `side` pixels; its authors leave the blur out in their demonstration on CIFAR-10.
  public static func mocoV2(side: Int, smallestCrop: Float, blurProbability: Float = 0) -> Augmentation {
    var steps: [any ImageTransform] = [
      RandomResizedCrop(to: side, area: smallestCrop...1),
      ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8),
      Grayscale(probability: 0.2),
    ]
    if blurProbability > 0 {
      steps.append(
        GaussianBlur(probability: blurProbability, kernel: GaussianBlur.usualKernel(side: side)))
    }
    return Augmentation(steps + [HorizontalFlip()])
  }
}
