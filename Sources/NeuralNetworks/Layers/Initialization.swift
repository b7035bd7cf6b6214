import Tensors

/// First values of weights, as PyTorch draws them.
enum Initialization {
  /// Normal with deviation √(2 / fan-out) (He et al., arXiv:1502.01852): torchvision's choice for convolutions.
  static func kaimingNormalFanOut(_ shape: Shape, using random: inout Random) -> Tensor {
    let fanOut = shape[0] * shape.dimensions.dropFirst(2).reduce(1, *)
    let deviation = (2 / Float(fanOut)).squareRoot()
    return Tensor(shape: shape) { deviation * random.normal() }
  }

  /// Uniform within ±1 / √fan-in: PyTorch's default for linear layers and their biases.
  static func uniformFanIn(_ shape: Shape, fanIn: Int, using random: inout Random) -> Tensor {
    let bound = 1 / Float(fanIn).squareRoot()
    return Tensor(shape: shape) { random.uniform(in: -bound...bound) }
  }
}
