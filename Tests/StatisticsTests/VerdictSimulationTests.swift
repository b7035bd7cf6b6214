import Testing

@testable import Statistics

/// What `Documentation/Verdicts.md` promises, in fewer trials than `Scripts/validate-verdicts` takes.
@Suite struct VerdictSimulationTests {
  private static let trials = 20_000

  /// Without an effect each direction is found in 2.5 % of cases at most.
  @Test(arguments: [0.5, 1.0], [0.3, 0.63, 1.0, 2.0]) func noEffectIsRarelyADirection(
    margin: Double, deviation: Double
  ) {
    let rule = LookRule(margin: margin, leastDeviation: 0.01)
    let found = Simulation.outcomes(rule, effect: 0, deviation: deviation, trials: Self.trials, seed: 21)
    // Four standard errors of a share of 2.5 % in 20,000 trials are .44 %.
    #expect(found.share(where: \.isReproduced) < 0.0294)
    #expect(found.share(where: \.isOpposite) < 0.0294)
    // A rule that says neither would pass; wide spreads leave nothing else to be said.
    if deviation == 2, margin == 0.5 { #expect(found.share(where: \.isReproduced) > 0.0206) }
  }

  /// A true difference of the margin is said to lie within it in 5 % of cases at most.
  @Test(arguments: [0.5, 1.0], [0.1, 0.3, 0.63, 1.0]) func theMarginIsRarelyWithin(
    margin: Double, deviation: Double
  ) {
    let rule = LookRule(margin: margin, leastDeviation: 0.01)
    for effect in [margin, -margin] {
      let found = Simulation.outcomes(
        rule, effect: effect, deviation: deviation, trials: Self.trials, seed: 22)
      #expect(found.share(where: \.isWithinMargin) < 0.0562, "\(effect) at \(deviation)")
    }
  }

  /// What a plan takes for each true difference of 0, .5, 1 and 3.
  struct Golden: Sendable {
    let looks: [Int]
    let margin, deviation: Double
    /// Expected pairs, and the share in per cent that ends in the verdict looked for.
    let pairs, percent: [Double]
  }

  /// By an independent program.
  static let golden = [
    Golden(
      looks: [5, 8, 12, 16], margin: 0.5, deviation: 0.63, pairs: [13.7, 12.2, 7.2, 5],
      percent: [70, 75, 100, 100]),
    Golden(
      looks: [5, 8, 12, 16], margin: 0.5, deviation: 1, pairs: [15.5, 14.4, 10.7, 5.1],
      percent: [10, 38, 92, 100]),
    Golden(
      looks: [5, 8, 12, 16], margin: 1, deviation: 0.63, pairs: [7.2, 9, 7.2, 5], percent: [98, 48, 99, 100]),
    Golden(
      looks: [5, 8, 12, 16], margin: 1, deviation: 1, pairs: [11.4, 12.5, 10.5, 5.2],
      percent: [91, 34, 90, 100]),
    Golden(
      looks: [4, 8, 12, 18, 24], margin: 0.5, deviation: 0.63, pairs: [17.3, 15.2, 8.3, 4.3],
      percent: [91, 91, 100, 100]),
    Golden(
      looks: [4, 8, 12, 18, 24], margin: 0.5, deviation: 1, pairs: [22.9, 20.2, 12.5, 5.7],
      percent: [33, 55, 99, 100]),
  ]

  @Test(arguments: golden) func whatItTakes(plan: Golden) {
    let rule = LookRule(Looks(plan.looks), margin: plan.margin, leastDeviation: 0.01)
    for (place, effect) in [0.0, 0.5, 1.0, 3.0].enumerated() {
      let found = Simulation.outcomes(
        rule, effect: effect, deviation: plan.deviation, trials: Self.trials, seed: 23)
      let share: Double = 100 * found.share { effect == 0 ? $0 == .noDifference : $0.isReproduced }
      #expect(abs(found.meanPairs - plan.pairs[place]) < 0.2, "\(effect): \(found.meanPairs) pairs")
      #expect(abs(share - plan.percent[place]) < 2, "\(effect): \(share) %")
    }
  }

  /// Skew shifts what normal differences balance: the limits that the page publishes.
  @Test func skewUnbalancesTheTails() {
    let naive = StudentT(degreesOfFreedom: 4).quantile(0.975)
    let tails = Simulation.skewedTails(pairs: 5, constant: naive, trials: Self.trials, seed: 24)
    #expect(abs(tails.above - 0.0100) < 0.004, "\(tails)")
    #expect(abs(tails.below - 0.0585) < 0.008, "\(tails)")
  }
}
