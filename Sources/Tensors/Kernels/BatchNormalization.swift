import CKernels

/// Batch normalization of N × H × W × C (or N × C) in float32 or bfloat16, statistics in float32.
enum BatchNormalization {
  /// Per-channel numbers of every group of images, groups × channels each.
  struct Statistics {
    let mean, variance, scale, shift, reciprocal: Tensor
  }

  /// Consecutive rows that share statistics, cut into parts that workers take.
  struct Partition {
    let groups, rowsPerGroup, partsPerGroup, channels: Int

    init(_ shape: Shape, groups: Int) {
      precondition(
        groups > 0 && shape[0] % groups == 0,
        "a batch of shape \(shape) does not split into \(groups) equal groups")
      self.groups = groups
      channels = shape.columns
      rowsPerGroup = shape.rows / groups
      // A fixed cut, not one per worker: sums are then the same for any number of threads.
      partsPerGroup = max(1, min(64 / groups, rowsPerGroup * channels / 65_536))
    }

    func forEachPart(_ body: (_ part: Int, _ group: Int, _ row: Int, _ rows: Int) -> Void) {
      WorkerPool.forEachRange(of: groups * partsPerGroup) { parts in
        for part in parts {
          let group = part / partsPerGroup
          let rows = WorkerPool.part(of: rowsPerGroup, worker: part % partsPerGroup, workers: partsPerGroup)
          body(part, group, group * rowsPerGroup + rows.lowerBound, rows.count)
        }
      }
    }
  }

  static func statistics(
    of x: Tensor, scale gamma: Tensor, offset beta: Tensor, epsilon: Float, _ partition: Partition
  ) -> Statistics {
    let (channels, groups) = (partition.channels, partition.groups)
    let about = firstRows(of: x, partition)
    let sums = DoubleBuffer(count: groups * partition.partsPerGroup * 2 * channels)
    partition.forEachPart { part, group, row, rows in
      let target = sums.pointer + part * 2 * channels
      let shift = about.floatPointer + group * channels
      switch x.dataType {
      case .bfloat16: rk_bn_sums_bf16(x.words + row * channels, rows, channels, shift, target)
      default: rk_bn_sums_f32(x.floatPointer + row * channels, rows, channels, shift, target)
      }
    }
    let shape: Shape = [groups, channels]
    let result = Statistics(
      mean: Tensor(uninitialized: shape), variance: Tensor(uninitialized: shape),
      scale: Tensor(uninitialized: shape),
      shift: Tensor(uninitialized: shape), reciprocal: Tensor(uninitialized: shape))
    for group in 0..<groups {
      let start = group * channels
      rk_bn_statistics(
        sums.pointer + group * partition.partsPerGroup * 2 * channels, partition.partsPerGroup, channels,
        about.floatPointer + start, Double(partition.rowsPerGroup), result.mean.floatPointer + start,
        result.variance.floatPointer + start)
      rk_bn_affine(
        result.mean.floatPointer + start, result.variance.floatPointer + start, gamma.floatPointer,
        beta.floatPointer, epsilon, channels, result.scale.floatPointer + start,
        result.shift.floatPointer + start,
        result.reciprocal.floatPointer + start)
    }
    return result
  }

  /// A row of each group: sums about a value near the mean lose nothing to cancellation.
  private static func firstRows(of x: Tensor, _ partition: Partition) -> Tensor {
    let rows = Tensor(uninitialized: [partition.groups, partition.channels])
    for group in 0..<partition.groups {
      let (source, target) = (group * partition.rowsPerGroup, group)
      let channels = partition.channels
      switch x.dataType {
      case .bfloat16:
        rk_bf16_to_f32(x.words + source * channels, rows.floatPointer + target * channels, channels)
      default:
        (rows.floatPointer + target * channels).update(
          from: x.floatPointer + source * channels, count: channels)
      }
    }
    return rows
  }

