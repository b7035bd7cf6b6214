import Tensors

/// Group normalization of feature maps (Wu, He, arXiv:1803.08494): each image by itself, in training as in inference.
public final class GroupNormalization: Layer {
  /// The learned scale γ and offset β of each channel.
  public let weight, bias: Parameter
  /// Parts of the channels that share a mean and a variance.
  public let groups: Int
  let epsilon: Float = 1e-5

  /// Creates a normalization of `channels` channels, four to a group but at most 32 groups, that starts without scale and
  /// offset.
  public init(_ channels: Int) {
    groups = max(1, min(32, channels / 4))
    precondition(channels % groups == 0, "\(channels) channels do not split into \(groups) groups")
    weight = Parameter(Tensor(repeating: 1, shape: [channels]))
    bias = Parameter(Tensor(zeros: [channels]))
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, modulatedBy: nil) }

  /// Normalizes `x`, modulates each image's channels by `modulation` (N × 2C: factors less one, then offsets), and applies
  /// SiLU, in one visit.
  public func callAsFunction(_ x: Tensor, modulatedBy modulation: Tensor?, thenSiLU: Bool = false) -> Tensor {
    x.groupNormalized(
      groups: groups, gamma: weight.value, beta: bias.value, epsilon: epsilon, modulatedBy: modulation,
      thenSiLU: thenSiLU)
  }
}

/// x / (1 + e⁻ˣ).
public final class SiLU: Layer {
  /// Creates the layer.
  public init() {}

  public func callAsFunction(_ x: Tensor) -> Tensor { x.silu() }
}
