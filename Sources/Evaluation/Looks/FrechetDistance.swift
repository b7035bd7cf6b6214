import COpenBLAS
import Tensors

/// The mean and the covariance of features.
public struct FeatureMoments: Sendable, Equatable {
  /// How many rows they are of.
  public let count: Int
  /// One number per feature.
  public let mean: [Double]
  /// Features × features, divided by one less than the number of rows.
  public let covariance: [Double]

  /// Measures the rows of `features` (N × d, float32, N at least 2).
  public init(of features: Tensor) {
    let (count, dimension) = (features.shape[0], features.shape[1])
    precondition(count > 1, "the covariance of \(count) rows")
    var rows = features.withFloats { $0.map(Double.init) }
    var mean = [Double](repeating: 0, count: dimension)
    for row in 0..<count {
      for column in 0..<dimension { mean[column] += rows[row * dimension + column] }
    }
    for column in 0..<dimension { mean[column] /= Double(count) }
    for row in 0..<count {
      for column in 0..<dimension { rows[row * dimension + column] -= mean[column] }
    }
    var covariance = [Double](repeating: 0, count: dimension * dimension)
    cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(dimension), Int32(dimension), Int32(count),
      1 / Double(count - 1), rows, Int32(dimension), rows, Int32(dimension), 0, &covariance, Int32(dimension))
    self.count = count
    self.mean = mean
    self.covariance = covariance
  }

  /// ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½): the squared distance of two normal distributions with these moments (Dowson,
  /// Landau, “The Fréchet Distance between Multivariate Normal Distributions”, J. Multivariate Analysis 12, 1982).
  ///
  /// Heusel et al., arXiv:1706.08500, compare images so in the features of an Inception network (FID); in other features it is
  /// no FID. Traps when the numbers of features differ.
  public func frechetDistance(to other: FeatureMoments) -> Double {
    let dimension = mean.count
    precondition(
      other.mean.count == dimension, "moments of \(dimension) and of \(other.mean.count) features compared")
    let gap = zip(mean, other.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    func trace(_ matrix: [Double]) -> Double {
      stride(from: 0, to: matrix.count, by: dimension + 1).reduce(0) { $0 + matrix[$1] }
    }
    return gap + trace(covariance) + trace(other.covariance) - 2 * traceOfRoot(with: other)
  }

  /// tr (Σ₁ Σ₂)^½, as the sum of the roots of the eigenvalues of Λ^½ Vᵀ Σ₂ V Λ^½ with Σ₁ = V Λ Vᵀ: that is symmetric, and
  /// similar to Σ₁ Σ₂, whose own root need not be real in floating point.
  private func traceOfRoot(with other: FeatureMoments) -> Double {
    let order = mean.count
    let size = Int32(order)
    let (values, vectors) = FeatureMoments.eigenvectors(of: covariance, order: order)
    // Rows of `vectors` are eigenvectors; scaled by their roots they are Λ^½ Vᵀ.
    var scaled = vectors
    for row in 0..<order {
      let root = max(0, values[row]).squareRoot()
      for column in 0..<order { scaled[row * order + column] *= root }
    }
    var (half, product) = (scaled, scaled)
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, scaled, size, other.covariance, size, 0,
      &half, size)
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, size, size, size, 1, half, size, scaled, size, 0, &product,
      size)
    return FeatureMoments.eigenvectors(of: product, order: order).values.reduce(0) {
      $0 + max(0, $1).squareRoot()
    }
  }

  /// The eigenvalues of a symmetric matrix in ascending order, and the eigenvectors in its rows.
  private static func eigenvectors(
    of matrix: [Double], order: Int
  ) -> (values: [Double], vectors: [Double]) {
    var vectors = matrix
    var values = [Double](repeating: 0, count: order)
    var (size, info, workCount) = (Int32(order), Int32(0), Int32(max(1, 34 * order)))
    var leading = size
    var work = [Double](repeating: 0, count: Int(workCount))
    // Fortran's columns are rows here; the matrix itself is the same either way.
    dsyev_("V", "U", &size, &vectors, &leading, &values, &work, &workCount, &info)
    precondition(
      info == 0, "the eigenvalues of a finite \(order) × \(order) matrix did not converge (dsyev: \(info))")
    return (values, vectors)
  }
}
