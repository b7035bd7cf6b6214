import Tensors

/// A residual network (He, Zhang, Ren, Sun, arXiv:1512.03385) without its classifier; parameters are named as in
/// torchvision.
public final class ResNet: Encoder {
  /// The sizes of a residual network.
  public struct Configuration: Codable, Sendable, Equatable {
    /// How the first layer treats the image.
    public enum Stem: String, Codable, Sendable {
      /// A 3 × 3 convolution of stride 1, for images of some 32 pixels.
      case cifar
      /// A 7 × 7 convolution and a max-pooling, both of stride 2.
      case imageNet
    }

    /// Blocks per stage.
    public var blocks: [Int]
    /// Whether blocks are 1 × 1, 3 × 3, 1 × 1 with four times the channels at the end.
    public var isBottleneck: Bool
    /// Channels of the first stage; each later stage has twice as many.
    public var width: Int
    /// How the first layer treats the image.
    public var stem: Stem
    /// Parts of a batch with batch statistics of their own.
    public var normalizationGroups: Int
    /// The stride of each stage's first block; `nil`, and no part of what is encoded, for the usual 1, 2, 2, 2.
    public var strides: [Int]?
    /// How first weights are drawn; `nil`, and no part of what is encoded, for torchvision's `normalFanOut`.
    public var firstWeights: ConvolutionInitialization?

    /// Creates a configuration.
    public init(
      blocks: [Int], isBottleneck: Bool, width: Int = 64, stem: Stem = .cifar, normalizationGroups: Int = 1,
      strides: [Int]? = nil, firstWeights: ConvolutionInitialization? = nil
    ) {
      self.blocks = blocks
      self.isBottleneck = isBottleneck
      self.width = width
      self.stem = stem
      self.normalizationGroups = normalizationGroups
      self.strides = strides
      self.firstWeights = firstWeights
    }

    /// The usual strides of the stages.
    static let usualStrides = [1, 2, 2, 2]

    /// Two basic blocks per stage.
    public static func resNet18(
      width: Int = 64, stem: Stem = .cifar, normalizationGroups: Int = 1, strides: [Int]? = nil,
      firstWeights: ConvolutionInitialization? = nil
    ) -> Configuration {
      Configuration(
        blocks: [2, 2, 2, 2], isBottleneck: false, width: width, stem: stem,
        normalizationGroups: normalizationGroups, strides: strides, firstWeights: firstWeights)
    }

    /// 3, 4, 6, 3 basic blocks.
    public static func resNet34(width: Int = 64, stem: Stem = .cifar, normalizationGroups: Int = 1)
      -> Configuration
    {
      Configuration(
        blocks: [3, 4, 6, 3], isBottleneck: false, width: width, stem: stem,
        normalizationGroups: normalizationGroups)
    }

    /// 3, 4, 6, 3 bottleneck blocks.
    public static func resNet50(width: Int = 64, stem: Stem = .cifar, normalizationGroups: Int = 1)
      -> Configuration
    {
      Configuration(
        blocks: [3, 4, 6, 3], isBottleneck: true, width: width, stem: stem,
        normalizationGroups: normalizationGroups)
    }
  }

  /// What the network was made from.
  public let configuration: Configuration
  public let featureCount: Int
  let conv1: Convolution
  let bn1: BatchNormalization
  let layer1, layer2, layer3, layer4: [any ResidualBlock]
  /// The same as data, for the planned executor.
  private lazy var planned = ConvolutionalNetwork { network, images in describe(images, in: &network) }

  /// Creates a network with weights drawn as torchvision draws them, unless the configuration says otherwise.
  public init(_ configuration: Configuration, using random: inout Random) {
    precondition(
      configuration.blocks.count == 4, "a residual network has four stages, not \(configuration.blocks)")
    let strides = configuration.strides ?? Configuration.usualStrides
    precondition(
      strides.count == 4 && strides.allSatisfy { $0 > 0 }, "four stages have four strides, not \(strides)")
    self.configuration = configuration
    let (width, groups) = (configuration.width, configuration.normalizationGroups)
    let drawing = configuration.firstWeights ?? .normalFanOut
    let isCIFAR = configuration.stem == .cifar
    conv1 = Convolution(
      3, width, kernel: isCIFAR ? 3 : 7, stride: isCIFAR ? 1 : 2, drawing: drawing, using: &random)
    bn1 = BatchNormalization(width, groups: groups)
    var channels = width
    func stage(_ index: Int, using random: inout Random) -> [any ResidualBlock] {
      let inner = width << index
      return (0..<configuration.blocks[index]).map { block in
        let stride = block == 0 ? strides[index] : 1
        defer { channels = configuration.isBottleneck ? 4 * inner : inner }
        return configuration.isBottleneck
          ? BottleneckBlock(channels, inner, stride: stride, groups: groups, drawing: drawing, using: &random)
          : BasicBlock(channels, inner, stride: stride, groups: groups, drawing: drawing, using: &random)
      }
    }
    layer1 = stage(0, using: &random)
    layer2 = stage(1, using: &random)
    layer3 = stage(2, using: &random)
    layer4 = stage(3, using: &random)
    featureCount = channels
  }

  public func callAsFunction(_ images: Tensor) -> Tensor {
    planned(images, frozen: Mode.isInference, pooled: true) ?? layered(images).globalAverage()
  }

  public func featureMap(of images: Tensor) -> Tensor {
    planned(images, frozen: Mode.isInference, pooled: false) ?? layered(images)
  }

  public func normalizingWholeBatches() -> any Encoder {
    if configuration.normalizationGroups == 1 { return self }
    var configuration = configuration
    configuration.normalizationGroups = 1
    var overwritten = Random(seed: 0, stream: "overwritten")
    let copy = ResNet(configuration, using: &overwritten)
    for (own, other) in zip(copy.namedState, namedState) { own.state.restore(other.state.value) }
    return copy
  }

  /// Layer after layer: the plain form, and the reference for the planned one.
  private func layered(_ images: Tensor) -> Tensor {
    var x = bn1(conv1(images), thenReLU: true)
    if configuration.stem == .imageNet { x = x.maxPooled(kernel: 3, stride: 2, padding: 1) }
    for stage in [layer1, layer2, layer3, layer4] {
      for block in stage { x = block(x) }
    }
    return x
  }
  private func describe(
    _ images: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
  ) {
    let stem = conv1.describe(images, bn1, in: &network)
    let isCIFAR = configuration.stem == .cifar
    var x = isCIFAR ? network.feature(stem) : network.maxPooledFeature(stem, kernel: 3, stride: 2, padding: 1)
    for stage in [layer1, layer2, layer3, layer4] {
      for block in stage { x = block.describe(x, in: &network) }
    }
  }
}
