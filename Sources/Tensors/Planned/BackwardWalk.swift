import CKernels

/// The coefficients by which a normalization's gradient is made, a g + b x + c, and its parameters' gradients.
struct GradientCoefficients {
  let a, b, c, gamma, beta: UnsafeMutablePointer<Float>

  /// Those of one group among `numbers`, which hold all groups' and are as many as `ChannelStatistics`.
  init(_ numbers: UnsafeMutablePointer<Float>, group: Int, groups: Int, channels: Int) {
    let planes = ChannelStatistics(numbers, group: group, groups: groups, channels: channels)
    (a, b, c, gamma, beta) = (planes.mean, planes.variance, planes.scale, planes.shift, planes.reciprocal)
  }
}

/// One walk from the gradient of the result to those of all parameters.
struct BackwardWalk {
  let forward: ForwardWalk
  let back: BackwardPlan
  /// Weights as the data gradients take them.
  let weights: PackedWeights
  /// Which convolutions' weight gradients are wanted.
  let wantsWeight: [Bool]
  /// The result's gradient: of the pooled features (float32), or of the last feature map.
  let seed: UnsafeMutableRawPointer
  let gradients, scratch: UnsafeMutableRawPointer
  let coefficients, accumulators: UnsafeMutablePointer<Float>
  let sums: UnsafeMutablePointer<Double>
  /// The weight gradients, O × I × kernel height × kernel width each.
  let results: [UnsafeMutablePointer<Float>?]

  var plan: NetworkPlan { forward.plan }
  var network: ConvolutionalNetwork { forward.network }
  private var kernels: ActivationKernels { forward.kernels }

  /// Walks back on all workers.
  func run() {
    let parts = plan.key.parts
    WorkerPool.run { worker, workers in
      let own = stride(from: worker, to: parts, by: workers)
      for part in own { rk_fill(accumulators + part * back.accumulatorsCount, 0, back.accumulatorsCount) }
      for index in plan.features.indices.reversed() {
        for part in own {
          let chunks = plan.features[index].partition.chunks[part]
          for (place, chunk) in chunks.enumerated() {
            readAhead(index, place + 1 < chunks.count ? chunks[place + 1] : nil)
            visit(index, chunk, part)
          }
        }
        Profile.time(.waiting) { rk_pool_barrier() }
        guard let main = network.features[index].main else { continue }
        for part in own {
          combine(main, sumsOf: index, part)
          if let side = network.features[index].side { combine(side, sumsOf: index, part) }
        }
      }
      addParts(worker, workers)
      Profile.time(.waiting) { rk_pool_barrier() }
      unpack(worker, workers)
    }
  }

  /// Makes one chunk of a feature's gradient, and what its readers' weights gain from it.
  private func visit(_ index: Int, _ chunk: Chunk, _ part: Int) {
    let (feature, size) = (network.features[index], plan.features[index].size)
    let gradient = back.features[index].gradient.address(gradients, chunk.position)
    let scratch = scratch + part * back.scratch.byteCount
    if index == plan.features.count - 1 {
      start(gradient, chunk)
    } else {
      let input: UnsafeMutableRawPointer = Profile.time(.activation) { self.input(index, chunk, part) }
      // The place of a gradient that begins as another's holds that one already.
      var isBegun = !feature.joins.isEmpty
      for reader in back.features[index].readers {
        let (planned, count) = (back.convolutions[reader], chunk.count)
        let output = Profile.time(.activationGradient, bytes: 3 * bytes(of: reader, chunk)) {
          outputGradient(reader, chunk, part)
        }
        if wantsWeight[reader] {
          let sum = accumulators + part * back.accumulatorsCount
          let kernel = planned.weights.kernel(for: count)
          Profile.time(.weightGradient, multiplyAdds: kernel.multiplyAdds) {
            kernel.addWeightGradient(
              input, output, to: sum + planned.accumulators[planned.weights.layout(for: count)],
              scratch: scratch + back.scratch.kernel)
          }
        }
        guard let data = planned.data else { continue }
        let (kernel, packed) = (
          data.kernel(for: count), weights.pointer(reader, layout: data.layout(for: count))
        )
        let isAdded = isBegun && kernel.addsDataGradients
        let target = isBegun && !isAdded ? scratch + back.scratch.addend : gradient
        let kernelScratch = scratch + back.scratch.kernel
        Profile.time(.dataGradient, multiplyAdds: kernel.multiplyAdds) {
          if isAdded {
            kernel.apply(output, packed, addingTo: gradient, scratch: kernelScratch)
          } else {
            kernel.apply(output, packed, into: target, scratch: kernelScratch)
          }
        }
        if target != gradient { kernels.add(target, to: gradient, count: count * size.count) }
        isBegun = true
      }
      for join in feature.joins.dropFirst() {
        kernels.add(
          back.features[join].gradient.address(gradients, chunk.position), to: gradient,
          count: chunk.count * size.count)
      }
    }
    Profile.time(.activationGradient, bytes: 2 * (feature.main.map { bytes(of: $0, chunk) } ?? 0)) {
      sum(index, gradient, chunk, part)
    }
  }

