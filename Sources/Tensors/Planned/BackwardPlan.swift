/// What the way back through a network needs beside the plan of the way there.
final class BackwardPlan: Sendable {
  struct Convolution: Sendable {
    let weights: KernelSet
    /// `nil` for a convolution of the images, which want no gradient.
    let data: KernelSet?
    /// The first number of each layout among a part's sums of weight gradients.
    let accumulators: [Int]
    /// Its first number among a part's coefficients, and among the sums of chunks.
    let coefficients, sums: Int
  }

  struct Feature: Sendable {
    /// Where the gradient with respect to it lies; unused for the images.
    let gradient: Placement
    /// Where the gradient with respect to it before pooling lies, if it is pooled.
    let unpooled: Placement?
    /// The convolutions that read it: first those whose share of its gradient has to be written before it can be added.
    let readers: [Int]
  }

  /// The offsets of a worker's own buffers.
  struct Scratch: Sendable {
    let feature, output, addend, kernel, byteCount: Int
  }

  let convolutions: [Convolution]
  let features: [Feature]
  let gradientBytes: Int
  /// Numbers of one part's coefficients and weight gradients, and of the sums of chunks.
  let coefficientsCount, accumulatorsCount, sumsCount: Int
  let scratch: Scratch

  init(
    _ network: ConvolutionalNetwork, _ shapes: NetworkShapes, _ key: NetworkPlan.Key,
    partitions: [BatchPartition],
    poolings: [FeaturePooling?]
  ) {
    var (coefficients, accumulators, sums) = (0, 0, 0)
    convolutions = network.convolutions.enumerated().map { index, convolution in
      let (geometry, counts) = (shapes.geometries[index], partitions[convolution.input].counts)
      let weights = KernelSet(.weights, geometry, key.dataType, counts: counts)
      let isFirst = convolution.input == 0
      defer {
        coefficients += ChannelStatistics.count(groups: network.groups, channels: geometry.outputChannels)
        sums += partitions[convolution.output!].count * 2 * geometry.outputChannels
      }
      let places = weights.layouts.map { layout in
        defer { accumulators += (layout.weightBytes / 4 + 15) / 16 * 16 }
        return accumulators
      }
      return Convolution(
        weights: weights, data: isFirst ? nil : KernelSet(.data, geometry, key.dataType, counts: counts),
        accumulators: places, coefficients: coefficients, sums: sums)
    }
    (coefficientsCount, accumulatorsCount, sumsCount) = (coefficients, accumulators, sums)
    var arena = Arena()
    let places = BackwardPlan.placeGradients(network, shapes, key, in: &arena)
    features = zip(places, network.features).map { [convolutions] place, feature in
      let adding = feature.readers.filter { convolutions[$0].data?.addsGradients ?? false }
      let writing = feature.readers.filter { !adding.contains($0) }
      return Feature(gradient: place.gradient, unpooled: place.unpooled, readers: writing + adding)
    }
    gradientBytes = arena.byteCount
    scratch = BackwardPlan.scratch(
      network, shapes, convolutions, chunks: partitions.map { $0.counts.max() ?? 0 }, poolings: poolings,
      elementBytes: key.dataType.byteCount)
  }

  /// Places each feature's gradient from the visit that makes it down to the last one that reads it.
  ///
  /// The gradient of a feature that is added to another starts as the other's: both share a place.
  private static func placeGradients(
    _ network: ConvolutionalNetwork, _ shapes: NetworkShapes, _ key: NetworkPlan.Key, in arena: inout Arena
  ) -> [(gradient: Placement, unpooled: Placement?)] {
    let count = network.features.count
    func lastReader(_ feature: ConvolutionalNetwork.FeatureMap, _ index: Int) -> Int {
      [feature.main, feature.side].compactMap { $0.map { network.convolutions[$0].input } }
        .reduce(min(index, feature.residual ?? index), min)
    }
    func place(_ imageBytes: Int, _ lifetime: ClosedRange<Int>) -> Placement {
      let batch = key.images.batch
      return Placement(
        offset: arena.place(byteCount: imageBytes * batch, alive: lifetime), imageBytes: imageBytes,
        capacity: batch)
    }
    let elementBytes = key.dataType.byteCount
    let nowhere = Placement(offset: 0, imageBytes: 0, capacity: 1)
    var places = [Placement](repeating: nowhere, count: count)
    var unpooled = [Placement?](repeating: nil, count: count)
    for index in stride(from: count - 1, to: 0, by: -1) {
      let feature = network.features[index]
      if let join = feature.joins.first {
        places[index] = places[join]
      } else {
        var end = feature.pooling == nil ? lastReader(feature, index) : index
        var next = feature.residual
        // What shares the place lives on in it.
        while let residual = next, network.features[residual].joins.first != nil {
          let earlier = network.features[residual]
          end = min(end, earlier.pooling == nil ? lastReader(earlier, residual) : residual)
          next = earlier.residual
        }
        places[index] = place(shapes.features[index].count * elementBytes, end...index)
      }
      if feature.pooling != nil {
        unpooled[index] = place(
          shapes.unpooled[index].count * elementBytes, lastReader(feature, index)...index)
      }
    }
    return zip(places, unpooled).map { (gradient: $0, unpooled: $1) }
  }

  private static func scratch(
    _ network: ConvolutionalNetwork, _ shapes: NetworkShapes, _ convolutions: [Convolution], chunks: [Int],
    poolings: [FeaturePooling?], elementBytes: Int
  ) -> Scratch {
    var arena = Arena()
    func place(_ bytes: [Int]) -> Int { arena.place(byteCount: max(64, bytes.max() ?? 0), alive: 0...0) }
    let inputs = zip(shapes.features, chunks).map { $0.count * $1 * elementBytes }
    let outputs = network.convolutions.indices.map {
      shapes.geometries[$0].outputSize * chunks[network.convolutions[$0].input] * elementBytes
    }
    let (feature, output, addend) = (place(inputs), place(outputs), place(inputs))
    let kernel = place(
      convolutions.flatMap { [$0.weights.scratchBytes, $0.data?.scratchBytes ?? 0] }
        + poolings.compactMap { $0?.scratchBytes })
    return Scratch(
      feature: feature, output: output, addend: addend, kernel: kernel, byteCount: arena.byteCount)
  }
}
