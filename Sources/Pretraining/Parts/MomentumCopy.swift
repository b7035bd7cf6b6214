import Glibc
import NeuralNetworks
import Tensors

/// 1 − (1 − m₀) (cos(π t) + 1) / 2 after the part t of a training: a momentum that rises from m₀ to 1 (BYOL,
/// arXiv:2006.07733, section 3.3).
public func risingMomentum(from first: Float, after part: Float) -> Float {
  1 - (1 - first) * (cosf(.pi * part) + 1) / 2
}

/// A network that is never trained but follows another: θ_k ← m θ_k + (1 − m) θ_q (MoCo, arXiv:1911.05722, equation 2).
///
/// Only parameters follow; running statistics are the copy's own.
public final class MomentumCopy<Network: Module>: Frozen {
  /// The copy.
  public let network: Network
  private let pairs: [(copy: Parameter, original: Parameter)]

  /// Makes `network`, of the same build as `original`, start equal to it.
  public init(of original: Network, as network: Network) {
    let (from, to) = (original.namedParameters, network.namedParameters)
    precondition(
      from.map(\.name) == to.map(\.name)
        && zip(from, to).allSatisfy { $0.parameter.shape == $1.parameter.shape },
      "a momentum copy needs a network of the same build")
    self.network = network
    pairs = zip(to, from).map { ($0.parameter, $1.parameter) }
    for (copy, original) in pairs { copy.update { $0 = original.constant } }
  }

  /// Moves every parameter of the copy towards the original's.
  public func follow(momentum m: Float) {
    Profile.timeOfAll(.update) {
      for (copy, original) in pairs { copy.update { $0.follow(original.constant, momentum: m) } }
    }
  }
}
