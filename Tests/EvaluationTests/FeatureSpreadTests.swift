import Tensors
import TestSupport
import Testing

@testable import Evaluation

/// Collapses of every kind are reported, above all the complete one, whose rounding noise looks like full rank.
@Suite struct FeatureSpreadTests {
  @Test func uniformDirectionsHaveUnitDeviationAndFullRank() {
    let spread = FeatureSpread(of: randomTensor([4_000, 16]))
    #expect(abs(spread.deviation - 1) < 0.02)
    #expect(abs(spread.effectiveRank - 16) < 0.1)
    #expect(!spread.isCollapsed)
  }

  @Test(arguments: [Float(0), 1, -3.3, 1e-20, 1e15])
  func equalFeaturesAreCollapsed(value: Float) {
    let spread = FeatureSpread(of: Tensor(repeating: value, shape: [500, 32]))
    #expect(spread.isCollapsed)
    #expect(spread.effectiveRank == 0)
    #expect(spread.deviation < 1e-6)
  }

  @Test func featuresEqualUpToRoundingAreCollapsed() {
    var random = Random(seed: 0, stream: "rounding")
    let spread = FeatureSpread(of: Tensor(shape: [500, 32]) { 1 + 1e-7 * random.normal() })
    #expect(spread.isCollapsed)
    #expect(spread.effectiveRank == 0)
  }

  @Test func nearlyEqualFeaturesAreCollapsed() {
    var random = Random(seed: 0, stream: "noise")
    let spread = FeatureSpread(of: Tensor(shape: [500, 32]) { 1 + 1e-3 * random.normal() })
    #expect(spread.isCollapsed)
    #expect(spread.deviation < 0.01)
  }

  @Test func featuresOnALineAreCollapsed() {
    let direction = randomTensor([1, 24])
    let place = randomTensor([300, 1], seed: 1)
    let spread = FeatureSpread(of: place.matrixProduct(with: direction))
    #expect(abs(spread.effectiveRank - 1) < 1e-4)
    #expect(spread.isCollapsed)
  }

  @Test func twoValuesAreCollapsed() {
    let pair = randomTensor([2, 8]).floats
    let values = (0..<100).flatMap { row in pair[(row % 2) * 8..<(row % 2) * 8 + 8] }
    let spread = FeatureSpread(of: Tensor(values, shape: [100, 8]))
    #expect(abs(spread.effectiveRank - 1) < 1e-4)
    #expect(spread.isCollapsed)
  }

  /// The rank of a low-rank map is found below its dimension, however many dimensions repeat it.
  @Test func lowRanksAreSeen() {
    let features = randomTensor([2_000, 5]).matrixProduct(with: randomTensor([5, 64], seed: 1))
    let spread = FeatureSpread(of: features)
    #expect(spread.effectiveRank > 4 && spread.effectiveRank <= 5.001)
    #expect(!spread.isCollapsed)
  }

  /// A common offset is no information: it is removed before ranks are taken, and does not fake a collapse of them.
  @Test func aCommonOffsetDoesNotChangeTheRank() {
    let plain = randomTensor([1_000, 12])
    let moved = Tensor(plain.floats.map { $0 + 5 }, shape: plain.shape)
    let (a, b) = (FeatureSpread(of: plain).effectiveRank, FeatureSpread(of: moved).effectiveRank)
    #expect(abs(a - b) < 1e-3)
  }

  /// Singular values 3 and 1: the shares are 3/4 and 1/4.
  @Test func effectiveRankIsTheExponentialOfTheEntropy() {
    let features = Tensor([3, 0, -3, 0, 0, 1, 0, -1], shape: [4, 2])
    let expected = exponential(-0.75 * logarithm(0.75) - 0.25 * logarithm(0.25))
    #expect(abs(FeatureSpread(of: features).effectiveRank - expected) < 1e-9)
  }
}
