import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// CO2 on top of SimCLR: no queue and no momentum network, the other images of the batch are the negatives.
///
/// The authors' slides report it on ImageNet-100 without saying how. Here every view i has its image's other view as its
/// key and both are compared with the same list, the 2N − 2 views of the other images. A `consistencyWeight` of zero is
/// SimCLR (Chen, Kornblith, Norouzi, Hinton, arXiv:2002.05709) on this experiment's views.
public final class CO2WithinBatch: PretrainingMethod {
  /// The constants of the method, by the names of its papers' symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// τ, of NT-Xent.
    public var temperature: Float = 0.5
    /// τ_con, of the consistency term.
    public var consistencyTemperature: Float = 1
    /// α.
    public var consistencyWeight: Float = 1
    /// Whether key and negatives are constants of the consistency term, as the queue and the keys are in MoCo.
    public var detachesKeys = false
    /// D.
    public var embeddingDimension = 128
    /// Whether the head has a hidden layer or is linear.
    public var hasHiddenLayer = true
    /// The smallest part of an image that a view shows.
    public var smallestCrop: Float = 0.2

    /// Creates the constants of the one published use on CIFAR-10 (philippmwirth/co2), with MoCo's views.
    public init() {}
  }

  let network: EmbeddingNetwork
  let hyperparameters: Hyperparameters

  public var encoder: any Encoder { network.encoder }
  public let augmentations: [Augmentation]

  /// Creates the network.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, side: Int = 32,
    using random: inout Random
  ) {
    self.hyperparameters = hyperparameters
    let encoder = ResNet(resNet, using: &random)
    let (inputs, outputs) = (encoder.featureCount, hyperparameters.embeddingDimension)
    network = EmbeddingNetwork(
      encoder,
      head: .projectionHead(
        inputs, to: outputs, hasHiddenLayer: hyperparameters.hasHiddenLayer, using: &random))
    let view = Augmentation.mocoV2(side: side, smallestCrop: hyperparameters.smallestCrop)
    augmentations = [view, view]
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let α = hyperparameters.consistencyWeight
    let (contrast, consistency) = terms(of: batch)
    return Loss(
      α == 0 ? contrast : contrast + α * consistency,
      terms: ["contrast": contrast, "consistency": consistency])
  }

  func terms(of batch: Batch) -> (contrast: Tensor, consistency: Tensor) {
    let z = network(Tensor.stacked(batch.views.map(\.images))).normalized()
    return (ntXent(z, temperature: hyperparameters.temperature), consistency(of: z))
  }

  /// L_con = ½ D_KL(P‖Q) + ½ D_KL(Q‖P), Q(k) ∝ exp(zᵢ·zₖ/τ_con), P(k) ∝ exp(zⱼ·zₖ/τ_con), over k ∉ {i, j}, averaged over
  /// the batch; views i and j = i ± N show one image.
  func consistency(of z: Tensor) -> Tensor {
    let τCon = hyperparameters.consistencyTemperature
    let (views, images) = (z.shape[0], z.shape[0] / 2)
    let own = (0..<images).map { SIMD2(Int32($0), Int32($0 + images)) }
    guard hyperparameters.detachesKeys else {
      let s = z.similarities(to: z)  // the term is the same for i and j: once for each image
      return symmetricDivergence(
        s.rows(0..<images), s.rows(images..<views), excluding: own, temperature: τCon)
    }
    let n = z.constant
    let partners = (0..<views).map { ($0 + images) % views }
    let (qn, pn) = (z.similarities(to: n), n.similarities(to: n).gathered(at: partners))
    return symmetricDivergence(qn, pn, excluding: own + own, temperature: τCon)
  }
}

extension CO2WithinBatch: KnowsChance {
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["contrast": log(Double(2 * batchSize - 1))]
  }
}

extension CO2WithinBatch.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if plan.batchSize < 2 { return "one image in a batch has no negatives: raise plan.batchSize" }
    if !(temperature > 0 && consistencyTemperature > 0) { return "temperatures are positive" }
    if embeddingDimension < 1 { return "embeddingDimension is at least 1, not \(embeddingDimension)" }
    return smallestCrop > 0 && smallestCrop <= 1
      ? nil : "smallestCrop lies above 0 and is at most 1, not \(smallestCrop)"
  }
}
