import Tensors

/// A network in network (Lin, Chen, Yan, arXiv:1312.4400) as RotNet trains it (Gidaris, Singh, Komodakis,
/// arXiv:1803.07728), without its classifier.
///
/// Three to five blocks of three convolutions each, without offsets, every one normalized and rectified; the first block
/// ends with a max-pooling, the second with an average-pooling, both 3 × 3 with stride 2. Parameters are named as those of
/// PyTorch's `Sequential` of `Sequential`s: `conv1.0.0.weight` is the first convolution, `conv1.0.1.weight` its scale.
public final class NetworkInNetwork: BlockwiseEncoder {
  /// The sizes of a network in network.
  public struct Configuration: Codable, Sendable, Equatable {
    /// How many blocks: 3, 4 or 5.
    public var blocks: Int
    /// Channels of most convolutions, a multiple of 6: the first block narrows to 5/6 and 1/2 of them.
    public var width: Int
    /// The block whose average over positions an image's features are.
    public var featureBlock: Int

    /// Creates a configuration; features come from the last block unless told otherwise.
    public init(blocks: Int = 4, width: Int = 192, featureBlock: Int? = nil) {
      self.blocks = blocks
      self.width = width
      self.featureBlock = featureBlock ?? blocks
    }

    /// What is wrong with the sizes, in one sentence; `nil` when nothing is.
    public var problem: String? {
      if !(3...5).contains(blocks) { return "blocks are 3, 4 or 5, not \(blocks)" }
      if width < 6 || width % 6 != 0 { return "width is a multiple of 6, not \(width)" }
      return (1...blocks).contains(featureBlock) ? nil : "featureBlock lies within 1...\(blocks)"
    }
  }

  /// What the network was made from.
  public let configuration: Configuration
  let conv1, conv2, conv3: NetworkInNetworkBlock
  let conv4, conv5: NetworkInNetworkBlock?
  /// The network up to each block as data, for the planned executor.
  private lazy var planned = (1...blocks.count).map { depth in
    ConvolutionalNetwork { network, images in
      _ = blocks.prefix(depth).reduce(images) { $1.describe($0, in: &network) }
    }
  }

  /// Creates a network with weights drawn as PyTorch draws those of a convolution by default; traps for impossible sizes.
  public init(_ configuration: Configuration, using random: inout Random) {
    precondition(configuration.problem == nil, configuration.problem!)
    self.configuration = configuration
    func block(_ number: Int, using random: inout Random) -> NetworkInNetworkBlock? {
      guard number <= configuration.blocks else { return nil }
      return NetworkInNetworkBlock(number, width: configuration.width, using: &random)
    }
    conv1 = block(1, using: &random)!
    conv2 = block(2, using: &random)!
    conv3 = block(3, using: &random)!
    conv4 = block(4, using: &random)
    conv5 = block(5, using: &random)
  }

  /// The blocks in their order.
  public var blocks: [NetworkInNetworkBlock] { [conv1, conv2, conv3] + [conv4, conv5].compactMap { $0 } }

  public var blockCount: Int { configuration.blocks }

  public var featureCount: Int { blocks[configuration.featureBlock - 1].outputChannels }

  public func callAsFunction(_ images: Tensor) -> Tensor {
    pooledFeatures(of: images, block: configuration.featureBlock)
  }

  public func featureMap(of images: Tensor) -> Tensor {
    blockFeatures(of: images, block: configuration.featureBlock)
  }

  public func blockFeatures(of images: Tensor, block: Int) -> Tensor {
    planned[block - 1](images, frozen: Mode.isInference, pooled: false) ?? layered(images, through: block)
  }

  /// The average over positions of what block `block` makes of `images`: N × C, float32.
  public func pooledFeatures(of images: Tensor, block: Int) -> Tensor {
    planned[block - 1](images, frozen: Mode.isInference, pooled: true)
      ?? layered(images, through: block).globalAverage()
  }

