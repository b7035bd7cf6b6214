import Tensors

/// A two-dimensional convolution of N × H × W × C images, without bias.
public final class Convolution: Layer {
  /// Output channels × input channels × kernel × kernel.
  public let weight: Parameter
  let stride, padding: Int

  /// Creates a square convolution with weights drawn as torchvision draws those of a ResNet, unless told otherwise.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int? = nil,
    drawing initialization: ConvolutionInitialization = .normalFanOut, using random: inout Random
  ) {
    weight = Parameter(
      initialization.weights([outputChannels, inputChannels, kernel, kernel], using: &random))
    self.stride = stride
    self.padding = padding ?? kernel / 2
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convolved(with: weight, stride: stride, padding: padding)
  }
}
