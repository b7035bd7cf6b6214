import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// Pixel-level consistency learning (PixPro), and pixel-level contrast (PixContrast).
///
/// Xie, Lin, Zhang, Cao, Lin, Hu. “Propagate Yourself: Exploring Pixel-Level Consistency for Unsupervised Visual
/// Representation Learning.” CVPR 2021. arXiv:2011.10043.
///
/// Symbols follow the paper: pixels x of a view's last map, projected by g; y, what the pixel propagation module makes of
/// them; k, the pixels of the other view, projected by the momentum network; A, which pixels of two views show the same
/// place.
public final class PixPro: PretrainingMethod {
  /// What is asked of the pixels of two views that show the same place.
  public enum PixelTask: String, Codable, Sendable, CaseIterable {
    /// That the propagated pixel of one view equals that of the other (PixPro, section 3.3).
    case propagation
    /// The same without the propagation module.
    case consistency
    /// That they are told from all other pixels (PixContrast, section 3.2).
    case contrast
    /// Nothing: the instance branch alone.
    case none
  }

  /// The constants of the method, by the names of the paper's symbols.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// The pixel-level task.
    public var pixelTask = PixelTask.propagation
    /// T, how far apart two pixels may be that show the same place, in diagonals of a bin.
    public var distanceThreshold: Float = 0.7
    /// γ, the power of similarities in the propagation module.
    public var sharpness = 2
    /// l, how many layers its transform has.
    public var transformLayers = 1
    /// τ of PixContrast.
    public var contrastTemperature: Float = 0.3
    /// α, of the instance branch; 0 leaves it out.
    public var instanceWeight: Float = 0
    /// m at the first step; it rises to 1 along a cosine.
    public var firstKeyMomentum: Float = 0.99
    /// Width of the heads' hidden layers.
    public var hiddenDimension = 4_096
    /// How many numbers a projected pixel has.
    public var embeddingDimension = 256
    /// How views are drawn.
    public var views = Views()

    /// Creates the constants of the authors' scripts.
    public init() {}
  }

  let online: PixelNetwork
  let momentum: MomentumCopy<PixelNetwork>  // follows, and never gets a gradient
  let propagation: PixelPropagation?
  let predictor: Sequential?  // of the instance branch
  let hyperparameters: Hyperparameters

  public var encoder: any Encoder { online.encoder }
  public let augmentations: [Augmentation]
  public var viewNames: [String] { ["first view", "second view"] }
  public var comparesWhereViewsOverlap: Bool { true }

  /// Creates both networks, equal at first, and the modules on top of the one that is trained.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, using random: inout Random
  ) {
    self.hyperparameters = hyperparameters
    let dimension = hyperparameters.embeddingDimension
    online = PixelNetwork(resNet, hyperparameters, using: &random)
    propagation =
      hyperparameters.pixelTask == .propagation
      ? PixelPropagation(
        dimension, layers: hyperparameters.transformLayers, sharpness: hyperparameters.sharpness,
        using: &random) : nil
    predictor =
      hyperparameters.instanceWeight > 0
      ? .pixelHead(dimension, hidden: hyperparameters.hiddenDimension, to: dimension, using: &random) : nil
    momentum = MomentumCopy(of: online, as: PixelNetwork(resNet, hyperparameters, using: &random))
    augmentations = Augmentation.pixPro(hyperparameters.views)
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let images = batch.views.map(\.images)
    return loss(
      ofMaps: images.map(online.map), keyMaps: images.map(momentum.network.map),
      boxes: batch.views.map(\.boxes))
  }

  /// The loss of two views' maps of f and of its momentum copy, which lie at `boxes` in their images.
  func loss(ofMaps maps: [Tensor], keyMaps: [Tensor], boxes: [[ViewBox]]) -> Loss {
    let views = maps.map(online.projections)
    let keys = keyMaps.map(momentum.network.projections)
    let pairs = [(0, 1), (1, 0)].map { own, other in
      PositivePairs(
        boxes[own], boxes[other], side: views[0].side, within: hyperparameters.distanceThreshold)
    }
    let α = hyperparameters.instanceWeight
    let (pixel, instance) = (pixelLoss(views, keys, pairs), instanceLoss(views, keys))
    let observations = self.observations(of: keys, pairs)
    switch (pixel, instance) {
    case (let pixel?, let instance?):  // L = L_PixPro + α L_inst   (equation 5)
      return Loss(
        pixel + α * instance, terms: [pixelTerm: pixel, "instance": instance], observations: observations)
    case (let pixel?, nil):
      return Loss(pixel, terms: [pixelTerm: pixel], observations: observations)
    case (nil, let instance?):
      return Loss(α * instance, terms: ["instance": instance], observations: observations)
    case (nil, nil): preconditionFailure("neither a pixel-level task nor an instance branch")
    }
  }

  private func pixelLoss(
    _ views: [PixelNetwork.Projections], _ keys: [PixelNetwork.Projections], _ pairs: [PositivePairs]
  ) -> Tensor? {
    let x = views.compactMap(\.pixels)
    let k = keys.compactMap { $0.pixels?.constant.normalized() }
    guard x.count == 2 && k.count == 2 else { return nil }
    if hyperparameters.pixelTask == .contrast {
      let τ = hyperparameters.contrastTemperature
      let (x1, x2) = (x[0].normalized(), x[1].normalized())
      return 0.5 * pixelContrast(x1, k[1], over: pairs[0], temperature: τ)
        + 0.5 * pixelContrast(x2, k[0], over: pairs[1], temperature: τ)
    }
    // L = −2 cos(y_p, k_q) − 2 cos(y_q, k_p) averaged over the pairs (p, q)   (equation 4; twice, as released)
    let y = x.map { (propagation?($0) ?? $0).normalized() }
    return -2 * pixelConsistency(y[0], k[1], over: pairs[0])
      - 2 * pixelConsistency(y[1], k[0], over: pairs[1])
  }

  /// −2 cos(p₁, k₂) − 2 cos(p₂, k₁) of the means of both views' maps, predicted for the one and projected for the other.
  private func instanceLoss(
    _ views: [PixelNetwork.Projections], _ keys: [PixelNetwork.Projections]
  ) -> Tensor? {
    guard let predictor else { return nil }
    let p = views.map { view in predictor(view.instances!).pooledDirections(side: view.side) }
    let k = keys.map { key in key.instances!.constant.pooledDirections(side: key.side) }
    return -2 * p[0].rowProducts(with: k[1]).mean() - 2 * p[1].rowProducts(with: k[0]).mean()
  }

  public func didUpdate(at progress: TrainingProgress) {
    momentum.follow(momentum: keyMomentum(at: progress))
  }

  /// m = 1 − (1 − m₀)(cos(πk/K) + 1)/2 after k of K updates, so that it ends at 1.
  func keyMomentum(at progress: TrainingProgress) -> Float {
    let part = Float(progress.step + 1) / Float(max(1, progress.steps))
    return risingMomentum(from: hyperparameters.firstKeyMomentum, after: part)
  }
}
