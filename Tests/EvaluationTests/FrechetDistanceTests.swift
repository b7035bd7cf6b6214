import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite struct FrechetDistanceTests {
  @Test(arguments: [("a", "b"), ("a", "flat")])
  func distancesAreSciPys(first: String, second: String) throws {
    let fixture = try Fixture("frechet")
    let (a, b) = (FeatureMoments(of: fixture.tensor(first)), FeatureMoments(of: fixture.tensor(second)))
    let expected = fixture.scalar("\(first).\(second)")
    // A root of a singular product is the less sure one, SciPy's included.
    let tolerance = second == "flat" ? 1e-5 : 1e-9
    #expect(abs(a.frechetDistance(to: b) - expected) < tolerance * expected)
    #expect(abs(b.frechetDistance(to: a) - expected) < tolerance * expected)
  }

  @Test func identities() {
    let rows = randomTensor([50, 5])
    let own = FeatureMoments(of: rows)
    #expect(abs(own.frechetDistance(to: own)) < 1e-9)
    // A shift by v costs ‖v‖².
    let shifted = FeatureMoments(of: rows.adding(columns: Tensor([1, 2, 0, 0, 2], shape: [5])))
    #expect(abs(own.frechetDistance(to: shifted) - 9) < 1e-4)
    // A widening by k costs (k − 1)² tr Σ.
    let trace = (0..<5).reduce(0) { $0 + own.covariance[6 * $1] }
    let means = own.mean.map(Float.init)
    let centred = rows.adding(columns: Tensor(means.map { -$0 }, shape: [5]))
    let wide = FeatureMoments(of: (3 * centred).adding(columns: Tensor(means, shape: [5])))
    #expect(abs(own.frechetDistance(to: wide) - 4 * trace) < 1e-4 * trace)
  }
}
