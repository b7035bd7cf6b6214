import Tensors
import TestSupport
import Testing
import VICRegPaper

/// The three terms against the paper's pseudocode in plain loops and against finite differences.
struct VICRegLossTests {
  /// Algorithm 1 of the paper on N × D numbers.
  struct Oracle {
    let (n, d): (Int, Int)
    let z, other: [[Double]]

    init(_ z: Tensor, _ other: Tensor) {
      let (n, d) = (z.shape[0], z.shape[1])
      func rows(_ x: Tensor) -> [[Double]] {
        let values = x.floats.map(Double.init)
        return (0..<n).map { Array(values[$0 * d..<($0 + 1) * d]) }
      }
      (self.n, self.d, self.z, self.other) = (n, d, rows(z), rows(other))
    }

    var invariance: Double {
      var sum = 0.0
      for b in 0..<n { for j in 0..<d { sum += (z[b][j] - other[b][j]) * (z[b][j] - other[b][j]) } }
      return sum / Double(n * d)
    }

    func covariance(_ x: [[Double]], _ i: Int, _ j: Int) -> Double {
      let means = [i, j].map { column in x.reduce(0) { $0 + $1[column] } / Double(n) }
      return x.reduce(0) { $0 + ($1[i] - means[0]) * ($1[j] - means[1]) } / Double(n - 1)
    }

    func variance(_ x: [[Double]]) -> Double {
      (0..<d).reduce(0) { $0 + max(0, 1 - (covariance(x, $1, $1) + 1e-4).squareRoot()) } / Double(d)
    }

    func covariance(_ x: [[Double]]) -> Double {
      var sum = 0.0
      for i in 0..<d { for j in 0..<d where i != j { sum += covariance(x, i, j) * covariance(x, i, j) } }
      return sum / Double(d)
    }
  }

  /// Some components vary more than γ, others less, and all are correlated.
  func embeddings(_ seed: UInt64) -> Tensor {
    let mixture = randomTensor([4, 5], seed: 7, scale: 0.4)
    return randomTensor([6, 4], seed: seed).matrixProduct(with: mixture) + 3
  }

  @Test func theTermsAreThoseOfThePseudocode() {
    let (z, other) = (embeddings(1), embeddings(2))
    let oracle = Oracle(z, other)
    let v = oracle.variance(oracle.z) + oracle.variance(oracle.other)
    let c = oracle.covariance(oracle.z) + oracle.covariance(oracle.other)
    // Both sides of the hinge are met, or the maximum would not be tested.
    let deviations = (z.columnVariances() + 1e-4).squareRoot().floats
    #expect(deviations.contains { $0 > 1 } && deviations.contains { $0 < 1 }, "\(deviations)")

    let loss = VICRegLoss(dimension: 5)(z, other)
    let terms = Dictionary(uniqueKeysWithValues: loss.terms.map { ($0.name, $0.value.item) })
    expectClose(
      [terms["invariance"]!, terms["variance"]!, terms["covariance"]!, loss.total.item],
      [oracle.invariance, v, c, 25 * oracle.invariance + 25 * v + c].map(Float.init), relative: 1e-4)
    var weighted = VICRegLoss(dimension: 5)
    (weighted.invarianceWeight, weighted.varianceWeight, weighted.covarianceWeight) = (2, 3, 5)
    let total = Float(2 * oracle.invariance + 3 * v + 5 * c)
    expectClose([weighted(z, other).total.item], [total], relative: 1e-4)
  }

  @Test func everyTermIsDifferentiatedInBothViews() {
    let loss = VICRegLoss(dimension: 4)
    expectGradients(shapes: [[6, 4], [6, 4]]) { loss.invariance($0[0].value, $0[1].value) }
    // Components of a third of γ, away from the hinge.
    expectGradients(shapes: [[6, 4]], draw: { 0.3 * $0.normal() }) { loss.variance($0[0].value) }
    expectGradients(shapes: [[6, 4]]) { loss.covariance($0[0].value) }
    expectGradients(shapes: [[6, 4], [6, 4]], draw: { 0.3 * $0.normal() }) {
      loss($0[0].value, $0[1].value).total
    }
  }

  @Test func whatVariesEnoughIsLeftAlone() {
    let z = Parameter(10 * randomTensor([6, 4]))
    let loss = VICRegLoss(dimension: 4)
    let (_, gradients) = withGradients(of: [z]) { Loss(loss.variance(z.value)) }
    #expect(gradients[z]?.floats.allSatisfy { $0 == 0 } ?? true)
  }

  @Test func oneEmbeddingForAllImagesIsPunishedByTheVarianceAlone() {
    let z = Tensor(repeating: 0.5, shape: [6, 4])
    let loss = VICRegLoss(dimension: 4)(z, z)
    let terms = loss.terms.map(\.value.item)
    expectClose(terms, [0, 2 * (1 - 0.01), 0], relative: 1e-5)
  }
}
