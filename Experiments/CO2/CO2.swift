import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// Consistent Contrast (CO2) on top of Momentum Contrast (MoCo).
///
/// Wei, Wang, Shen, Yuille. “CO2: Consistent Contrast for Unsupervised Visual Representation Learning.” ICLR 2021.
/// arXiv:2010.02217. MoCo: He, Fan, Wu, Xie, Girshick. “Momentum Contrast for Unsupervised Visual Representation
/// Learning.” CVPR 2020. arXiv:1911.05722.
///
/// Symbols follow the paper: a query `q`, its positive key `p`, the queued negatives `n`. A `consistencyWeight` of zero
/// is MoCo itself.
public final class CO2: PretrainingMethod {
  /// The constants of the method, by the names of its papers' symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// τ_ins, of the instance-discrimination term.
    public var temperature: Float = 0.1
    /// τ_con, of the consistency term.
    public var consistencyTemperature: Float = 0.05
    /// α.
    public var consistencyWeight: Float = 0.3
    /// m.
    public var keyMomentum: Float = 0.99
    /// K.
    public var queueLength = 4_096
    /// D.
    public var embeddingDimension = 128
    /// Whether the head has a hidden layer (MoCo v2) or is linear (MoCo v1 and its CIFAR demonstration).
    public var hasHiddenLayer = true
    /// The smallest part of an image that a view shows.
    public var smallestCrop: Float = 0.2
    /// Whether keys are encoded in another order than queries, so that shared batch statistics tell nothing of a pair.
    public var shufflesKeys = true

    /// Creates MoCo v2's head and crops, the queue, momentum and temperature of MoCo's CIFAR demonstration, and CO2's
    /// constants as recalled.
    public init() {}
  }

  let online: EmbeddingNetwork  // f_q
  let momentum: MomentumCopy<EmbeddingNetwork>  // f_k, updated only by following f_q
  let queue: NegativeQueue
  let hyperparameters: Hyperparameters
  private let shuffle: Random
  private var latestKeys: Tensor?

  public var encoder: any Encoder { online.encoder }
  public let augmentations: [Augmentation]
  public var viewNames: [String] { ["query", "key"] }

  /// Creates both networks, equal at first, and a queue of random unit vectors.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, side: Int = 32,
    using random: inout Random
  ) {
    func network(using random: inout Random) -> EmbeddingNetwork {
      let encoder = ResNet(resNet, using: &random)
      let (inputs, outputs) = (encoder.featureCount, hyperparameters.embeddingDimension)
      return EmbeddingNetwork(
        encoder,
        head: .projectionHead(
          inputs, to: outputs, hasHiddenLayer: hyperparameters.hasHiddenLayer, using: &random))
    }
    self.hyperparameters = hyperparameters
    let view = Augmentation.mocoV2(side: side, smallestCrop: hyperparameters.smallestCrop)
    augmentations = [view, view]
    online = network(using: &random)
    momentum = MomentumCopy(of: online, as: network(using: &random))
    var queueRandom = random.split("queue")
    queue = NegativeQueue(
      count: hyperparameters.queueLength, dimension: hyperparameters.embeddingDimension, using: &queueRandom)
    shuffle = random.split("shuffled keys")
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let α = hyperparameters.consistencyWeight
    let (instance, consistency) = terms(of: batch, at: progress)
    // L = L_ins + α L_con; at α = 0 this is MoCo, and the second term is only watched.
    return Loss(
      α == 0 ? instance : instance + α * consistency,
      terms: ["instance": instance, "consistency": consistency])
  }

  func terms(of batch: Batch, at progress: TrainingProgress) -> (instance: Tensor, consistency: Tensor) {
    let τ = hyperparameters.temperature
    let τCon = hyperparameters.consistencyTemperature

    let q = online(batch.views[0].images).normalized()
    let p = keys(of: batch.views[1].images, at: progress)
    let n = queue.keys
    let (qp, qn, pn) = (q.rowProducts(with: p), q.similarities(to: n), p.similarities(to: n))

    // L_ins = −log( exp(q·p/τ) / (exp(q·p/τ) + Σᵢ exp(q·nᵢ/τ)) ): tell the positive key from every queued negative.
    let instance = infoNCE(qp, negatives: qn, temperature: τ)

    // L_con = ½ D_KL(P‖Q) + ½ D_KL(Q‖P), Q(i) ∝ exp(q·nᵢ/τ_con), P(i) ∝ exp(p·nᵢ/τ_con), over the negatives alone.
    let consistency = symmetricDivergence(qn, pn, temperature: τCon)

    latestKeys = p
    return (instance, consistency)
  }

  public func didUpdate(at progress: TrainingProgress) {
    momentum.follow(momentum: hyperparameters.keyMomentum)  // f_k ← m f_k + (1 − m) f_q
    if let latestKeys { queue.enqueue(latestKeys) }
    latestKeys = nil
  }

  /// The momentum network's unit vectors for `images`, encoded in shuffled order and returned in theirs.
  func keys(of images: Tensor, at progress: TrainingProgress) -> Tensor {
    momentum.keys(
      of: images, shuffledBy: hyperparameters.shufflesKeys ? shuffle.split("step \(progress.step)") : nil)
  }
}
