import NeuralNetworks
import Tensors

/// f with a projector on its last map for pixels, and one for images where those take part: what a momentum copy is made
/// of.
final class PixelNetwork: Module {
  /// What a batch of views becomes.
  struct Projections {
    /// S, the pixels per side of a map.
    let side: Int
    /// g of every pixel: B × S² × D; `nil` without a projector for pixels.
    let pixels: Tensor?
    /// The image projector's output for every pixel: B·S² × D; `nil` without one.
    let instances: Tensor?
  }

  let encoder: ResNet  // f
  let projector: Sequential?  // g
  let instanceProjector: Sequential?

  /// Creates f and the projectors that `hyperparameters` ask for.
  init(_ resNet: ResNet.Configuration, _ hyperparameters: PixPro.Hyperparameters, using random: inout Random)
  {
    encoder = ResNet(resNet, using: &random)
    let inputs = encoder.featureCount
    func head(_ isWanted: Bool, using random: inout Random) -> Sequential? {
      isWanted
        ? .pixelHead(
          inputs, hidden: hyperparameters.hiddenDimension, to: hyperparameters.embeddingDimension,
          using: &random) : nil
    }
    projector = head(hyperparameters.pixelTask != .none, using: &random)
    instanceProjector = head(hyperparameters.instanceWeight > 0, using: &random)
  }

  /// The last map of `images` (N × H × W × 3): N × S × S × C, float32.
  func map(of images: Tensor) -> Tensor { encoder.featureMap(of: images).converted(to: .float32) }

  /// The projections of maps (B × S × S × C); traps where they are not square.
  func projections(of map: Tensor) -> Projections {
    let (images, side) = (map.shape.batch, map.shape.height)
    precondition(side == map.shape.width, "pixels of maps of shape \(map.shape): views are squares")
    let rows = map.reshaped(to: [images * side * side, map.shape.channels])
    let pixels = projector.map { head -> Tensor in
      let projected = head(rows)
      return projected.reshaped(to: [images, side * side, projected.shape.columns])
    }
    return Projections(side: side, pixels: pixels, instances: instanceProjector.map { $0(rows) })
  }
}

extension Tensor {
  /// The mean over the pixels of each of B maps, whose rows (B·S² × D) these are, as a unit vector: B × D.
  func pooledDirections(side: Int) -> Tensor {
    reshaped(to: [shape[0] / (side * side), side, side, shape.columns]).globalAverage().normalized()
  }
}
