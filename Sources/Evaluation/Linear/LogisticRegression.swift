import Glibc
import Tensors

/// Multinomial logistic regression: (1/N) Σ −log softmax(W x + b)[label] + (λ/2) ‖W‖², b unpenalized.
///
/// Where rows are areas that show several classes, −log softmax(W x + b)[label] is Σ_c s_c (−log softmax(W x + b)[c]) with
/// the share s_c that each class has; shares of one row need not add up to one, so that rows can count differently.
///
/// Parameters are one list: a row of weights per class, then the biases. Products are float32, every sum over images is
/// double and taken in a fixed order, so that the result does not depend on the number of threads.
package struct LogisticRegression {
  /// What each row shows.
  enum Truth {
    /// One class.
    case labels([Int])
    /// N × classes, row by row: how much of each class.
    case shares([Float])
  }

  let features: Tensor
  let truth: Truth
  let classCount: Int
  let penalty: Double

  private static let segments = 16
  private static let block = 256

  /// A problem of one row of features and one label per image; `penalty` is λ.
  package init(features: Tensor, labels: [Int], classCount: Int, penalty: Double) {
    self.init(features: features, truth: .labels(labels), classCount: classCount, penalty: penalty)
  }

  /// A problem of one row of features per image or area; traps unless there is something shown for each.
  init(features: Tensor, truth: Truth, classCount: Int, penalty: Double) {
    let count =
      switch truth {
      case .labels(let labels): labels.count
      case .shares(let shares): shares.count / classCount
      }
    precondition(count == features.shape[0], "\(count) truths about features of shape \(features.shape)")
    self.features = features
    self.truth = truth
    self.classCount = classCount
    self.penalty = penalty
  }

  var count: Int { features.shape[0] }
  var dimension: Int { features.shape[1] }
  package var parameterCount: Int { classCount * (dimension + 1) }

  /// The objective and its gradient at `parameters`.
  package func callAsFunction(_ parameters: [Double]) -> (value: Double, gradient: [Double]) {
    let weightCount = classCount * dimension
    let weights = parameters[..<weightCount].map(Float.init)
    let biases = Array(parameters[weightCount...])
    let segments = LogisticRegression.segments
    let sumCount = parameterCount + 1
    var sums = [Double](repeating: 0, count: segments * sumCount)
    sums.withUnsafeMutableBufferPointer { sums in
      WorkerPool.forEachRange(of: segments) { range in
        var scratch = Scratch(classCount: classCount, dimension: dimension, block: LogisticRegression.block)
        for segment in range {
          let rows = WorkerPool.part(of: count, worker: segment, workers: segments)
          let target = UnsafeMutableBufferPointer(
            rebasing: sums[segment * sumCount..<(segment + 1) * sumCount])
          addLosses(of: rows, weights: weights, biases: biases, to: target, &scratch)
        }
      }
    }
    var total = [Double](repeating: 0, count: sumCount)
    for segment in 0..<segments {
      for index in 0..<sumCount { total[index] += sums[segment * sumCount + index] }
    }
    let size = Double(count)
    var value = total.removeLast() / size
    for index in total.indices { total[index] /= size }
    for index in 0..<weightCount {
      value += 0.5 * penalty * parameters[index] * parameters[index]
      total[index] += penalty * parameters[index]
    }
    return (value, total)
  }

  /// The scores W x + b of every row of `features`, row by row.
  static func logits(_ features: Tensor, parameters: [Double], classCount: Int) -> [Double] {
    let (count, dimension) = (features.shape[0], features.shape[1])
    let weights = Tensor(
      parameters[..<(classCount * dimension)].map(Float.init), shape: [classCount, dimension])
    let products = features.similarities(to: weights).floats
    return (0..<count * classCount).map {
      Double(products[$0]) + parameters[classCount * dimension + $0 % classCount]
    }
  }

  /// Products and residuals of one block of rows.
  private struct Scratch {
    var logits, residuals, products: [Float]

    init(classCount: Int, dimension: Int, block: Int) {
      logits = [Float](repeating: 0, count: block * classCount)
      residuals = logits
      products = [Float](repeating: 0, count: classCount * dimension)
    }
  }

  /// Adds the gradients (weights, then biases) and the losses of `rows` to `sums`.
  private func addLosses(
    of rows: Range<Int>, weights: [Float], biases: [Double], to sums: UnsafeMutableBufferPointer<Double>,
    _ scratch: inout Scratch
  ) {
    features.withFloats { features in
      for start in stride(from: rows.lowerBound, to: rows.upperBound, by: LogisticRegression.block) {
        let count = min(LogisticRegression.block, rows.upperBound - start)
        let x = features.baseAddress! + start * dimension
        BlockProduct.similarities(
          x, rows: count, weights, columns: classCount, depth: dimension, into: &scratch.logits)
        addResiduals(firstRow: start, count: count, biases: biases, to: sums, &scratch)
        BlockProduct.outerProducts(
          scratch.residuals, rows: classCount, x, columns: dimension, depth: count, into: &scratch.products)
        for index in scratch.products.indices { sums[index] += Double(scratch.products[index]) }
      }
    }
  }

  /// Turns logits into what each row weighs times softmax, minus its shares, adding those to the biases' gradient and the
  /// losses to their sum.
  private func addResiduals(
    firstRow: Int, count: Int, biases: [Double], to sums: UnsafeMutableBufferPointer<Double>,
    _ scratch: inout Scratch
  ) {
    let biasSums = classCount * dimension
    let lossSum = biasSums + classCount
    scratch.logits.withUnsafeBufferPointer { logits in
      scratch.residuals.withUnsafeMutableBufferPointer { residuals in
        var row = [Double](repeating: 0, count: classCount)
        var shown = row
        for place in 0..<count {
          let start = place * classCount
          var largest = -Double.infinity
          for index in 0..<classCount {
            row[index] = Double(logits[start + index]) + biases[index]
            largest = max(largest, row[index])
          }
          write(shownBy: firstRow + place, to: &shown)
          var (weight, expected) = (0.0, 0.0)
          for index in 0..<classCount where shown[index] != 0 {
            weight += shown[index]
            expected += shown[index] * (row[index] - largest)
          }
          var total = 0.0
          for index in 0..<classCount {
            row[index] = exp(row[index] - largest)
            total += row[index]
          }
          sums[lossSum] += weight * log(total) - expected
          for index in 0..<classCount {
            let residual = weight * (row[index] / total) - shown[index]
            residuals[start + index] = Float(residual)
            sums[biasSums + index] += residual
          }
        }
      }
    }
  }

  /// Writes how much of each class a row shows.
  private func write(shownBy row: Int, to shares: inout [Double]) {
    switch truth {
    case .labels(let labels):
      for index in 0..<classCount { shares[index] = 0 }
      shares[labels[row]] = 1
    case .shares(let all):
      for index in 0..<classCount { shares[index] = Double(all[row * classCount + index]) }
    }
  }
}
