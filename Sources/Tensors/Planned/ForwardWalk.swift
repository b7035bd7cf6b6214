import CKernels

/// One walk from images to result: the plan and the memory that it is filled with.
struct ForwardWalk {
  let plan: NetworkPlan
  let network: ConvolutionalNetwork
  let weights: PackedWeights
  let images, values, scratch, result: UnsafeMutableRawPointer
  let statistics: UnsafeMutablePointer<Float>
  let sums: UnsafeMutablePointer<Double>
  /// How many chunks of each feature's parts have been begun, feature after feature; `nil` where no walk is made.
  let begun: UnsafeMutablePointer<Int>?
  let kernels: ActivationKernels

  init(
    _ plan: NetworkPlan, _ network: ConvolutionalNetwork, weights: PackedWeights,
    images: UnsafeMutableRawPointer,
    values: UnsafeMutableRawPointer, statistics: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Double>, begun: UnsafeMutablePointer<Int>?,
    scratch: UnsafeMutableRawPointer, result: UnsafeMutableRawPointer
  ) {
    self.plan = plan
    self.network = network
    self.weights = weights
    self.images = images
    self.values = values
    self.statistics = statistics
    self.sums = sums
    self.begun = begun
    self.scratch = scratch
    self.result = result
    kernels = ActivationKernels(isBFloat16: plan.key.dataType == .bfloat16)
  }

  /// Walks the network on all workers.
  ///
  /// A worker takes the parts of the batch that are congruent to its number: its own, unless the pool is narrower than
  /// the plan was made for. Where all wait for each other after each feature, it begins with its own and then takes
  /// chunks that slower workers have not begun: what is made of a chunk does not depend on who makes it.
  func run() {
    let parts = plan.key.parts
    WorkerPool.run { worker, workers in
      let own = stride(from: worker, to: parts, by: workers)
      if let order = plan.depthFirst {
        for part in own {
          for visit in order.visits[part] { self.visit(visit.feature, visit.chunk, part) }
        }
        return
      }
      for index in plan.features.indices {
        // A worker without a part has no memory to work with.
        for step in 0..<parts where worker < parts { take(index, of: (worker + step) % parts, worker) }
        guard index < plan.features.count - 1 else { break }
        Profile.time(.waiting) { rk_pool_barrier() }
        let readers = network.features[index].readers
        // Every worker adds up the sums itself: that takes less time than waiting a second time.
        for part in own {
          for reader in readers { combine(reader, part) }
        }
      }
    }
  }

  /// Visits the chunks of a part that nobody has begun, with the memory of `worker`'s own part.
  private func take(_ index: Int, of part: Int, _ worker: Int) {
    let chunks = plan.features[index].partition.chunks[part]
    let next = begun! + index * plan.key.parts + part
    var place = rk_pool_claim(next)
    while place < chunks.count {
      visit(index, chunks[place], worker, next: place + 1 < chunks.count ? chunks[place + 1] : nil)
      place = rk_pool_claim(next)
    }
  }

  /// Makes one chunk of a feature and everything that convolutions make of it.
  private func visit(_ index: Int, _ chunk: Chunk, _ part: Int, next: Chunk? = nil) {
    let input = Profile.time(.activation, bytes: bytes(toMake: index, chunk)) { make(index, chunk, part) }
    readAhead(index, next, part)
    let values = plan.values(values, part)
    let scratch = plan.scratch(scratch, part) + plan.scratch.kernel
    for reader in network.features[index].readers {
      let convolution = plan.convolutions[reader]
      let kernel = convolution.kernels.kernel(for: chunk.count)
      let packed = weights.pointer(reader, layout: convolution.kernels.layout(for: chunk.count))
      let output = convolution.output.address(values, chunk.position)
      Profile.time(.convolution, multiplyAdds: kernel.multiplyAdds) {
        if plan.depthFirst == nil {
          let sums = sums + convolution.sums + chunk.index * 2 * convolution.channels
          kernel.apply(input, packed, into: output, sums: sums, scratch: scratch)
        } else {
          kernel.apply(input, packed, into: output, scratch: scratch)
        }
      }
    }
  }

