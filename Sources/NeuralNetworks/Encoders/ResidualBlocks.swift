import Tensors

/// A layer that can also be described as a part of a planned network.
protocol ResidualBlock: Layer {
  /// Adds the block to `network` and returns its result for `x`.
  func describe(
    _ x: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
  ) -> ConvolutionalNetwork.Feature
}

extension Convolution {
  /// Adds this convolution and the `norm` over it to `network`.
  func describe(
    _ x: ConvolutionalNetwork.Feature, _ norm: BatchNormalization,
    in network: inout ConvolutionalNetwork.Description
  ) -> ConvolutionalNetwork.Branch {
    network.convolution(of: x, with: weight, stride: stride, padding: padding, norm.planned)
  }
}

/// relu(norm(conv(relu(norm(conv(x))))) + shortcut(x)).
final class BasicBlock: ResidualBlock {
  let conv1: Convolution
  let bn1: BatchNormalization
  let conv2: Convolution
  let bn2: BatchNormalization
  let downsample: Shortcut?

  init(
    _ inputs: Int, _ outputs: Int, stride: Int, groups: Int,
    drawing: ConvolutionInitialization = .normalFanOut,
    using random: inout Random
  ) {
    conv1 = Convolution(inputs, outputs, kernel: 3, stride: stride, drawing: drawing, using: &random)
    bn1 = BatchNormalization(outputs, groups: groups)
    conv2 = Convolution(outputs, outputs, kernel: 3, drawing: drawing, using: &random)
    bn2 = BatchNormalization(outputs, groups: groups)
    downsample = Shortcut(inputs, outputs, stride: stride, groups: groups, drawing: drawing, using: &random)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let inner = bn1(conv1(x), thenReLU: true)
    return bn2(conv2(inner), adding: downsample?(x) ?? x, thenReLU: true)
  }

  func describe(
    _ x: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
  ) -> ConvolutionalNetwork.Feature {
    let inner = network.feature(conv1.describe(x, bn1, in: &network))
    let shortcut = downsample.map { ConvolutionalNetwork.Residual.branch($0.describe(x, in: &network)) }
    return network.feature(conv2.describe(inner, bn2, in: &network), adding: shortcut ?? .feature(x))
  }
}

/// The same with 1 × 1, 3 × 3 and 1 × 1 convolutions; the stride sits on the 3 × 3, as in torchvision.
final class BottleneckBlock: ResidualBlock {
  let conv1: Convolution
  let bn1: BatchNormalization
  let conv2: Convolution
  let bn2: BatchNormalization
  let conv3: Convolution
  let bn3: BatchNormalization
  let downsample: Shortcut?

  init(
    _ inputs: Int, _ inner: Int, stride: Int, groups: Int, drawing: ConvolutionInitialization = .normalFanOut,
    using random: inout Random
  ) {
    conv1 = Convolution(inputs, inner, kernel: 1, drawing: drawing, using: &random)
    bn1 = BatchNormalization(inner, groups: groups)
    conv2 = Convolution(inner, inner, kernel: 3, stride: stride, drawing: drawing, using: &random)
    bn2 = BatchNormalization(inner, groups: groups)
    conv3 = Convolution(inner, 4 * inner, kernel: 1, drawing: drawing, using: &random)
    bn3 = BatchNormalization(4 * inner, groups: groups)
    downsample = Shortcut(inputs, 4 * inner, stride: stride, groups: groups, drawing: drawing, using: &random)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let inner = bn2(conv2(bn1(conv1(x), thenReLU: true)), thenReLU: true)
    return bn3(conv3(inner), adding: downsample?(x) ?? x, thenReLU: true)
  }

  func describe(
    _ x: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
  ) -> ConvolutionalNetwork.Feature {
    let first = network.feature(conv1.describe(x, bn1, in: &network))
    let second = network.feature(conv2.describe(first, bn2, in: &network))
    let shortcut = downsample.map { ConvolutionalNetwork.Residual.branch($0.describe(x, in: &network)) }
    return network.feature(conv3.describe(second, bn3, in: &network), adding: shortcut ?? .feature(x))
  }
}

/// The 1 × 1 convolution and normalization that fit a block's input to its output, where they differ.
final class Shortcut: Layer, TransparentModule {
  /// Named by position, as torchvision does: `downsample.0`, `downsample.1`.
  let children: [any Layer]
  private let conv: Convolution
  private let norm: BatchNormalization

  /// Returns `nil` where the input fits as it is.
  init?(
    _ inputs: Int, _ outputs: Int, stride: Int, groups: Int,
    drawing: ConvolutionInitialization = .normalFanOut,
    using random: inout Random
  ) {
    if stride == 1 && inputs == outputs { return nil }
    conv = Convolution(inputs, outputs, kernel: 1, stride: stride, drawing: drawing, using: &random)
    norm = BatchNormalization(outputs, groups: groups)
    children = [conv, norm]
  }

  func callAsFunction(_ x: Tensor) -> Tensor { norm(conv(x)) }

  func describe(
    _ x: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
  ) -> ConvolutionalNetwork.Branch {
    conv.describe(x, norm, in: &network)
  }
}
