/// Whether networks are walked by plan; off, layers run one after another, which is what tests and benchmarks compare
/// with.
public enum PlannedExecution {
  /// True unless a scope says otherwise.
  @TaskLocal public static var isEnabled = true
  /// Into how many parts a batch is cut, if not one for each worker; results depend on this number, not on the workers'.
  @TaskLocal static var parts: Int?
}

extension ConvolutionalNetwork {
  /// The network's result for `images` (N × H × W × C): the last feature map, or its average over positions (N × C,
  /// float32) if `pooled`; `nil` where only layers one after another can compute it.
  ///
  /// One operation of the tape, whose inputs are the parameters. With `frozen` statistics the result is a constant;
  /// otherwise the normalizations' running statistics follow the batch's.
  public func callAsFunction(_ images: Tensor, frozen: Bool, pooled: Bool) -> Tensor? {
    guard PlannedExecution.isEnabled, isPlannable, images.shape.rank == 4, images.shape.batch > 0,
      images.dataType == .bfloat16 || images.dataType == .float32, !images.isRecorded,
      frozen || images.shape.batch % groups == 0
    else { return nil }
    let inputs = convolutions.flatMap {
      [$0.weight.value, $0.normalization.gamma.value, $0.normalization.beta.value]
    }
    let isRecorded = inputs.contains { $0.isRecorded }
    let purpose: NetworkPlan.Purpose = frozen ? .inference : isRecorded ? .training : .forward
    let plan = plan(
      NetworkPlan.Key(
        images: images.shape, dataType: images.dataType, purpose: purpose, pooled: pooled,
        parts: PlannedExecution.parts ?? WorkerPool.threads))
    let execution = PlannedForward(plan, self, images: images.constant)
    execution.run()
    guard purpose != .inference else { return execution.result }
    execution.followStatistics()
    guard purpose == .training else { return execution.result }
    let wanted = inputs.map(\.isRecorded)
    return execution.result.recorded(fromAll: inputs) { execution.gradients(from: $0, wanted: wanted) }
  }
}

/// A forward walk with the memory that it owns: what the tape keeps until the way back.
final class PlannedForward {
  let result: Tensor
  private let plan: NetworkPlan
  private let network: ConvolutionalNetwork
  private let images: Tensor
  private let values, statistics: Storage

  init(_ plan: NetworkPlan, _ network: ConvolutionalNetwork, images: Tensor) {
    self.plan = plan
    self.network = network
    self.images = images
    let (size, batch) = (plan.features[plan.features.count - 1].size, images.shape.batch)
    result =
      plan.key.pooled
      ? Tensor(uninitialized: [batch, size.channels])
      : Tensor(uninitialized: [batch, size.height, size.width, size.channels], images.dataType)
    let copies = plan.depthFirst == nil ? 1 : plan.key.parts
    values = Storage(byteCount: max(64, plan.valueBytes * copies))
    statistics = Storage(byteCount: max(64, 4 * plan.statisticsCount * plan.key.parts))
  }

  /// Computes the result, and what the way back needs.
  func run() {
    if plan.depthFirst != nil { takeFrozenStatistics() }
    MultiplyAdds.add(plan.convolutions.map(\.geometry.multiplyAdds).reduce(0, +) * images.shape.batch)
    let weights = PackedWeights(network, plan.convolutions.map(\.kernels))
    let sums = Storage(byteCount: max(64, 8 * plan.sumsCount))
    let scratch = Storage(byteCount: plan.scratch.byteCount * plan.key.parts)
    var begun = [Int](repeating: 0, count: plan.features.count * plan.key.parts)
    withExtendedLifetime((sums, scratch)) {
      begun.withUnsafeMutableBufferPointer {
        walk(weights, sums: sums.pointer, begun: $0.baseAddress, scratch: scratch.pointer).run()
      }
    }
  }

  private func walk(
    _ weights: PackedWeights, sums: UnsafeMutableRawPointer, begun: UnsafeMutablePointer<Int>?,
    scratch: UnsafeMutableRawPointer
  ) -> ForwardWalk {
    ForwardWalk(
      plan, network, weights: weights, images: images.storage.pointer, values: values.pointer,
      statistics: statistics.pointer.assumingMemoryBound(to: Float.self),
      sums: sums.assumingMemoryBound(to: Double.self), begun: begun, scratch: scratch,
      result: result.storage.pointer)
  }

