import Tensors

/// How the first weights of a convolution are drawn.
public enum ConvolutionInitialization: String, Codable, Sendable {
  /// Normal with deviation √(2 / fan-out) (He et al., arXiv:1502.01852): torchvision's choice for a ResNet.
  case normalFanOut
  /// Uniform within ±1 / √fan-in: PyTorch's default. A 3 × 3 convolution between equally many channels begins with a sixth of
  /// the other's variance; below batch norm it so begins with six times the relative rate (`Documentation/PyTorchGap.md`).
  case uniformFanIn
  /// Zero: the convolution adds nothing until it has learned to.
  case zero

  func weights(_ shape: Shape, using random: inout Random) -> Tensor {
    switch self {
    case .normalFanOut: Initialization.kaimingNormalFanOut(shape, using: &random)
    case .uniformFanIn: Initialization.uniformFanIn(shape, fanIn: shape.stride, using: &random)
    case .zero: Tensor(zeros: shape)
    }
  }
}

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
