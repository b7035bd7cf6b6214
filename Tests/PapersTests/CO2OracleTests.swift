import Foundation
import Pretraining
import Tensors
import TestSupport
import Testing

/// The paper's equations in plain loops over doubles, written from the paper's text alone.
enum CO2Oracle {
  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// L_ins of one query: −log of the probability of its positive among itself and the negatives (equation 1).
  static func instance(_ q: [Double], _ p: [Double], _ negatives: [[Double]], _ temperature: Double) -> Double
  {
    let positive = dot(q, p) / temperature
    let logits = [positive] + negatives.map { dot(q, $0) / temperature }
    let largest = logits.max()!
    var sum = 0.0
    for logit in logits { sum += exp(logit - largest) }
    return largest + log(sum) - positive
  }

  /// The similarity distribution of an embedding over the negatives (equations 2 and 3).
  static func distribution(_ z: [Double], _ negatives: [[Double]], _ temperature: Double) -> [Double] {
    let logits = negatives.map { dot(z, $0) / temperature }
    let largest = logits.max()!
    let weights = logits.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  static func divergence(_ p: [Double], _ q: [Double]) -> Double {
    var sum = 0.0
    for i in p.indices where p[i] > 0 { sum += p[i] * log(p[i] / q[i]) }
    return sum
  }

  /// L_con of one query: half the divergence either way (equation 4).
  static func consistency(_ q: [Double], _ p: [Double], _ negatives: [[Double]], _ temperature: Double)
    -> Double
  {
    let (big, small) = (distribution(q, negatives, temperature), distribution(p, negatives, temperature))
    return 0.5 * divergence(small, big) + 0.5 * divergence(big, small)
  }

}

@Suite struct CO2OracleTests {
  func rows(_ x: Tensor) -> [[Double]] {
    let values = x.floats.map(Double.init)
    return (0..<x.shape[0]).map { Array(values[$0 * x.shape[1]..<($0 + 1) * x.shape[1]]) }
  }

  @Test(arguments: [(0.2, 0.05), (0.1, 0.04), (0.07, 1.0)])
  func lossesMatchThePapersEquations(temperature: Double, consistencyTemperature: Double) {
    let (q, p) = (randomTensor([6, 16], seed: 1).normalized(), randomTensor([6, 16], seed: 2).normalized())
    let n = randomTensor([40, 16], seed: 3).normalized()
    let (queries, positives, negatives) = (rows(q), rows(p), rows(n))
    let expectedInstance =
      (0..<6).reduce(0) { $0 + CO2Oracle.instance(queries[$1], positives[$1], negatives, temperature) } / 6
    let expectedConsistency =
      (0..<6).reduce(0) {
        $0 + CO2Oracle.consistency(queries[$1], positives[$1], negatives, consistencyTemperature)
      } / 6
    let (qn, pn) = (q.similarities(to: n), p.similarities(to: n))
    let instance = infoNCE(q.rowProducts(with: p), negatives: qn, temperature: Float(temperature))
    let consistency = symmetricDivergence(qn, pn, temperature: Float(consistencyTemperature))
    #expect(abs(Double(instance.item) - expectedInstance) < 1e-5 * expectedInstance)
    #expect(abs(Double(consistency.item) - expectedConsistency) < 1e-4 * expectedConsistency)
  }
}
