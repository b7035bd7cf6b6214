import NeuralNetworks
import Tensors

/// The pixel propagation module (PixPro, arXiv:2011.10043, section 3.3): every pixel becomes a sum over all pixels of its
/// map, transformed, by how similar they are to it.
///
/// y_p = Σ_q s(x_p, x_q) h(x_q), s(x_p, x_q) = max(cos(x_p, x_q), 0)^γ (equation 3), h(x_q) made a unit vector.
final class PixelPropagation: Module {
  /// h, of so many layers; the last one has no nonlinearity.
  let transform: Sequential
  private let sharpness: Int

  /// Creates the module for pixels of `dimension` numbers; traps unless h has none, one or two layers and γ is at least 1.
  init(_ dimension: Int, layers: Int, sharpness: Int, using random: inout Random) {
    precondition(sharpness >= 1, "similarities to the power of \(sharpness)")
    self.sharpness = sharpness
    switch layers {
    case 0: transform = Sequential()
    case 1: transform = Sequential(Linear(dimension, dimension, using: &random))
    case 2: transform = .pixelHead(dimension, hidden: dimension, to: dimension, using: &random)
    default: preconditionFailure("a transform of \(layers) layers: there are none, one or two")
    }
  }

  /// The sums y for the pixels `x` of B maps (B × S² × D, of any length), of the same shape.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let unit = x.normalized()
    let similarities = unit.rowSimilarities(to: unit).relu()
    let s = (1..<sharpness).reduce(similarities) { power, _ in power * similarities }
    let h = transform(x.reshaped(to: [x.shape.rows, x.shape.columns])).normalized().reshaped(to: x.shape)
    return s.matrixProducts(with: h)
  }
}

extension Sequential {
  /// A head of 1 × 1 convolutions over pixels (rows): linear, batch norm over all pixels of the batch, ReLU, linear.
  static func pixelHead(
    _ inputs: Int, hidden: Int, to outputs: Int, using random: inout Random
  ) -> Sequential {
    Sequential(
      Linear(inputs, hidden, using: &random), BatchNormalization(hidden), ReLU(),
      Linear(hidden, outputs, using: &random))
  }
}
