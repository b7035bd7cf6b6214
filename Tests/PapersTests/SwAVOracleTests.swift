import Foundation
import TestSupport
import Testing

@testable import SwAVPaper
@testable import Tensors

/// The paper's assignment and loss in plain loops over doubles, written from its pseudocode alone.
enum SwAVOracle {
  static func rows(_ x: Tensor) -> [[Double]] {
    let (values, columns) = (x.floats.map(Double.init), x.shape.columns)
    return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  /// Q of B samples (rows) and K prototypes: K × B inside, prototypes rescaled to 1/K and then samples to 1/B, at last
  /// times B.
  static func sinkhorn(_ scores: [[Double]], epsilon: Double, iterations: Int) -> [[Double]] {
    let (b, k) = (scores.count, scores[0].count)
    var q = (0..<k).map { prototype in (0..<b).map { exp(scores[$0][prototype] / epsilon) } }
    let total = q.joined().reduce(0, +)
    for prototype in 0..<k { for sample in 0..<b { q[prototype][sample] /= total } }
    for _ in 0..<iterations {
      for prototype in 0..<k {
        let mass = q[prototype].reduce(0, +)
        for sample in 0..<b { q[prototype][sample] /= mass * Double(k) }
      }
      for sample in 0..<b {
        let mass = (0..<k).reduce(0) { $0 + q[$1][sample] }
        for prototype in 0..<k { q[prototype][sample] /= mass * Double(b) }
      }
    }
    return (0..<b).map { sample in (0..<k).map { q[$0][sample] * Double(b) } }
  }

  /// The mean over large crops s of the mean over all other crops v of −Σₖ q_s[k] log softmaxₖ(scores_v / τ).
  static func loss(_ scores: [[[Double]]], codes: [[[Double]]], temperature τ: Double) -> Double {
    var loss = 0.0
    for s in codes.indices {
      var own = 0.0
      for v in scores.indices where v != s {
        for image in scores[v].indices {
          let sum = scores[v][image].reduce(0) { $0 + exp($1 / τ) }
          for (score, q) in zip(scores[v][image], codes[s][image]) {
            own -= q * log(exp(score / τ) / sum) / Double(scores[v].count)
          }
        }
      }
      loss += own / Double(scores.count - 1)
    }
    return loss / Double(codes.count)
  }
}

@Suite struct SwAVOracleTests {
  /// Similarities of unit vectors.
  private func scores(_ samples: Int, _ prototypes: Int, seed: UInt64 = 1) -> Tensor {
    let z = randomTensor([samples, 6], seed: seed).normalized()
    return z.similarities(to: randomTensor([prototypes, 6], seed: seed + 1).normalized())
  }

  @Test(arguments: [1, 2, 3, 20], [0.5, 0.05, 0.03])
  func assignmentsMatchThePseudocode(iterations: Int, epsilon: Double) {
    let scores = scores(40, 9)
    let expected = SwAVOracle.sinkhorn(
      SwAVOracle.rows(scores), epsilon: epsilon, iterations: iterations)
    let q = sinkhornKnopp(scores, epsilon: Float(epsilon), iterations: iterations).exp()
    expectClose(q.floats, expected.joined().map(Float.init), relative: 2e-5)
  }

  @Test(arguments: [2, 3, 8]) func theLossMatchesThePseudocode(crops: Int) {
    let (images, count) = (5, 7)
    let scores = scores(crops * images, count, seed: 3)
    let codes = (0..<2).map { randomTensor([images, count], seed: 10 + UInt64($0)).softmax() }
    let byCrop = (0..<crops).map { SwAVOracle.rows(scores.rows($0 * images..<($0 + 1) * images)) }
    let expected = SwAVOracle.loss(byCrop, codes: codes.map(SwAVOracle.rows), temperature: 0.1)
    let loss = Double(swappedPrediction(scores, codes: codes, temperature: 0.1).item)
    #expect(abs(loss - expected) < 1e-5 * expected, "\(loss), not \(expected)")
  }

