import TestSupport
import Testing

@testable import Statistics

/// The same statistics by scipy, over grids: `Tests/Fixtures/statistics.json`.
@Suite struct StatisticsFixtureTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture("statistics") }

  private func expectClose(_ ours: Double, _ theirs: Double, _ what: @autoclosure () -> String) {
    #expect(abs(ours - theirs) <= 1e-11 * max(1, abs(theirs)), "\(what()): \(ours), by scipy \(theirs)")
  }

  @Test func quantilesAndProbabilities() {
    let probabilities = fixture.doubles("t.probabilities")
    let points = fixture.doubles("t.points")
    let quantiles = fixture.doubles("t.quantiles")
    let probabilitiesUpTo = fixture.doubles("t.cdf")
    for n in 1...30 {
      let distribution = StudentT(degreesOfFreedom: Double(n))
      for (i, p) in probabilities.enumerated() {
        expectClose(
          distribution.quantile(p), quantiles[(n - 1) * probabilities.count + i],
          "\(p) quantile of t with \(n)")
      }
      for (i, t) in points.enumerated() {
        expectClose(
          distribution.probability(upTo: t), probabilitiesUpTo[(n - 1) * points.count + i], "P(t \(n) ≤ \(t))"
        )
      }
    }
  }

  @Test func incompleteBeta() {
    let arguments = fixture.doubles("beta.arguments")
    for (i, expected) in fixture.doubles("beta.values").enumerated() {
      let (a, b, x) = (arguments[3 * i], arguments[3 * i + 1], arguments[3 * i + 2])
      expectClose(
        SpecialFunctions.incompleteBeta(x, complement: 1 - x, a, b), expected, "I \(x) (\(a), \(b))")
    }
  }

  @Test(arguments: ["two", "three", "five", "eight"]) func pairedIntervals(sample: String) throws {
    func expected(_ name: String) -> Double { fixture.scalar("paired.\(sample).\(name)") }
    let treatment = fixture.doubles("paired.\(sample).treatment")
    let baseline = fixture.doubles("paired.\(sample).baseline")
    let difference = try #require(try PairedDifference(zip(treatment, baseline).map(-)))
    let interval = try #require(difference.interval())
    expectClose(difference.spread.mean, expected("mean"), "mean")
    expectClose(
      try #require(difference.spread.deviation), expected("standard_deviation"), "standard deviation")
    expectClose(interval.lowerBound, expected("lower"), "lower bound")
    expectClose(interval.upperBound, expected("upper"), "upper bound")
    expectClose(try #require(difference.pValue), expected("p"), "p")
  }

  @Test func holm() {
    let adjusted = Holm.adjusted(fixture.doubles("holm.p"))
    for (ours, theirs) in zip(adjusted, fixture.doubles("holm.adjusted")) {
      expectClose(ours, theirs, "adjusted p")
    }
  }
}
