import COpenBLAS
import Recipes
import Tensors

/// How far features are from having collapsed onto a point or a line.
public struct FeatureSpread: Sendable, Equatable {
  /// The mean over dimensions of the deviation of ℓ2-normalized features, times √d: 1 when directions are uniform, 0 when
  /// all are equal (Chen, He, “Exploring Simple Siamese Representation Learning”, CVPR 2021, arXiv:2011.10566, section 4.1).
  public let deviation: Double
  /// exp of the entropy of the centred features' singular values, as shares of their sum (Roy, Vetterli, “The Effective
  /// Rank”, EUSIPCO 2007): from 1, all on a line, to the number of features; 0 when all are equal.
  public let effectiveRank: Double

  /// Whether the features lie on a point or a line.
  public var isCollapsed: Bool {
    deviation < Collapse.smallestDeviation || effectiveRank < Collapse.smallestRank
  }

  /// Features whose deviation is below this part of their root mean square are equal up to rounding: their directions
  /// are noise, which has full rank.
  static let roundingFloor = 1e-6

  /// Measures the spread of the rows of `features` (N × d, float32).
  public init(of features: Tensor) {
    deviation = FeatureSpread.deviation(of: NormalizedRows(features).values)
    effectiveRank = FeatureSpread.effectiveRank(of: features)
  }

  private static func deviation(of normalized: Tensor) -> Double {
    let (count, dimension) = (normalized.shape[0], normalized.shape[1])
    guard count > 0, dimension > 0 else { return 0 }
    let (_, centred) = FeatureSpread.centred(normalized)
    var sum = 0.0
    for column in 0..<dimension {
      var squares = 0.0
      for row in 0..<count {
        squares += centred[row * dimension + column] * centred[row * dimension + column]
      }
      sum += (squares / Double(count)).squareRoot()
    }
    return sum / Double(dimension) * Double(dimension).squareRoot()
  }

  private static func effectiveRank(of features: Tensor) -> Double {
    let (count, dimension) = (features.shape[0], features.shape[1])
    guard count > 0, dimension > 0 else { return 0 }
    let (meanSquares, centred) = FeatureSpread.centred(features)
    let variance = centred.reduce(0) { $0 + $1 * $1 } / Double(count)
    guard variance.isFinite, variance > roundingFloor * roundingFloor * meanSquares else { return 0 }
    var covariance = [Double](repeating: 0, count: dimension * dimension)
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, Int32(dimension), Int32(count), 1 / (variance * Double(count)),
      centred, Int32(dimension), 0, &covariance, Int32(dimension))
    // Double throughout: a singular value is the root of an eigenvalue, and the root of float32's noise is large.
    let singular = eigenvalues(ofSymmetric: &covariance, order: dimension).map { max($0, 0).squareRoot() }
    let total = singular.reduce(0, +)
    guard total > 0 else { return 0 }
    let entropy = singular.reduce(0) { sum, value in
      value > 0 ? sum - value / total * logarithm(value / total) : sum
    }
    return exponential(entropy)
  }

  /// The mean squared length of rows, and the rows without their mean.
  private static func centred(_ features: Tensor) -> (meanSquares: Double, rows: [Double]) {
    let (count, dimension) = (features.shape[0], features.shape[1])
    var rows = features.withFloats { $0.map(Double.init) }
    let squares = rows.reduce(0) { $0 + $1 * $1 }
    for column in 0..<dimension {
      var mean = 0.0
      for row in 0..<count { mean += rows[row * dimension + column] }
      mean /= Double(count)
      for row in 0..<count { rows[row * dimension + column] -= mean }
    }
    return (squares / Double(count), rows)
  }

  private static func eigenvalues(ofSymmetric matrix: inout [Double], order: Int) -> [Double] {
    var values = [Double](repeating: 0, count: order)
    var (size, info, workCount) = (Int32(order), Int32(0), Int32(max(1, 34 * order)))
    var leading = size
    var work = [Double](repeating: 0, count: Int(workCount))
    // Fortran's upper triangle is the lower one in row-major order.
    dsyev_("N", "U", &size, &matrix, &leading, &values, &work, &workCount, &info)
    precondition(
      info == 0, "the eigenvalues of a finite \(order) × \(order) matrix did not converge (dsyev: \(info))")
    return values
  }
}
