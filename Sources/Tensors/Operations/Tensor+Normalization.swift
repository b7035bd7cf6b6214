import CKernels

extension Tensor {
  /// x / ‖x‖₂ along the last axis; a row of zeros stays zero.
  public func normalized() -> Tensor {
    let (y, norms) = (Tensor(uninitialized: shape), Tensor(uninitialized: [shape.rows]))
    let columns = shape.columns
    Rows.forEachPart(of: shape) { row, rows in
      let start = row * columns
      rk_normalize_rows(
        floatPointer + start, y.floatPointer + start, norms.floatPointer + row, 1e-12, rows, columns)
    }
    return y.recorded(from: self) { dy in
      let dx = Tensor(uninitialized: y.shape)  // dx = (dy − y ⟨y, dy⟩) / ‖x‖
      Rows.forEachPart(of: y.shape) { row, rows in
        let start = row * columns
        rk_normalize_rows_gradient(
          dy.floatPointer + start, y.floatPointer + start, norms.floatPointer + row, dx.floatPointer + start,
          rows,
          columns)
      }
      return [dx]
    }
  }

  /// What a batch normalization made: the result, and each group's statistics (groups × channels).
  public struct BatchNormalized {
    /// Of the input's shape and data type.
    public let result: Tensor
    /// The mean and the biased variance of every group, and how many values each is of.
    public let mean, variance: Tensor
    /// How many values each statistic is of.
    public let count: Int
  }

  /// (x − mean) / √(variance + epsilon) · gamma + beta with the batch's own statistics (Ioffe, Szegedy,
  /// arXiv:1502.03167), per channel and group of consecutive images; then plus `residual`, then ReLU, when asked.
  ///
  /// One operation, because separately they would visit memory five times.
  public func batchNormalized(
    gamma: Tensor, beta: Tensor, epsilon: Float, groups: Int = 1, adding residual: Tensor? = nil,
    thenReLU: Bool = false
  ) -> BatchNormalized {
    precondition(
      gamma.count == shape.columns && beta.count == shape.columns,
      "batch normalization of shape \(shape) by \(gamma.count) scales and \(beta.count) offsets")
    let partition = BatchNormalization.Partition(shape, groups: groups)
    let statistics = BatchNormalization.statistics(
      of: self, scale: gamma, offset: beta, epsilon: epsilon, partition)
    let y = BatchNormalization.apply(
      self, scale: statistics.scale, shift: statistics.shift, residual: residual, thenReLU: thenReLU,
      partition)
    let (x, factor, wantsResidual) = (constant, gamma.constant, residual?.isRecorded ?? false)
    let inputs = [self, gamma, beta] + (residual.map { [$0] } ?? [])
    let recorded = y.recorded(fromAll: inputs) { dy in
      let gradient = BatchNormalization.gradient(
        dy, x: x, y: thenReLU ? y : nil, statistics, gamma: factor, wantsResidual: wantsResidual, partition)
      let own: [Tensor?] = [gradient.x, gradient.gamma, gradient.beta]
      return inputs.count == 3 ? own : own + [gradient.residual]
    }
    return BatchNormalized(
      result: recorded, mean: statistics.mean, variance: statistics.variance, count: partition.rowsPerGroup)
  }

  /// x · scale + shift per channel (constants), then plus `residual`, then ReLU, when asked: normalization by frozen
  /// statistics, which carries no gradient.
  public func affine(scale: Tensor, shift: Tensor, adding residual: Tensor? = nil, thenReLU: Bool = false)
    -> Tensor
  {
    BatchNormalization.apply(
      self, scale: scale, shift: shift, residual: residual, thenReLU: thenReLU,
      BatchNormalization.Partition(shape, groups: 1))
  }

  /// Each image's channels in `groups` of neighbours, every group freed of its mean and scaled to variance one over all its
  /// values (Wu, He, arXiv:1803.08494), times `gamma` plus `beta` of each channel: a feature map of the same shape.
  ///
  /// `modulation` (N × 2C) then multiplies each image's channel by one plus its first number and adds its second, and SiLU
  /// follows where asked; one operation, because separately they would visit memory four times. Float32 or bfloat16.
  public func groupNormalized(
    groups: Int, gamma: Tensor, beta: Tensor, epsilon: Float = 1e-5, modulatedBy modulation: Tensor? = nil,
    thenSiLU: Bool = false
  ) -> Tensor {
    let x = constant
    let normalization = GroupNormalization(
      of: x, groups: groups, gamma: gamma, beta: beta, modulation: modulation, epsilon: epsilon,
      thenSiLU: thenSiLU)
    let (y, coefficients) = normalization.apply(to: x)
    let isModulated = modulation != nil
    return y.recorded(fromAll: [self, gamma, beta] + (modulation.map { [$0] } ?? [])) { dy in
      let gradients = normalization.gradients(dy, x: x, coefficients)
      let own: [Tensor?] = [gradients.x, gradients.gamma, gradients.beta]
      return isModulated ? own + [gradients.modulation] : own
    }
  }
}
