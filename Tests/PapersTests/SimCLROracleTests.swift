import Foundation
import Pretraining
import Tensors
import TestSupport
import Testing

/// The paper's algorithm 1 in plain loops over doubles, written from its text alone.
enum SimCLROracle {
  static func similarity(_ u: [Double], _ v: [Double]) -> Double {
    CO2Oracle.dot(u, v) / (CO2Oracle.dot(u, u).squareRoot() * CO2Oracle.dot(v, v).squareRoot())
  }

  /// The loss of 2N projections in the paper's order: those at 2k and 2k + 1 (from 0) are of one image.
  static func loss(interleaved z: [[Double]], temperature τ: Double) -> Double {
    /// ℓ(i, j): the positive stands in the denominator too, the anchor itself does not.
    func pairLoss(_ i: Int, _ j: Int) -> Double {
      var sum = 0.0
      for k in z.indices where k != i { sum += exp(similarity(z[i], z[k]) / τ) }
      return -log(exp(similarity(z[i], z[j]) / τ) / sum)
    }
    var total = 0.0
    for k in 0..<z.count / 2 { total += pairLoss(2 * k, 2 * k + 1) + pairLoss(2 * k + 1, 2 * k) }
    return total / Double(z.count)
  }

  /// The rows of a matrix whose first half are first views and whose second half are second ones, in the paper's order.
  static func interleaved(_ z: Tensor) -> [[Double]] {
    let (values, count, dimension) = (z.floats.map(Double.init), z.shape[0], z.shape[1])
    let rows = (0..<count).map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
    return (0..<count / 2).flatMap { [rows[$0], rows[$0 + count / 2]] }
  }
}

@Suite struct SimCLROracleTests {
  @Test(arguments: [0.1, 0.5, 1.0]) func theLossMatchesThePapersAlgorithm(temperature: Double) {
    let z = randomTensor([14, 16], seed: 5)
    let expected = SimCLROracle.loss(interleaved: SimCLROracle.interleaved(z), temperature: temperature)
    let loss = ntXent(z.normalized(), temperature: Float(temperature)).item
    #expect(abs(Double(loss) - expected) < 2e-6 * expected, "\(loss), not \(expected)")
  }
}
