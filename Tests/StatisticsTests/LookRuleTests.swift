import Testing

@testable import Statistics

@Suite struct LookRuleTests {
  private let rule = LookRule(margin: 1, leastDeviation: 0.01)

  /// Numbers with exactly this mean and, but for rounding, this standard deviation.
  private func sample(_ count: Int, mean: Double, deviation: Double) -> [Double] {
    let steps = (0..<count).map { Double($0) - Double(count - 1) / 2 }
    let squares = steps.reduce(0) { $0 + $1 * $1 }
    let scale = deviation / (squares / Double(count - 1)).squareRoot()
    return steps.map { mean + $0 * scale }
  }

  struct Case: Sendable {
    let mean, deviation: Double
    let ending: Ending
  }

  /// At five pairs the half-widths are 1.806 (95 %) and 1.455 (90 %) standard deviations.
  static let cases = [
    Case(mean: 3, deviation: 1, ending: .reproduced),
    Case(mean: 0.5, deviation: 0.2, ending: .reproducedButSmall),
    Case(mean: 0.9, deviation: 0.3, ending: .reproduced),
    Case(mean: -3, deviation: 1, ending: .opposite),
    Case(mean: -0.5, deviation: 0.2, ending: .oppositeButSmall),
    Case(mean: 0.1, deviation: 0.5, ending: .noDifference),
  ]

  @Test(arguments: cases) func theFirstLookEndsIt(example: Case) throws {
    let differences = sample(5, mean: example.mean, deviation: example.deviation)
    #expect(try rule.ending(of: differences) == Ended(example.ending, pairs: 5))
  }

  @Test func itGoesOnBeforeAndIsUndecidedAfterwards() throws {
    let clear = sample(16, mean: 9, deviation: 0.1)
    for count in [0, 1, 4] { #expect(try rule.ending(of: Array(clear.prefix(count))) == nil) }
    #expect(try rule.ending(of: sample(5, mean: 0.6, deviation: 1)) == nil)
    let wide = (0..<16).map { $0.isMultiple(of: 2) ? 3.0 : -2.5 }
    #expect(try rule.ending(of: Array(wide.prefix(15))) == nil)
    #expect(try rule.ending(of: wide) == Ended(.undecided, pairs: 16))
  }

  /// What comes after a verdict does not touch it, and pairs between looks bring none.
  @Test func theFirstVerdictStands() throws {
    let first = sample(5, mean: 3, deviation: 1)
    let later: [Double] = first + [-30, -30, -30]
    #expect(try rule.ending(of: later) == Ended(.reproduced, pairs: 5))
    #expect(try #require(try rule.looks(at: later).last).mean < 0)
    let seven: [Double] = sample(5, mean: 1.2, deviation: 1) + [1.2, 1.2]
    #expect(try rule.ending(of: seven) == nil)
    #expect(try rule.ending(of: seven + [1.2]) == Ended(.reproduced, pairs: 8))
  }

  /// Equal differences are no certainty: one image more or less is what a spread can be at least.
  @Test func equalDifferencesHaveTheSpreadOfAnImage() throws {
    let coarse = LookRule(margin: 1, leastDeviation: LookRule.leastDeviation(images: 500))
    #expect(coarse.leastDeviation == 0.2)
    let tenths = [Double](repeating: 0.1, count: 5)
    #expect(try coarse.ending(of: tenths) == Ended(.noDifference, pairs: 5))
    #expect(try coarse.looks(at: tenths)[0].deviation == 0.2)
    let fine = LookRule(margin: 1, leastDeviation: LookRule.leastDeviation(images: 10_000))
    #expect(try fine.ending(of: tenths) == Ended(.reproducedButSmall, pairs: 5))
  }

  @Test func theIntervalsOfALook() throws {
    let look = try #require(try rule.looks(at: sample(5, mean: 1, deviation: 1)).first)
    let error = 1 / 5.0.squareRoot()
    #expect(abs(look.direction.upperBound - (1 + 4.0384 * error)) < 1e-3)
    #expect(abs(look.size.upperBound - (1 + 3.2542 * error)) < 1e-3)
    #expect(abs(look.statistic - 5.0.squareRoot()) < 1e-12)
  }

  @Test func refusesWhatIsNotANumber() {
    #expect(throws: NotFinite.self) { try rule.ending(of: [1, 2, .nan, 3, 4]) }
  }

  /// p stays what it was at the look that ended the comparison.
  @Test func pStandsWithTheVerdict() throws {
    let first = sample(5, mean: 3, deviation: 1)
    let p = try rule.pValue(of: first)
    #expect(p < 0.05)
    let later: [Double] = first + [-30, -30, -30]
    #expect(try rule.pValue(of: later) == p)
    #expect(try rule.pValue(of: [1, 2]) == 1)
  }

  @Test func allMustHold() {
    let reproduced = Ended(.reproduced, pairs: 5)
    #expect(Conjunction.ending(of: [reproduced]) == reproduced)
    #expect(Conjunction.ending(of: [reproduced, nil]) == nil)
    #expect(
      Conjunction.ending(of: [reproduced, Ended(.reproduced, pairs: 12)]) == Ended(.reproduced, pairs: 12))
    #expect(
      Conjunction.ending(of: [reproduced, Ended(.reproducedButSmall, pairs: 8)])
        == Ended(.reproducedButSmall, pairs: 8))
    #expect(
      Conjunction.ending(of: [reproduced, Ended(.undecided, pairs: 16)]) == Ended(.undecided, pairs: 16))
    // One refusal is enough, however the others stand.
    #expect(
      Conjunction.ending(of: [nil, Ended(.noDifference, pairs: 8)]) == Ended(.noDifference, pairs: 8))
    #expect(
      Conjunction.ending(of: [Ended(.noDifference, pairs: 8), Ended(.opposite, pairs: 8), reproduced])
        == Ended(.opposite, pairs: 8))
    #expect(
      Conjunction.ending(of: [Ended(.noDifference, pairs: 5), Ended(.opposite, pairs: 8)])
        == Ended(.noDifference, pairs: 5))
  }

  /// What nobody recorded takes its place in the family.
  @Test func aClosedFamilyCountsWhatIsMissing() {
    #expect(Holm.adjusted(family: [0.01, nil, nil]) == [0.03, 1, 1])
  }
}
