/// Everything about walking one network over one shape of batch that can be known beforehand.
final class NetworkPlan: Sendable {
  enum Purpose: Hashable, Sendable {
    /// Statistics of the batch, and all kept that the way back needs.
    case training
    /// Statistics of the batch, nothing kept.
    case forward
    /// Frozen statistics, nothing kept.
    case inference
  }

  struct Key: Hashable, Sendable {
    let images: Shape
    let dataType: DataType
    let purpose: Purpose
    /// Whether the result is the average over positions.
    let pooled: Bool
    let parts: Int
  }

  struct Convolution: Sendable {
    let geometry: ConvolutionGeometry
    let kernels: KernelSet
    /// Where its output lies among the values.
    let output: Placement
    /// Its first number among a part's statistics.
    let statistics: Int
    /// Its first number among the sums of chunks.
    let sums: Int

    var channels: Int { geometry.outputChannels }
  }

  /// Where a feature is to be found once it has been made.
  enum Home: Sendable {
    case images, result
    /// In the worker's buffer for the chunk at hand.
    case chunk
    /// Among the values.
    case stored(Placement)
  }

  struct Feature: Sendable {
    let size, unpooled: NetworkShapes.Size
    let home: Home
    let pooling: FeaturePooling?
    /// Where the positions of maxima are kept for the way back.
    let maxima: Placement?
    /// The chunks in which it is made and read.
    let partition: BatchPartition
  }

  /// The offsets of a worker's own buffers.
  struct Scratch: Sendable {
    let feature, unpooled, maxima, kernel, byteCount: Int
  }

  let key: Key
  let convolutions: [Convolution]
  let features: [Feature]
  /// The order of inference; `nil` where features are made one after the other.
  let depthFirst: DepthFirstOrder?
  let scratch: Scratch
  /// Bytes of all values: one copy, or one for each part in inference.
  let valueBytes: Int
  /// Numbers of one part's statistics, and of the sums of chunks.
  let statisticsCount, sumsCount: Int
  let groups: Int
  let backward: BackwardPlan?

  init(of network: ConvolutionalNetwork, _ key: Key) {
    let isInference = key.purpose == .inference
    self.key = key
    groups = isInference ? 1 : network.groups
    let shapes = NetworkShapes(network, images: key.images)
    let sizes = NetworkPlan.chunkSizes(network, shapes, key)
    let (images, parts, groups) = (key.images.batch, key.parts, groups)
    let order = isInference ? DepthFirstOrder(images: images, parts: parts, wanted: sizes) : nil
    let partitions = sizes.map { BatchPartition(images: images, parts: parts, groups: groups, size: $0) }
    let values = ValueLayout(network, shapes, key, order)
    var (statistics, sums) = (0, 0)
    convolutions = network.convolutions.indices.map { index in
      let (geometry, input) = (shapes.geometries[index], network.convolutions[index].input)
      let kernels = KernelSet(
        .forward, geometry, key.dataType, counts: order?.counts(of: input) ?? partitions[input].counts)
      defer {
        statistics += ChannelStatistics.count(groups: groups, channels: geometry.outputChannels)
        sums += partitions[input].count * 2 * geometry.outputChannels
      }
      return Convolution(
        geometry: geometry, kernels: kernels, output: values.outputs[index], statistics: statistics,
        sums: sums)
    }
    features = network.features.indices.map { index in
      Feature(
        size: shapes.features[index], unpooled: shapes.unpooled[index], home: values.homes[index],
        pooling: values.poolings[index], maxima: values.maxima[index], partition: partitions[index])
    }
    depthFirst = order
    valueBytes = values.byteCount
    (statisticsCount, sumsCount) = (statistics, sums)
    scratch = NetworkPlan.scratch(
      convolutions, features, chunks: order?.sizes ?? partitions.map { $0.counts.max() ?? 0 },
      elementBytes: key.dataType.byteCount)
    backward =
      key.purpose == .training
      ? BackwardPlan(network, shapes, key, partitions: partitions, poolings: values.poolings) : nil
  }

  /// The number of images of every feature that, with what its readers make of them, stay in a core's cache.
  private static func chunkSizes(_ network: ConvolutionalNetwork, _ shapes: NetworkShapes, _ key: Key)
    -> [Int]
  {
    network.features.enumerated().map { index, feature in
      let byReaders = feature.readers.map { shapes.geometries[$0].chunk(of: key.dataType) }.min()
      let own = ConvolutionGeometry.chunk(ofBytes: shapes.unpooled[index].count * key.dataType.byteCount)
      return feature.pooling == nil ? byReaders ?? own : min(byReaders ?? own, own)
    }
  }

  private static func scratch(
    _ convolutions: [Convolution], _ features: [Feature], chunks: [Int], elementBytes: Int
  ) -> Scratch {
    var arena = Arena()
    func place(_ bytes: [Int]) -> Int { arena.place(byteCount: max(64, bytes.max() ?? 0), alive: 0...0) }
    let inChunk = zip(features, chunks).map { feature, chunk in
      if case .chunk = feature.home { chunk * feature.size.count * elementBytes } else { 0 }
    }
    let pooled = zip(features, chunks).filter { $0.0.pooling != nil }
    let feature = place(inChunk)
    let unpooled = place(pooled.map { $0.unpooled.count * $1 * elementBytes })
    let maxima = place(pooled.map { $0.0.pooling!.workspaceBytes })
    let kernel = place(convolutions.map(\.kernels.scratchBytes) + pooled.map { $0.0.pooling!.scratchBytes })
    return Scratch(
      feature: feature, unpooled: unpooled, maxima: maxima, kernel: kernel, byteCount: arena.byteCount)
  }
}

/// A convolution's numbers by group and channel: what its normalization is made of.
struct ChannelStatistics {
  let mean, variance, scale, shift, reciprocal: UnsafeMutablePointer<Float>

  /// How many numbers they are.
  static func count(groups: Int, channels: Int) -> Int { (5 * groups * channels + 15) / 16 * 16 }

  /// Those of one group among `numbers`, which hold all groups'.
  init(_ numbers: UnsafeMutablePointer<Float>, group: Int, groups: Int, channels: Int) {
    let (plane, own) = (groups * channels, numbers + group * channels)
    mean = own
    variance = own + plane
    scale = own + 2 * plane
    shift = own + 3 * plane
    reciprocal = own + 4 * plane
  }
}
