import Testing

@testable import Statistics

@Suite struct PredictionTests {
  /// With one pair to come, the probability is an integral over its posterior, a t distribution.
  @Test func agreesWithTheIntegralOverOnePair() throws {
    let differences = [0.9, -0.2, 0.6, 1.1, 0.1]
    let rule = LookRule(Looks([6]), margin: 0.5, leastDeviation: 0.01)
    let predicted = try #require(try Prediction(differences, by: rule))
    let spread = try #require(try Spread(differences))
    let width = try #require(spread.deviation) * (1 + 1 / 5.0).squareRoot()
    let posterior = StudentT(degreesOfFreedom: 4)
    var expected: [Ending: Double] = [:]
    let steps = 200_000
    for step in 0..<steps {
      let t = 40 * ((Double(step) + 0.5) / Double(steps) - 0.5)
      let ended = try #require(try rule.ending(of: differences + [spread.mean + width * t]))
      expected[ended.ending, default: 0] += posterior.density(at: t) * 40 / Double(steps)
    }
    for ending in Ending.allCases {
      let (ours, exact) = (predicted.probabilities[ending] ?? 0, expected[ending] ?? 0)
      #expect(abs(ours - exact) < 0.015, "\(ending): \(ours), by integration \(exact)")
    }
    #expect(expected[.reproduced] ?? 0 > 0.1 && expected[.undecided] ?? 0 > 0.1)
  }

  @Test func isTheSameEachTimeAndAddsUp() throws {
    let rule = LookRule(margin: 1, leastDeviation: 0.01)
    let first = try #require(try Prediction([0.2, 0.5, -0.3], by: rule))
    #expect(try Prediction([0.2, 0.5, -0.3], by: rule) == first)
    #expect(abs(first.probabilities.values.reduce(0, +) - 1) < 1e-9)
  }

  @Test func isNotMadeWithoutSpreadOrAfterTheEnd() throws {
    let rule = LookRule(margin: 1, leastDeviation: 0.01)
    #expect(try Prediction([], by: rule) == nil)
    #expect(try Prediction([1], by: rule) == nil)
    #expect(try Prediction([3, 3.1, 2.9, 3, 3], by: rule) == nil)
  }

  /// Of comparisons whose truth is drawn widely, those forecast at p end so in a share p of cases.
  @Test func isCalibrated() throws {
    let rule = LookRule(Looks([3, 6]), margin: 1, leastDeviation: 1e-6)
    var draws = NormalDraws(seed: 3)
    var (forecast, happened, trials) = (0.0, 0.0, 0)
    while trials < 150 {
      let truth = 20 * (draws.uniform() - 0.5)
      let path = (0..<6).map { _ in truth + 4 * draws.normal() }
      guard let predicted = try Prediction(Array(path.prefix(3)), by: rule) else { continue }
      trials += 1
      forecast += predicted.probabilities.reduce(0) { $0 + ($1.key.isReproduced ? $1.value : 0) }
      happened += try rule.ending(of: path)?.ending.isReproduced == true ? 1 : 0
    }
    #expect(abs(forecast - happened) / Double(trials) < 0.15, "\(forecast) forecast, \(happened) came")
  }
}
