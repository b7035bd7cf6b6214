import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// Swapping assignments between views (SwAV).
///
/// Caron, Misra, Mairal, Goyal, Bojanowski, Joulin. “Unsupervised Learning of Visual Features by Contrasting Cluster
/// Assignments.” NeurIPS 2020. arXiv:2006.09882.
///
/// Symbols follow the paper: V crops x of each of B images, of which the first two are large; their features z, unit
/// vectors; K prototypes c, the rows of C; and codes q, which prototypes the features of a large crop are assigned to and
/// which every other crop of the image has to predict.
public final class SwAV: PretrainingMethod {
  /// How many crops have codes (`crops_for_assign`).
  static let largeCount = 2

  /// In which form codes are predicted (section 3.1).
  public enum Codes: String, Codable, Sendable, CaseIterable {
    /// As Sinkhorn-Knopp leaves them.
    case soft
    /// Rounded to the likeliest prototype.
    case hard
  }

  /// The constants of the method, by the names of the paper's symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// τ, of the softmax that predicts codes.
    public var temperature: Float = 0.1
    /// ε, how smooth codes are.
    public var epsilon: Float = 0.05
    /// How often Sinkhorn-Knopp rescales prototypes and samples.
    public var sinkhornIterations = 3
    /// What is predicted.
    public var codes = Codes.soft
    /// K.
    public var prototypeCount = 3_000
    /// Whether prototypes are trained or stay as they were drawn.
    public var learnsPrototypes = true
    /// How many passes over the images prototypes stay as they were drawn before they are trained.
    public var frozenEpochs: Float = 2
    /// How many features of earlier batches each large crop's codes are computed with; 0 for none.
    public var queueLength = 3_840
    /// How many passes over the images the queue is filled before it is read.
    public var queueStartEpoch: Float = 50
    /// Width of the projection head's hidden layer.
    public var hiddenDimension = 2_048
    /// How many numbers z has.
    public var embeddingDimension = 128
    /// How the two crops that have codes are drawn.
    public var large = Crops()
    /// How many further crops have to predict them, V − 2.
    public var smallCount = 0
    /// How those are drawn.
    public var small = Crops(side: 18, area: 0.08...0.5)