  /// relu?(x · scale + shift (+ residual)).
  static func apply(
    _ x: Tensor, scale: Tensor, shift: Tensor, residual: Tensor?, thenReLU: Bool, _ partition: Partition
  ) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dataType)
    let channels = partition.channels
    partition.forEachPart { _, group, row, rows in
      let (start, affine) = (row * channels, group * channels)
      let (a, b) = (scale.floatPointer + affine, shift.floatPointer + affine)
      switch x.dataType {
      case .bfloat16:
        rk_bn_apply_bf16(
          x.words + start, a, b, residual.map { UnsafePointer($0.words + start) }, nil, nil, thenReLU,
          y.words + start, rows, channels)
      default:
        rk_bn_apply_f32(
          x.floatPointer + start, a, b, residual.map { UnsafePointer($0.floatPointer + start) }, nil, nil,
          thenReLU,
          y.floatPointer + start, rows, channels)
      }
    }
    return y
  }

  struct Gradient {
    let x: Tensor
    let residual: Tensor?
    let gamma, beta: Tensor
  }

  /// The gradients of `apply` ∘ `statistics`; `y` is the result when a ReLU followed, and masks the gradient.
  static func gradient(
    _ dy: Tensor, x: Tensor, y: Tensor?, _ statistics: Statistics, gamma: Tensor, wantsResidual: Bool,
    _ partition: Partition
  ) -> Gradient {
    let (channels, groups, parts) = (partition.channels, partition.groups, partition.partsPerGroup)
    let sums = DoubleBuffer(count: groups * parts * 2 * channels)
    partition.forEachPart { part, group, row, rows in
      let (start, affine) = (row * channels, group * channels)
      let mean = statistics.mean.floatPointer + affine
      let reciprocal = statistics.reciprocal.floatPointer + affine
      let target = sums.pointer + part * 2 * channels
      switch x.dataType {
      case .bfloat16:
        rk_bn_backward_sums_bf16(
          dy.words + start, x.words + start, y.map { UnsafePointer($0.words + start) }, nil, nil, mean,
          reciprocal,
          rows, channels, target)
      default:
        rk_bn_backward_sums_f32(
          dy.floatPointer + start, x.floatPointer + start, y.map { UnsafePointer($0.floatPointer + start) },
          nil, nil,
          mean, reciprocal, rows, channels, target)
      }
    }
    let coefficients = Tensor(uninitialized: [3, groups, channels])
    let (gammaGradient, betaGradient) = (Tensor(zeros: [channels]), Tensor(zeros: [channels]))
    let scratch = Tensor(uninitialized: [2, channels])
    let plane = groups * channels
    for group in 0..<groups {
      let affine = group * channels
      let a = coefficients.floatPointer + affine
      rk_bn_backward_coefficients(
        sums.pointer + group * parts * 2 * channels, parts, channels, statistics.mean.floatPointer + affine,
        statistics.reciprocal.floatPointer + affine, gamma.floatPointer, Double(partition.rowsPerGroup), true,
        a,
        a + plane, a + 2 * plane, scratch.floatPointer, scratch.floatPointer + channels)
      rk_add(gammaGradient.floatPointer, scratch.floatPointer, gammaGradient.floatPointer, channels)
      rk_add(betaGradient.floatPointer, scratch.floatPointer + channels, betaGradient.floatPointer, channels)
    }
    let (dx, residual) = inputGradients(
      dy, x: x, y: y, coefficients: coefficients, wantsResidual: wantsResidual, partition)
    return Gradient(x: dx, residual: residual, gamma: gammaGradient, beta: betaGradient)
  }

  private static func inputGradients(
    _ dy: Tensor, x: Tensor, y: Tensor?, coefficients: Tensor, wantsResidual: Bool, _ partition: Partition
  ) -> (Tensor, Tensor?) {
    let dx = Tensor(uninitialized: x.shape, x.dataType)
    let residual = wantsResidual ? Tensor(uninitialized: x.shape, x.dataType) : nil
    let (channels, plane) = (partition.channels, partition.groups * partition.channels)
    partition.forEachPart { _, group, row, rows in
      let start = row * channels
      let a = coefficients.floatPointer + group * channels
      switch x.dataType {
      case .bfloat16:
        rk_bn_backward_apply_bf16(
          dy.words + start, x.words + start, y.map { UnsafePointer($0.words + start) }, nil, nil, a,
          a + plane,
          a + 2 * plane, dx.words + start, residual.map { $0.words + start }, false, rows, channels)
      default:
        rk_bn_backward_apply_f32(
          dy.floatPointer + start, x.floatPointer + start, y.map { UnsafePointer($0.floatPointer + start) },
          nil, nil,
          a, a + plane, a + 2 * plane, dx.floatPointer + start, residual.map { $0.floatPointer + start },
          false, rows,
          channels)
      }
    }
    return (dx, residual)
  }
}

/// Doubles from the pool.
struct DoubleBuffer {
  private let storage: Storage
  let pointer: UnsafeMutablePointer<Double>

  init(count: Int) {
    storage = Storage(byteCount: 8 * count)
    pointer = storage.pointer.assumingMemoryBound(to: Double.self)
  }
}
