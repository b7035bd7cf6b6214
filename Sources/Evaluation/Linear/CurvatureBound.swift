import COpenBLAS
import Tensors

/// The inverse of an upper bound of logistic regression's curvature, a metric in which its descent is well scaled.
///
/// Böhning. “Multinomial Logistic Regression Algorithm.” Ann. Inst. Statist. Math. 44, 1992: the Hessian is at most
/// ½ (I − 11ᵀ/C) ⊗ XᵀX/N. Features of networks are strongly correlated; without this a first-order search needs many
/// times as many steps. It changes the path only, never the optimum.
struct CurvatureBound {
  private let dimension, classCount: Int
  /// The Cholesky factor of ½ XᵀX/N + λ I, lower triangle, row-major; `nil` when rounding has made that indefinite.
  private let factor: [Double]?

  init(of problem: LogisticRegression) {
    dimension = problem.dimension
    classCount = problem.classCount
    var matrix = CurvatureBound.secondMoments(of: problem.features)
    for index in matrix.indices { matrix[index] *= 0.5 }
    // Products are float32: below its precision the smallest eigenvalues would be noise of either sign.
    let diagonal = stride(from: 0, to: matrix.count, by: problem.dimension + 1)
    let ridge = problem.penalty + 1e-6 * diagonal.reduce(0) { $0 + matrix[$1] }
    for place in diagonal { matrix[place] += ridge }
    var (order, info) = (Int32(dimension), Int32(0))
    var leading = order
    // Fortran's upper triangle is the lower one in row-major order.
    dpotrf_("U", &order, &matrix, &leading, &info)
    factor = info == 0 ? matrix : nil
  }

  /// The metric applied to a list of parameters or its gradient.
  func callAsFunction(_ vector: [Double]) -> [Double] {
    guard let factor else { return vector }
    var result = vector
    let weights = classCount * dimension
    for transpose in [CblasTrans, CblasNoTrans] {
      cblas_dtrsm(
        CblasRowMajor, CblasRight, CblasLower, transpose, CblasNonUnit, Int32(classCount), Int32(dimension),
        1,
        factor, Int32(dimension), &result, Int32(dimension))
    }
    for index in weights..<result.count { result[index] *= 2 }
    return result
  }

  /// XᵀX / N, summed over blocks of rows in a fixed order.
  static func secondMoments(of features: Tensor) -> [Double] {
    let (count, dimension) = (features.shape[0], features.shape[1])
    let size = dimension * dimension
    let parts = 4
    var sums = [Double](repeating: 0, count: parts * size)
    sums.withUnsafeMutableBufferPointer { sums in
      WorkerPool.forEachRange(of: parts) { range in
        var products = [Float](repeating: 0, count: size)
        for part in range {
          let rows = WorkerPool.part(of: count, worker: part, workers: parts)
          for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 1_024) {
            let length = min(1_024, rows.upperBound - start)
            features.withFloats { features in
              let x = features.baseAddress! + start * dimension
              BlockProduct.outerProducts(
                x, rows: dimension, x, columns: dimension, depth: length, into: &products)
            }
            for index in 0..<size { sums[part * size + index] += Double(products[index]) }
          }
        }
      }
    }
    return (0..<size).map { index in
      (0..<parts).reduce(0) { $0 + sums[$1 * size + index] } / Double(count)
    }
  }
}
