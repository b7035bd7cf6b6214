import Tensors

/// The three terms of VICReg's loss and their weighted sum, for embeddings Z and Z′ of two views of each of n images, n × d
/// (Bardes, Ponce, LeCun, arXiv:2105.04906, section 4 and algorithm 1).
public struct VICRegLoss: Sendable {
  /// λ, μ and ν.
  public var invarianceWeight, varianceWeight, covarianceWeight: Float
  /// γ, the deviation that every component is asked to have.
  public var targetDeviation: Float
  /// ε, which keeps the root's gradient finite.
  public var epsilon: Float
  private let offDiagonal: Tensor  // d × d: zeros on the diagonal, ones everywhere else

  /// Creates the loss of embeddings of `dimension` numbers, with the paper's constants.
  public init(dimension d: Int) {
    (invarianceWeight, varianceWeight, covarianceWeight) = (25, 25, 1)
    (targetDeviation, epsilon) = (1, 1e-4)
    offDiagonal = Tensor((0..<d * d).map { $0 % (d + 1) == 0 ? 0 : 1 }, shape: [d, d])
  }

  /// s(Z, Z′) = 1/n Σᵢ ‖zᵢ − z′ᵢ‖²: views of one image should have one embedding. Divided by d besides, as the mean in
  /// algorithm 1 is, for which λ was chosen.
  public func invariance(_ z: Tensor, _ other: Tensor) -> Tensor {
    let difference = z - other
    return (difference * difference).mean()
  }

  /// v(Z) = 1/d Σⱼ max(0, γ − S(zʲ, ε)), S(x, ε) = √(Var(x) + ε): every component should differ between images.
  public func variance(_ z: Tensor) -> Tensor {
    let s = (z.columnVariances() + epsilon).squareRoot()
    return (targetDeviation - s).relu().mean()
  }

  /// c(Z) = 1/d Σ_{i≠j} [C(Z)]²_ij, C(Z) = 1/(n − 1) Σᵢ (zᵢ − z̄)(zᵢ − z̄)ᵀ: no two components should say the same.
  public func covariance(_ z: Tensor) -> Tensor {
    let centered = z.centeredColumns()
    let c = centered.transposedProduct(with: centered) / Float(z.shape.rows - 1)
    return (offDiagonal * c * c).sum() / Float(z.shape.columns)
  }

  /// ℓ(Z, Z′) = λ s(Z, Z′) + μ [v(Z) + v(Z′)] + ν [c(Z) + c(Z′)].
  public func callAsFunction(_ z: Tensor, _ other: Tensor) -> Loss {
    let (λ, μ, ν) = (invarianceWeight, varianceWeight, covarianceWeight)
    let s = invariance(z, other)
    let v = variance(z) + variance(other)
    let c = covariance(z) + covariance(other)
    return Loss(λ * s + μ * v + ν * c, terms: ["invariance": s, "variance": v, "covariance": c])
  }
}
