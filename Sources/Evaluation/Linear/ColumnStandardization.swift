import Tensors

/// Mean and deviation of each feature over the training images, which features are freed of before a linear probe.
struct ColumnStandardization {
  let mean: [Double]
  /// One over the deviation; zero for a feature that is constant up to rounding.
  let factor: [Double]

  /// Deviations below this part of a feature's root mean square are rounding, not information.
  static let roundingFloor = 1e-6

  init(of features: Tensor) {
    let (rows, columns) = (features.shape[0], features.shape[1])
    var (mean, squares) = ([Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns))
    features.withFloats { values in
      for row in 0..<rows {
        for column in 0..<columns { mean[column] += Double(values[row * columns + column]) }
      }
      for column in 0..<columns { mean[column] /= Double(rows) }
      for row in 0..<rows {
        for column in 0..<columns {
          let difference = Double(values[row * columns + column]) - mean[column]
          squares[column] += difference * difference
        }
      }
    }
    self.mean = mean
    factor = zip(mean, squares).map { mean, squares in
      let variance = squares / Double(rows)
      let floor = ColumnStandardization.roundingFloor * (variance + mean * mean).squareRoot()
      let deviation = variance.squareRoot()
      return deviation > floor ? 1 / deviation : 0
    }
  }

  /// `features` with mean zero and deviation one over the images that the standardization is of.
  func applied(to features: Tensor) -> Tensor {
    let columns = features.shape[1]
    precondition(columns == mean.count, "\(columns) features, standardized as \(mean.count)")
    var result = Tensor(uninitialized: features.shape)
    result.withMutableFloats { target in
      features.withFloats { source in
        WorkerPool.forEachRange(of: features.shape[0], grain: 64) { rows in
          for start in rows.lazy.map({ $0 * columns }) {
            for column in 0..<columns {
              target[start + column] = Float((Double(source[start + column]) - mean[column]) * factor[column])
            }
          }
        }
      }
    }
    return result
  }
}