  /// Normalizes, adds, rectifies and pools one chunk, and returns where it lies.
  private func make(_ index: Int, _ chunk: Chunk, _ part: Int) -> UnsafeMutableRawPointer {
    let feature = plan.features[index]
    let elementBytes = plan.key.dataType.byteCount
    let scratch = plan.scratch(scratch, part)
    let target: UnsafeMutableRawPointer
    switch feature.home {
    case .images: return images + chunk.start * feature.size.count * elementBytes
    case .chunk: target = scratch + plan.scratch.feature
    case .stored(let place): target = place.address(plan.values(values, part), chunk.position)
    case .result: target = result + chunk.start * feature.size.count * elementBytes
    }
    guard let pooling = feature.pooling else {
      normalize(index, chunk, part, into: target)
      if index == plan.features.count - 1 && plan.key.pooled { average(target, chunk) }
      return target
    }
    let unpooled = scratch + plan.scratch.unpooled
    normalize(index, chunk, part, into: unpooled)
    let maxima = feature.maxima?.address(values, chunk.position)
    pooling.forward(
      unpooled, into: target, images: chunk.count, workspace: maxima ?? scratch + plan.scratch.maxima,
      keeping: maxima != nil, scratch: scratch + plan.scratch.kernel)
    if index == plan.features.count - 1 && plan.key.pooled { average(target, chunk) }
    return target
  }

  /// relu?(norm(convolution) + residual) of one chunk, before pooling.
  func normalize(_ index: Int, _ chunk: Chunk, _ part: Int, into target: UnsafeMutableRawPointer) {
    let (description, size) = (network.features[index], plan.features[index].unpooled)
    let values = plan.values(values, part)
    let main = description.main!
    let own = plan.statistics(statistics, of: main, part: part, group: chunk.group)
    var addend: ActivationKernels.Addend?
    if let side = description.side {
      let other = plan.statistics(statistics, of: side, part: part, group: chunk.group)
      addend = ActivationKernels.Addend(
        values: plan.convolutions[side].output.address(values, chunk.position), scale: other.scale,
        shift: other.shift)
    } else if let residual = description.residual, case .stored(let place) = plan.features[residual].home {
      addend = ActivationKernels.Addend(values: place.address(values, chunk.position), scale: nil, shift: nil)
    }
    kernels.apply(
      plan.convolutions[main].output.address(values, chunk.position), scale: own.scale, shift: own.shift,
      adding: addend, thenReLU: description.hasReLU, into: target, rows: chunk.count * size.positions,
      channels: size.channels)
  }

  /// Bytes that making one chunk of a feature reads and writes.
  private func bytes(toMake index: Int, _ chunk: Chunk) -> Int {
    let feature = network.features[index]
    guard feature.main != nil else { return 0 }
    let inputs = feature.side == nil && feature.residual == nil ? 1 : 2
    return chunk.count * plan.key.dataType.byteCount
      * (inputs * plan.features[index].unpooled.count + plan.features[index].size.count)
  }

  private func average(_ feature: UnsafeMutableRawPointer, _ chunk: Chunk) {
    let size = plan.features[plan.features.count - 1].size
    let rows = result.assumingMemoryBound(to: Float.self) + chunk.start * size.channels
    kernels.globalAverage(
      feature, into: rows, images: chunk.count, positions: size.positions, channels: size.channels)
  }

  /// Turns the sums of all chunks into one part's copy of a convolution's statistics.
  private func combine(_ index: Int, _ part: Int) {
    let (convolution, normalization) = (plan.convolutions[index], network.convolutions[index].normalization)
    let channels = convolution.channels
    let partition = plan.features[network.convolutions[index].input].partition
    let count = Double(plan.rowsPerGroup(of: convolution))
    for (group, chunks) in partition.groups.enumerated() {
      let own = plan.statistics(statistics, of: index, part: part, group: group)
      rk_bn_statistics(
        sums + convolution.sums + chunks.lowerBound * 2 * channels, chunks.count, channels, nil, count,
        own.mean,
        own.variance)
      rk_bn_affine(
        own.mean, own.variance, normalization.gamma.constant.floatPointer,
        normalization.beta.constant.floatPointer,
        normalization.epsilon, channels, own.scale, own.shift, own.reciprocal)
    }
  }
}

extension NetworkPlan {
  /// The values that `part` works on: everyone's, or in inference its own.
  func values(_ base: UnsafeMutableRawPointer, _ part: Int) -> UnsafeMutableRawPointer {
    depthFirst == nil ? base : base + part * valueBytes
  }

  func scratch(_ base: UnsafeMutableRawPointer, _ part: Int) -> UnsafeMutableRawPointer {
    base + part * scratch.byteCount
  }

  /// The copy that `part` has of the statistics of convolution `index` for a group; in inference there is one for all.
  func statistics(
    _ base: UnsafeMutablePointer<Float>, of index: Int, part: Int, group: Int
  ) -> ChannelStatistics {
    let start = (depthFirst == nil ? part * statisticsCount : 0) + convolutions[index].statistics
    return ChannelStatistics(
      base + start, group: group, groups: groups, channels: convolutions[index].channels)
  }

  /// How many values each statistic of a convolution is of.
  func rowsPerGroup(of convolution: Convolution) -> Int {
    key.images.batch / groups * convolution.geometry.outputHeight * convolution.geometry.outputWidth
  }
}
