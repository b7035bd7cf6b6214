import Tensors

/// Batch normalization over all axes but the last (Ioffe, Szegedy, arXiv:1502.03167).
///
/// With `groups` above one, consecutive equal parts of the batch are normalized by their own statistics, as on so many
/// devices; the running statistics then follow the mean over groups, as in MoCo's CIFAR demonstration.
public final class BatchNormalization: Layer {
  /// The learned scale γ and offset β of each channel.
  public let weight, bias: Parameter
  /// What inference normalizes by.
  public let runningMean, runningVar: Statistic
  let epsilon: Float = 1e-5
  let momentum: Float = 0.1
  let groups: Int

  /// Creates a normalization of `channels` channels that starts as the identity.
  public init(_ channels: Int, groups: Int = 1) {
    weight = Parameter(Tensor(repeating: 1, shape: [channels]))
    bias = Parameter(Tensor(zeros: [channels]))
    runningMean = Statistic(Tensor(zeros: [channels]))
    runningVar = Statistic(Tensor(repeating: 1, shape: [channels]))
    self.groups = groups
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, adding: nil, thenReLU: false) }

  /// Normalizes `x`, adds `residual`, and applies a ReLU, in one pass.
  public func callAsFunction(_ x: Tensor, adding residual: Tensor? = nil, thenReLU: Bool) -> Tensor {
    if Mode.isInference {
      let (scale, shift) = frozenAffine()
      return x.affine(scale: scale, shift: shift, adding: residual, thenReLU: thenReLU)
    }
    let normalized = x.batchNormalized(
      gamma: weight.value, beta: bias.value, epsilon: epsilon, groups: groups, adding: residual,
      thenReLU: thenReLU)
    follow(mean: normalized.mean, variance: normalized.variance, count: normalized.count)
    return normalized.result
  }

  /// The scale and shift of each channel that inference applies.
  public func frozenAffine() -> (scale: Tensor, shift: Tensor) {
    let (mean, variance) = (runningMean.value.floats, runningVar.value.floats)
    let (gamma, beta) = (weight.constant.floats, bias.constant.floats)
    let scale = zip(gamma, variance).map { $0 / ($1 + epsilon).squareRoot() }
    let shift = zip(beta, zip(mean, scale)).map { $0 - $1.0 * $1.1 }
    return (Tensor(scale, shape: [scale.count]), Tensor(shift, shape: [shift.count]))
  }

  /// This layer as a part of a planned network.
  var planned: ConvolutionalNetwork.Normalization {
    ConvolutionalNetwork.Normalization(
      gamma: weight, beta: bias, epsilon: epsilon, groups: groups, follow: follow, frozen: frozenAffine)
  }

  /// running ← (1 − momentum) · running + momentum · batch, with the unbiased variance, as PyTorch keeps them.
  private func follow(mean: Tensor, variance: Tensor, count: Int) {
    let (means, variances) = (mean.floats, variance.floats)
    let channels = weight.shape.count
    let unbiased = Float(count) / Float(max(1, count - 1))
    func average(_ values: [Float], _ channel: Int) -> Float {
      stride(from: channel, to: values.count, by: channels).reduce(0) { $0 + values[$1] } / Float(groups)
    }
    runningMean.value.withMutableFloats { running in
      for c in 0..<channels { running[c] += momentum * (average(means, c) - running[c]) }
    }
    runningVar.value.withMutableFloats { running in
      for c in 0..<channels { running[c] += momentum * (unbiased * average(variances, c) - running[c]) }
    }
  }
}