    /// Creates the constants of solo-learn's recipe for CIFAR-10 with two crops.
    public init() {}
  }

  let network: EmbeddingNetwork  // the projection head on top of f
  let prototypes: Linear  // z ↦ z Cᵀ
  let queues: [EmbeddingQueue]  // one per large crop
  let hyperparameters: Hyperparameters
  private var latest: [Tensor] = []

  public var encoder: any Encoder { network.encoder }
  public let augmentations: [Augmentation]
  public var viewNames: [String] {
    augmentations.indices.map {
      $0 < Self.largeCount ? "large crop \($0 + 1)" : "small crop \($0 - Self.largeCount + 1)"
    }
  }

  /// Creates f, its projection head, and prototypes in random directions.
  public init(_ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, using random: inout Random)
  {
    self.hyperparameters = hyperparameters
    let encoder = ResNet(resNet, using: &random)
    let (hidden, dimension) = (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension)
    let head = Sequential(
      Linear(encoder.featureCount, hidden, using: &random), BatchNormalization(hidden), ReLU(),
      Linear(hidden, dimension, using: &random))
    network = EmbeddingNetwork(encoder, head: head)
    prototypes = Linear(dimension, hyperparameters.prototypeCount, bias: false, using: &random)
    let length = hyperparameters.queueLength
    queues = (0..<(length > 0 ? Self.largeCount : 0)).map { crop in
      var queueRandom = random.split("queue \(crop)")
      return EmbeddingQueue(length: length, dimension: dimension, using: &queueRandom)
    }
    augmentations = Augmentation.multiCrop(hyperparameters)
  }

  public func trainableParameters(at progress: TrainingProgress) -> [Parameter] {
    let areFrozen = !hyperparameters.learnsPrototypes || progress.epochsPassed < hyperparameters.frozenEpochs
    return areFrozen ? parameters.filter { $0 !== prototypes.weight } : parameters
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    loss(of: features(of: batch.views), imageCount: batch.indices.count, at: progress)
  }

  /// The loss of f of all crops: V·B × features, crop after crop, the large ones first.
  func loss(of features: Tensor, imageCount: Int, at progress: TrainingProgress) -> Loss {
    // ‖c‖ = 1: before each step, and not differentiated through.
    prototypes.weight.update { $0 = $0.normalized() }

    // z: V·B × D. The head's batch norm sees all crops.
    let z = network.head(features).normalized()
    let scores = prototypes(z)  // z·c, V·B × K
    let large = (0..<Self.largeCount).map { crop in
      crop * imageCount..<(crop + 1) * imageCount
    }

    // q of the two large crops: constants.
    latest = large.map { z.constant.rows($0) }
    let logQ = large.indices.map { logCodes(of: scores.constant.rows(large[$0]), crop: $0, at: progress) }
    let q = logQ.map { hyperparameters.codes == .soft ? $0.exp() : $0.rounded() }

    // L = ½ Σₛ 1/(V − 1) Σ_{v≠s} ℓ(z_v, q_s), ℓ(z, q) = −Σₖ qₖ log p(k), p(k) ∝ exp(z·cₖ/τ)   (equations 1, 2 and 6).
    let swapped = swappedPrediction(scores, codes: q, temperature: hyperparameters.temperature)
    return Loss(
      swapped, terms: ["swapped-prediction": swapped],
      observations: [
        "prototype-occupancy": occupancy(scores.constant.rows(0..<large.last!.upperBound)),
        "assignment-entropy": meanEntropy(logQ),
      ])
  }

  public func didUpdate(at progress: TrainingProgress) {
    for (queue, z) in zip(queues, latest) { queue.push(z) }
    latest = []
  }

  /// f of all crops, V·B × features; those of one resolution pass through f together, so that a batch norm sees all of
  /// them and none of another resolution.
  private func features(of views: [Batch.View]) -> Tensor {
    var resolutions: [[Tensor]] = []
    for images in views.map(\.images) {
      if resolutions.last?.first?.shape == images.shape {
        resolutions[resolutions.count - 1].append(images)
      } else {
        resolutions.append([images])
      }
    }
    return Tensor.stacked(resolutions.map { encoder(Tensor.stacked($0)) })
  }

  /// log q of the features of one large crop, whose `scores` are B × K, beside those in its queue once that is read.
  func logCodes(of scores: Tensor, crop: Int, at progress: TrainingProgress) -> Tensor {
    var all = scores
    if readsQueue(at: progress), let earlier = queues[crop].embeddings {
      // Scored anew, since prototypes have moved on.
      all = Tensor.stacked([scores, earlier.similarities(to: prototypes.weight.constant)])
    }
    let logQ = sinkhornKnopp(
      all, epsilon: hyperparameters.epsilon, iterations: hyperparameters.sinkhornIterations)
    return logQ.rows(0..<scores.shape[0])
  }

  private func readsQueue(at progress: TrainingProgress) -> Bool {
    hyperparameters.queueLength > 0 && progress.epochsPassed >= hyperparameters.queueStartEpoch
  }

  /// How many prototypes are the nearest of some sample, as a part of how many could be.
  private func occupancy(_ scores: Tensor) -> Float {
    Float(Set(scores.rowArgmax()).count) / Float(min(scores.shape[0], scores.shape[1]))
  }

  /// −Σₖ qₖ log qₖ averaged over all samples: 0 where each belongs to one prototype, ln K where to all alike.
  private func meanEntropy(_ logQ: [Tensor]) -> Float {
    let all = Tensor.stacked(logQ)
    return -(all.exp() * all).sum().item / Float(all.shape[0])
  }
}
