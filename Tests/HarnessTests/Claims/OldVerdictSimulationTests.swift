import Harness
import Tensors
import Testing

@Suite struct OldVerdictSimulationTests {
  private static let trials = 3_000

  /// Verdicts of many experiments whose differences are normal with the given mean and standard deviation.
  private func verdicts(
    mean: Double, deviation: Double = 1, count: Int, stream: String
  ) throws -> [Verdict] {
    var random = Random(seed: 7, stream: stream, index: count)
    return try (0..<Self.trials).map { _ in
      Verdict(try PairedDifference((0..<count).map { _ in mean + deviation * Double(random.normal()) }))
    }
  }

  /// Without an effect, the wrong `reproduced` is expected at 2.5 %: one side of a 95 % interval.
  @Test(arguments: [3, 5, 10]) func noEffectIsRarelyReproduced(count: Int) throws {
    let verdicts = try verdicts(mean: 0, count: count, stream: "no effect")
    let wrong = Double(verdicts.count { $0 == .reproduced }) / Double(Self.trials)
    // Four standard errors of a share of 2.5 % in 3,000 trials are 1.1 %.
    #expect(
      wrong > 0.014 && wrong < 0.036,
      "\(wrong) of \(count)-pair experiments claim an effect that is not there")
    let opposite = Double(verdicts.count { $0 == .opposite }) / Double(Self.trials)
    #expect(opposite > 0.014 && opposite < 0.036)
  }

  /// An effect of the size called detectable is detected eight times in ten.
  @Test(arguments: [3, 5, 10]) func detectableEffectIsDetected(count: Int) throws {
    let effect = try #require(Power.smallestDetectableEffect(deviation: 1, count: count))
    let verdicts = try verdicts(mean: effect, count: count, stream: "effect")
    let found = Double(verdicts.count { $0 == .reproduced }) / Double(Self.trials)
    #expect(abs(found - 0.8) < 0.03, "\(found) of \(count)-pair experiments see an effect of \(effect)")
  }

  /// A true difference as large as the margin is called none in 2.5 % of cases at most: the interval has to lie inside.
  @Test(arguments: [3, 5, 10], [0.05, 0.2]) func aDifferenceAsLargeAsTheMarginIsRarelyCalledNone(
    count: Int, deviation: Double
  ) throws {
    let verdicts = try verdicts(
      mean: Verdict.margin, deviation: deviation, count: count, stream: "margin \(deviation)")
    let wrong = Double(verdicts.count { $0 == .noDifference }) / Double(Self.trials)
    #expect(wrong < 0.036, "\(wrong) of \(count)-pair experiments miss a difference of \(Verdict.margin)")
  }
}