  /// Bytes of one chunk of a convolution's output.
  private func bytes(of convolution: Int, _ chunk: Chunk) -> Int {
    chunk.count * plan.convolutions[convolution].geometry.outputSize * plan.key.dataType.byteCount
  }

  /// Takes one chunk of the result's gradient.
  private func start(_ gradient: UnsafeMutableRawPointer, _ chunk: Chunk) {
    let size = plan.features[plan.features.count - 1].size
    if plan.key.pooled {
      kernels.globalAverageGradient(
        seed.assumingMemoryBound(to: Float.self) + chunk.start * size.channels, into: gradient,
        images: chunk.count,
        positions: size.positions, channels: size.channels)
    } else {
      let bytes = size.count * plan.key.dataType.byteCount
      gradient.copyMemory(from: seed + chunk.start * bytes, byteCount: chunk.count * bytes)
    }
  }

  /// One chunk of a feature, as its readers saw it: kept, or made again.
  private func input(_ index: Int, _ chunk: Chunk, _ part: Int) -> UnsafeMutableRawPointer {
    let feature = plan.features[index]
    switch feature.home {
    case .images: return forward.images + chunk.start * feature.size.count * plan.key.dataType.byteCount
    case .stored(let place): return place.address(forward.values, chunk.position)
    case .result: return forward.result + chunk.start * feature.size.count * plan.key.dataType.byteCount
    case .chunk:
      let target = scratch + part * back.scratch.byteCount + back.scratch.feature
      forward.normalize(index, chunk, part, into: target)
      return target
    }
  }

  /// One chunk of the gradient with respect to a convolution's output.
  private func outputGradient(_ index: Int, _ chunk: Chunk, _ part: Int) -> UnsafeMutableRawPointer {
    let (description, planned) = (network.convolutions[index], plan.convolutions[index])
    let feature = network.features[description.output!]
    let place = back.features[description.output!].unpooled ?? back.features[description.output!].gradient
    let gradient = place.address(gradients, chunk.position)
    let factors = coefficients(of: index, part, chunk.group)
    let target = scratch + part * back.scratch.byteCount + back.scratch.output
    kernels.gradient(
      gradient, planned.output.address(forward.values, chunk.position), mask(of: index, chunk, part),
      a: factors.a,
      b: factors.b, c: factors.c, into: target,
      // What was added passes the same ReLU: its gradient is this one, masked.
      masked: feature.residual != nil && feature.hasReLU ? gradient : nil,
      rows: chunk.count * planned.geometry.outputHeight * planned.geometry.outputWidth,
      channels: planned.channels)
    return target
  }

