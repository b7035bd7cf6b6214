import Harness
import Testing

@Suite struct VerdictTests {
  private func verdict(_ differences: Double...) throws -> Verdict {
    Verdict(try PairedDifference(differences))
  }

  @Test func decides() throws {
    #expect(try verdict(1.0, 1.2, 1.1) == .reproduced)
    #expect(try verdict(-1.0, -1.2, -1.1) == .opposite)
    #expect(try verdict(0.05, -0.05, 0.02, -0.03) == .noDifference)
  }

  /// An interval above zero that also lies inside the margin is still a reproduced direction.
  @Test func directionComesBeforeEquivalence() throws {
    #expect(try verdict(0.2, 0.21, 0.22) == .reproduced)
    #expect(try verdict(-0.2, -0.21, -0.22) == .opposite)
  }

  @Test func tooFewSeeds() throws {
    #expect(Verdict(nil) == .notEnoughSeeds)
    #expect(try verdict(5.0) == .notEnoughSeeds)
    #expect(try verdict(5.0, 5.1) == .notEnoughSeeds)
  }

  @Test func zeroSpread() throws {
    #expect(try verdict(0.1, 0.1, 0.1) == .reproduced)
    #expect(try verdict(-0.1, -0.1, -0.1) == .opposite)
    #expect(try verdict(0, 0, 0) == .noDifference)
    #expect(try PairedDifference([0.1, 0.1, 0.1])?.pValue == 0)
    #expect(try PairedDifference([0, 0, 0])?.pValue == 1)
  }

  /// With the promised number of seeds, and the mean and spread seen so far, the interval does decide; with one less
  /// it does not.
  @Test(arguments: [(0.4, 0.5), (0.6, 0.9), (0.02, 0.8), (-0.3, 0.3), (-2.0, 3.0)])
  func furtherSeedsDecide(mean: Double, deviation: Double) throws {
    let differences = sample(mean: mean, deviation: deviation, count: 3)
    guard case .undecided(let further, let verdict) = Verdict(try PairedDifference(differences)) else {
      Issue.record("three pairs at \(mean) ± \(deviation) should be undecided")
      return
    }
    #expect(further >= 1)
    let enough = Verdict(try PairedDifference(sample(mean: mean, deviation: deviation, count: 3 + further)))
    #expect(enough == verdict, "\(3 + further) pairs should decide \(mean) ± \(deviation)")
    if further > 1 {
      let fewer = try PairedDifference(sample(mean: mean, deviation: deviation, count: 2 + further))
      #expect(Verdict(fewer) == .undecided(furtherSeeds: 1, then: verdict))
    }
  }

  /// A sample with exactly this mean and, but for rounding, this standard deviation.
  private func sample(mean: Double, deviation: Double, count: Int) -> [Double] {
    let steps = (0..<count).map { Double($0) - Double(count - 1) / 2 }
    let squares = steps.reduce(0) { $0 + $1 * $1 }
    let scale = deviation / (squares / Double(count - 1)).squareRoot()
    return steps.map { mean + $0 * scale }
  }

  @Test func words() {
    #expect("\(Verdict.noDifference)" == "no difference beyond ±0.5 points")
    #expect(
      "\(Verdict.undecided(furtherSeeds: 17, then: .noDifference))"
        == "undecided (about 17 more seeds of this mean and spread would say: no difference beyond ±0.5 points)"
    )
    #expect(
      "\(Verdict.undecided(furtherSeeds: 1, then: .reproduced))"
        == "undecided (about 1 more seed of this mean and spread would say: reproduced)")
  }
}