  /// Layer after layer: the plain form, and the reference for the planned one.
  private func layered(_ images: Tensor, through block: Int) -> Tensor {
    blocks.prefix(block).reduce(images) { $1.layered($0) }
  }
}

/// One block of a network in network: three normalized convolutions, and a pooling in the first two blocks.
public final class NetworkInNetworkBlock: Layer, TransparentModule {
  private enum Pooling { case none, max, average }

  /// The three units, each a convolution and its normalization.
  public let children: [any Layer]
  /// Channels of its result.
  public let outputChannels: Int
  private let units: [NetworkInNetworkUnit]
  private let pooling: Pooling
  private lazy var planned = ConvolutionalNetwork { network, x in _ = describe(x, in: &network) }

  /// Creates block `number` (1, 2, …) of a network of `width` channels; `inputs` overrides how many channels it reads.
  public init(
    _ number: Int, width: Int, inputs: Int? = nil,
    drawing initialization: ConvolutionInitialization = .uniformFanIn, using random: inout Random
  ) {
    let channels = number == 1 ? [width, width * 5 / 6, width / 2] : [width, width, width]
    let kernel = number <= 2 ? 5 : 3
    let usual = number == 1 ? 3 : number == 2 ? width / 2 : width
    let first = NetworkInNetworkUnit(
      inputs ?? usual, channels[0], kernel: kernel, initialization, using: &random)
    let second = NetworkInNetworkUnit(channels[0], channels[1], kernel: 1, initialization, using: &random)
    let third = NetworkInNetworkUnit(channels[1], channels[2], kernel: 1, initialization, using: &random)
    units = [first, second, third]
    children = units
    outputChannels = channels[2]
    pooling = number == 1 ? .max : number == 2 ? .average : .none
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    planned(x, frozen: Mode.isInference, pooled: false) ?? layered(x)
  }

  /// The average over positions of the block's result for `x` (N × H × W × C): N × `outputChannels`, float32.
  public func pooled(_ x: Tensor) -> Tensor {
    planned(x, frozen: Mode.isInference, pooled: true) ?? layered(x).globalAverage()
  }

  func layered(_ x: Tensor) -> Tensor {
    let y = units.reduce(x) { $1($0) }
    switch pooling {
    case .none: return y
    case .max: return y.maxPooled(kernel: 3, stride: 2, padding: 1)
    case .average: return y.averagePooled(kernel: 3, stride: 2, padding: 1)
    }
  }

  /// Adds the block to `network` and returns its result for `x`.
  func describe(
    _ x: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
  ) -> ConvolutionalNetwork.Feature {
    let inner = units.dropLast().reduce(x) { network.feature($1.describe($0, in: &network)) }
    let last = units.last!.describe(inner, in: &network)
    switch pooling {
    case .none: return network.feature(last)
    case .max: return network.maxPooledFeature(last, kernel: 3, stride: 2, padding: 1)
    case .average: return network.averagePooledFeature(last, kernel: 3, stride: 2, padding: 1)
    }
  }
}

/// relu(norm(conv(x))).
private final class NetworkInNetworkUnit: Layer, TransparentModule {
  let children: [any Layer]
  private let conv: Convolution
  private let norm: BatchNormalization

  init(
    _ inputs: Int, _ outputs: Int, kernel: Int, _ initialization: ConvolutionInitialization,
    using random: inout Random
  ) {
    conv = Convolution(inputs, outputs, kernel: kernel, drawing: initialization, using: &random)
    norm = BatchNormalization(outputs)
    children = [conv, norm]
  }

  func callAsFunction(_ x: Tensor) -> Tensor { norm(conv(x), thenReLU: true) }

  func describe(
    _ x: ConvolutionalNetwork.Feature, in network: inout ConvolutionalNetwork.Description
  ) -> ConvolutionalNetwork.Branch {
    conv.describe(x, norm, in: &network)
  }
}