  /// Where the ReLU over a convolution let values pass.
  private func mask(of index: Int, _ chunk: Chunk, _ part: Int) -> ActivationKernels.Mask {
    let output = network.convolutions[index].output!
    let feature = network.features[output]
    guard feature.hasReLU else { return .none }
    if feature.residual != nil || feature.side != nil { return .result(input(output, chunk, part)) }
    let own = plan.statistics(forward.statistics, of: index, part: part, group: chunk.group)
    return .affine(scale: own.scale, shift: own.shift)
  }

  /// Sums one chunk of a feature's gradient as the normalizations below it need it.
  private func sum(_ index: Int, _ gradient: UnsafeMutableRawPointer, _ chunk: Chunk, _ part: Int) {
    let feature = network.features[index]
    var gradient = gradient
    if let pooling = plan.features[index].pooling, let unpooled = back.features[index].unpooled {
      let target = unpooled.address(gradients, chunk.position)
      pooling.backward(
        gradient, into: target, images: chunk.count,
        workspace: plan.features[index].maxima!.address(forward.values, chunk.position),
        scratch: scratch + part * back.scratch.byteCount + back.scratch.kernel)
      gradient = target
    }
    for convolution in [feature.main, feature.side] {
      guard let convolution else { continue }
      let planned = plan.convolutions[convolution]
      let own = plan.statistics(forward.statistics, of: convolution, part: part, group: chunk.group)
      kernels.gradientSums(
        gradient, planned.output.address(forward.values, chunk.position), mask(of: convolution, chunk, part),
        mean: own.mean, reciprocal: own.reciprocal,
        rows: chunk.count * planned.geometry.outputHeight * planned.geometry.outputWidth,
        channels: planned.channels,
        into: sums + back.convolutions[convolution].sums + chunk.index * 2 * planned.channels)
    }
  }

  private func coefficients(of index: Int, _ part: Int, _ group: Int) -> GradientCoefficients {
    GradientCoefficients(
      coefficients + part * back.coefficientsCount + back.convolutions[index].coefficients, group: group,
      groups: plan.groups, channels: plan.convolutions[index].channels)
  }

  /// Turns the sums of all chunks of a feature into one part's copy of the coefficients.
  private func combine(_ index: Int, sumsOf feature: Int, _ part: Int) {
    let planned = plan.convolutions[index]
    let count = Double(plan.rowsPerGroup(of: planned))
    for (group, chunks) in plan.features[feature].partition.groups.enumerated() {
      let own = plan.statistics(forward.statistics, of: index, part: part, group: group)
      let factors = coefficients(of: index, part, group)
      rk_bn_backward_coefficients(
        sums + back.convolutions[index].sums + chunks.lowerBound * 2 * planned.channels, chunks.count,
        planned.channels, own.mean, own.reciprocal,
        network.convolutions[index].normalization.gamma.constant.floatPointer, count, true, factors.a,
        factors.b,
        factors.c, factors.gamma, factors.beta)
    }
  }

  /// Adds one worker's share of the weight gradients of all parts, in the order of parts, to the first part's.
  private func addParts(_ worker: Int, _ workers: Int) {
    let share = WorkerPool.part(of: back.accumulatorsCount, worker: worker, workers: workers)
    guard !share.isEmpty else { return }
    let first = accumulators + share.lowerBound
    for part in 1..<max(1, plan.key.parts) {
      rk_add(first, first + part * back.accumulatorsCount, first, share.count)
    }
  }

  /// Writes one worker's share of the weight gradients in the parameters' own layout.
  private func unpack(_ worker: Int, _ workers: Int) {
    for (index, planned) in back.convolutions.enumerated() where index % workers == worker {
      guard let result = results[index] else { continue }
      rk_fill(result, 0, plan.convolutions[index].geometry.weightCount)
      for (layout, start) in zip(planned.weights.layouts, planned.accumulators) {
        layout.unpack(
          accumulators + start, addingTo: result,
          scratch: scratch + worker * back.scratch.byteCount + back.scratch.kernel)
      }
    }
  }
}
