import Tensors

/// A network that looks at a noisy image and the level of its noise, and answers with an image: halvings and as many
/// doublings, with what was seen on the way down handed across at every resolution.
///
/// Ronneberger, Fischer, Brox, arXiv:1505.04597, with the parts that diffusion models have given it: residual blocks with
/// group normalization, SiLU and a modulation by the noise level, and attention at a low resolution (Ho, Jain, Abbeel,
/// arXiv:2006.11239; Dhariwal, Nichol, arXiv:2105.05233). It is told nothing about classes.
public final class UNet: Module {
  /// The sizes of a network.
  public struct Configuration: Codable, Sendable, Equatable {
    /// Channels at full resolution.
    public var width: Int
    /// Channels at each resolution, in multiples of `width`; every resolution has half the sides of the one before.
    public var multipliers: [Int]
    /// Residual blocks of each resolution, on the way down and again on the way up.
    public var blocks: Int
    /// The resolution, as a place in `multipliers`, from which on attention follows every block.
    public var attentionFrom: Int
    /// Heads of every attention.
    public var heads: Int

    /// Creates a configuration.
    public init(
      width: Int, multipliers: [Int], blocks: Int = 1, attentionFrom: Int, heads: Int = 1
    ) {
      self.width = width
      self.multipliers = multipliers
      self.blocks = blocks
      self.attentionFrom = attentionFrom
      self.heads = heads
    }

    /// What divides the sides of every image.
    public var granularity: Int { 1 << (multipliers.count - 1) }
  }

  /// What the network was made from.
  public let configuration: Configuration
  let embedding: NoiseEmbedding
  let stem: Convolution
  let down: [UNetLevel]
  let middle1: ModulatedBlock
  let middleAttention: AttentionBlock
  let middle2: ModulatedBlock
  /// From the lowest resolution to the highest.
  let up: [UNetLevel]
  let norm: GroupNormalization
  let output: Convolution
  let outputBias: Parameter

  /// Creates a network whose answer is zero at first.
  public init(_ configuration: Configuration, using random: inout Random) {
    precondition(
      configuration.width > 0 && !configuration.multipliers.isEmpty && configuration.blocks > 0,
      "a U-Net of width \(configuration.width), \(configuration.multipliers), \(configuration.blocks) blocks")
    self.configuration = configuration
    let width = configuration.width
    let channels = configuration.multipliers.map { $0 * width }
    let features = 4 * width
    embedding = NoiseEmbedding(waves: width, featureCount: features, using: &random)
    stem = Convolution(3, width, kernel: 3, drawing: .uniformFanIn, using: &random)
    func level(
      _ index: Int, inputs: [Int], resampling: Convolution?, using random: inout Random
    ) -> UNetLevel {
      let blocks = inputs.map { inputs in
        ModulatedBlock(inputs, channels[index], embedding: features, using: &random)
      }
      let attentions = inputs.indices.filter { _ in index >= configuration.attentionFrom }.map { _ in
        AttentionBlock(channels[index], heads: configuration.heads, using: &random)
      }
      return UNetLevel(blocks, attentions: attentions, resampling: resampling)
    }
    let inner = configuration.blocks - 1
    down = channels.indices.map { index in
      let isLast = index == channels.count - 1
      let halving =
        isLast
        ? nil
        : Convolution(
          channels[index], channels[index + 1], kernel: 3, stride: 2, drawing: .uniformFanIn, using: &random)
      return level(
        index,
        inputs: [index == 0 ? width : channels[index]] + Array(repeating: channels[index], count: inner),
        resampling: halving, using: &random)
    }
    let lowest = channels[channels.count - 1]
    middle1 = ModulatedBlock(lowest, lowest, embedding: features, using: &random)
    middleAttention = AttentionBlock(lowest, heads: configuration.heads, using: &random)
    middle2 = ModulatedBlock(lowest, lowest, embedding: features, using: &random)
    up = channels.indices.reversed().map { index in
      let doubling =
        index == 0
        ? nil
        : Convolution(channels[index], channels[index - 1], kernel: 3, drawing: .uniformFanIn, using: &random)
      return level(
        index, inputs: Array(repeating: 2 * channels[index], count: configuration.blocks),
        resampling: doubling, using: &random)
    }
    norm = GroupNormalization(channels[0])
    output = Convolution(channels[0], 3, kernel: 3, drawing: .zero, using: &random)
    outputBias = Parameter(Tensor(zeros: [3]))
  }

  /// The answer to `images` (N × H × W × 3) at `levels` of noise, a number per image: N × H × W × 3, float32.
  ///
  /// Activations are of the images' data type; traps unless `configuration.granularity` divides H and W.
  public func callAsFunction(_ images: Tensor, levels: [Float]) -> Tensor {
    precondition(
      images.shape.rank == 4 && images.shape.batch == levels.count
        && images.shape.height % configuration.granularity == 0
        && images.shape.width % configuration.granularity == 0,
      "a U-Net of \(configuration.multipliers.count) resolutions on images of shape \(images.shape) with "
        + "\(levels.count) levels of noise")
    let embedding = embedding(levels)
    var (x, handedOver) = descended(images, embedding)
    for level in up {
      let results = level(x, embedding) { $0.joined(handedOver.removeLast()) }
      x = results[results.count - 1]
      // The convolution sees a quarter of the positions that it would after the doubling.
      if let resampling = level.resampling { x = resampling(x).upsampled() }
    }
    let answer = output(norm(x, modulatedBy: nil, thenSiLU: true)).converted(to: .float32)
    return answer.adding(columns: outputBias.value)
  }

  /// The lowest resolution's feature map, and what every block on the way down hands across.
  private func descended(_ images: Tensor, _ embedding: Tensor) -> (x: Tensor, handedOver: [Tensor]) {
    var x = stem(images)
    var handedOver: [Tensor] = []
    for level in down {
      let results = level(x, embedding)
      handedOver += results
      x = level.resampling?(results[results.count - 1]) ?? results[results.count - 1]
    }
    return (middle2(middleAttention(middle1(x, embedding)), embedding), handedOver)
  }
}

extension UNet: Encoder {
  /// Channels of the lowest resolution.
  public var featureCount: Int {
    configuration.width * configuration.multipliers[configuration.multipliers.count - 1]
  }

  /// The middle's feature map averaged over its positions: N × `featureCount`, float32.
  public func callAsFunction(_ images: Tensor) -> Tensor { featureMap(of: images).globalAverage() }

  /// The feature map in the middle for `images` taken to be nearly free of noise.
  public func featureMap(of images: Tensor) -> Tensor {
    descended(images, embedding(Array(repeating: -1, count: images.shape.batch))).x
  }
}