  private func takeFrozenStatistics() {
    for (index, convolution) in network.convolutions.enumerated() {
      let channels = plan.convolutions[index].channels
      let own = channelStatistics(of: index, group: 0)
      let (scale, shift) = convolution.normalization.frozen()
      scale.withFloats { own.scale.update(from: $0.baseAddress!, count: channels) }
      shift.withFloats { own.shift.update(from: $0.baseAddress!, count: channels) }
    }
  }

  /// Lets the running statistics follow the batch's.
  func followStatistics() {
    let groups = plan.groups
    for (index, convolution) in network.convolutions.enumerated() {
      let planned = plan.convolutions[index]
      let count = groups * planned.channels
      let (mean, variance) = (
        Tensor(uninitialized: [groups, planned.channels]), Tensor(uninitialized: [groups, planned.channels])
      )
      let own = channelStatistics(of: index, group: 0)
      mean.floatPointer.update(from: own.mean, count: count)
      variance.floatPointer.update(from: own.variance, count: count)
      convolution.normalization.follow(mean, variance, plan.rowsPerGroup(of: planned))
    }
  }

  /// The first part's copy; the groups of each quantity follow each other.
  private func channelStatistics(of index: Int, group: Int) -> ChannelStatistics {
    plan.statistics(statistics.pointer.assumingMemoryBound(to: Float.self), of: index, part: 0, group: group)
  }

  /// The gradients of weight, scale and offset of each convolution in turn, where wanted.
  func gradients(from seed: Tensor, wanted: [Bool]) -> [Tensor?] {
    let back = plan.backward!
    let parts = max(plan.key.parts, WorkerPool.threads)
    let gradients = network.convolutions.indices.map { index in
      wanted[3 * index] ? Tensor(uninitialized: network.convolutions[index].weight.shape) : nil
    }
    let perImage = zip(plan.convolutions, zip(gradients, back.convolutions)).map { convolution, way in
      convolution.geometry.multiplyAdds * ((way.0 == nil ? 0 : 1) + (way.1.data == nil ? 0 : 1))
    }
    MultiplyAdds.add(perImage.reduce(0, +) * images.shape.batch)
    let weights = PackedWeights(network, back.convolutions.map(\.data))
    let coefficients = Storage(byteCount: max(64, 4 * back.coefficientsCount * parts))
    let accumulators = Storage(byteCount: max(64, 4 * back.accumulatorsCount * parts))
    let sums = Storage(byteCount: max(64, 8 * back.sumsCount))
    let values = Storage(byteCount: max(64, back.gradientBytes))
    let scratch = Storage(byteCount: back.scratch.byteCount * parts)
    let factors = coefficients.pointer.assumingMemoryBound(to: Float.self)
    withExtendedLifetime((self, seed, accumulators, sums, values, scratch)) {
      BackwardWalk(
        // The way there only makes features again, for which it needs neither weights nor memory of its own.
        forward: walk(weights, sums: sums.pointer, begun: nil, scratch: scratch.pointer), back: back,
        weights: weights, wantsWeight: gradients.map { $0 != nil }, seed: seed.storage.pointer,
        gradients: values.pointer,
        scratch: scratch.pointer, coefficients: factors,
        accumulators: accumulators.pointer.assumingMemoryBound(to: Float.self),
        sums: sums.pointer.assumingMemoryBound(to: Double.self), results: gradients.map { $0?.floatPointer }
      ).run()
    }
    return withExtendedLifetime(coefficients) {
      network.convolutions.indices.flatMap { index -> [Tensor?] in
        let (gamma, beta) = normalizationGradients(index, factors)
        return [
          gradients[index], wanted[3 * index + 1] ? gamma : nil, wanted[3 * index + 2] ? beta : nil,
        ]
      }
    }
  }

  /// The gradients of scale and offset: those of the first part's coefficients, summed over groups.
  private func normalizationGradients(_ index: Int, _ coefficients: UnsafeMutablePointer<Float>) -> (
    Tensor, Tensor
  ) {
    let channels = plan.convolutions[index].channels
    let (gamma, beta) = (Tensor(zeros: [channels]), Tensor(zeros: [channels]))
    for group in 0..<plan.groups {
      let own = GradientCoefficients(
        coefficients + plan.backward!.convolutions[index].coefficients, group: group, groups: plan.groups,
        channels: channels)
      for channel in 0..<channels {
        gamma.floatPointer[channel] += own.gamma[channel]
        beta.floatPointer[channel] += own.beta[channel]
      }
    }
    return (gamma, beta)
  }
}