  @Test func everySampleIsAssignedAsAWholeAndPrototypesTendToEqualShares() {
    let scores = scores(200, 10)
    var unevenness: [Float] = []
    for iterations in [1, 3, 10, 100] {
      let q = sinkhornKnopp(scores, epsilon: 0.05, iterations: iterations).exp()
      #expect(q.rowSums().floats.allSatisfy { abs($0 - 1) < 1e-5 }, "the last step is the samples'")
      let shares = q.transposedProduct(with: Tensor(repeating: 1, shape: [200, 1])).floats
      unevenness.append(shares.map { abs($0 - 20) }.max()!)
    }
    #expect(unevenness[0] > 1, "one iteration leaves prototypes unequal")
    #expect(zip(unevenness, unevenness.dropFirst()).allSatisfy { $1 < $0 }, "\(unevenness)")
    #expect(unevenness[3] < 0.01)
  }

  @Test func theLogarithmHoldsWhereExponentialsDoNot() {
    // exp(1/.001) overflows, and prototypes that nobody is near have no exponential at all.
    let scores = scores(30, 5)
    let q = sinkhornKnopp(scores, epsilon: 0.001, iterations: 3).exp()
    #expect(q.isFinite)
    #expect(q.rowSums().floats.allSatisfy { abs($0 - 1) < 1e-5 })
    // Adding the same to all scores changes nothing.
    let shifted = scores.adding(columns: Tensor(repeating: 0.5, shape: [5]))
    expectClose(
      sinkhornKnopp(shifted, epsilon: 0.05, iterations: 3).exp().floats,
      sinkhornKnopp(scores, epsilon: 0.05, iterations: 3).exp().floats, relative: 1e-5)
  }

  @Test func equalSamplesAreAssignedToAllPrototypesAlike() {
    let scores = scores(1, 8)
    let all = Tensor.stacked(Array(repeating: scores, count: 20))
    let q = sinkhornKnopp(all, epsilon: 0.05, iterations: 3).exp()
    #expect(q.floats.allSatisfy { abs($0 - 0.125) < 1e-6 })
    // They predict it best by chance: ln K.
    let codes = [q.rows(0..<10), q.rows(0..<10)]
    let flat = Tensor(zeros: [40, 8])
    #expect(abs(swappedPrediction(flat, codes: codes, temperature: 0.1).item - log(8)) < 1e-5)
  }

  // MARK: PyTorch

  @Test func assignmentsMatchPyTorch() throws {
    let fixture = try Fixture("swav")
    for iterations in [1, 3, 10] {
      for epsilon in [0.5, 0.05, 0.03] {
        let q = sinkhornKnopp(
          fixture.tensor("sinkhorn.scores"), epsilon: Float(epsilon), iterations: iterations)
        let expected = fixture.tensor("sinkhorn.\(iterations).\(epsilon)")
        expectClose(q.exp().floats, expected.floats, relative: 2e-5, "\(iterations) at \(epsilon)")
      }
    }
  }

  @Test func theLossAndItsGradientsMatchPyTorch() throws {
    let fixture = try Fixture("swav")
    let (z, prototypes) = (
      Parameter(fixture.tensor("swapped.z")), Parameter(fixture.tensor("swapped.prototypes"))
    )
    let (loss, gradients) = withGradients(of: [z, prototypes]) {
      let scores = z.value.normalized().similarities(to: prototypes.value.normalized())
      let codes = (0..<2).map { crop in
        sinkhornKnopp(scores.rows(5 * crop..<5 * crop + 5), epsilon: 0.05, iterations: 3).exp()
      }
      return Loss(swappedPrediction(scores, codes: codes, temperature: 0.1))
    }
    expectClose([loss.total.item], [Float(fixture.scalar("swapped.loss"))], relative: 2e-6, "loss")
    expectClose(gradients[z]!.floats, fixture.tensor("swapped.gradient.z").floats, relative: 2e-5, "z")
    expectClose(
      gradients[prototypes]!.floats, fixture.tensor("swapped.gradient.prototypes").floats, relative: 2e-5,
      "prototypes")
  }

  @Test func everyScoreHasItsGradient() {
    let codes = (0..<2).map { randomTensor([3, 4], seed: 20 + UInt64($0)).softmax() }
    expectGradients(shapes: [[12, 4]]) {
      swappedPrediction($0[0].value, codes: codes, temperature: 0.5)
    }
  }
}
