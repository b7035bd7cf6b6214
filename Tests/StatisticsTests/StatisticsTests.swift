import Statistics
import Testing

/// Expected numbers come from scipy 1.17.1 (`stats.t`, `stats.nct`, `stats.ttest_rel`, quadrature for power).
@Suite struct StatisticsTests {
  @Test(arguments: [
    (1.0, 0.001, 0.49968169021990794), (1, 60, 0.005304673632623272), (2, 0.7, 0.2781965123164327),
    (2, 12, 0.00343646683857923), (4, 2.5, 0.03338327240599407), (4, 60, 2.310534363817564e-07),
    (9, 0.7, 0.2508095196080725), (9, 60, 2.5005952358364503e-13), (29.5, 2.5, 0.009109308633461547),
    (29.5, 60, 1.0867082523777788e-32), (100_000, 2.5, 0.0062104595962795255),
    (100_000, 12, 1.8722529059782093e-33),
  ])
  func tailOfStudentsT(ν: Double, t: Double, expected: Double) {
    let distribution = StudentT(degreesOfFreedom: ν)
    // Twelve correct digits; at 10⁵ degrees of freedom the logarithms of gamma cost four of them.
    let tolerance = expected * (ν > 1_000 ? 1e-8 : 1e-12)
    #expect(abs(distribution.probability(above: t) - expected) <= tolerance)
    #expect(abs(distribution.probability(upTo: -t) - expected) <= tolerance)
    #expect(abs(distribution.probability(upTo: t) - (1 - expected)) <= 1e-12)
  }

  @Test(arguments: [
    (1.0, 0.975, 12.706204736174694), (2, 0.975, 4.302652729749462), (4, 0.975, 2.7764451051977934),
    (9, 0.975, 2.262157162798205), (99, 0.975, 1.9842169515864174), (1, 0.9, 3.0776835371752544),
    (4, 0.9, 1.533206274058944), (99, 0.9, 1.2901614420344854),
  ])
  func quantilesOfStudentsT(ν: Double, p: Double, expected: Double) {
    let distribution = StudentT(degreesOfFreedom: ν)
    #expect(abs(distribution.quantile(p) - expected) < 1e-11 * expected)
    #expect(abs(distribution.quantile(1 - p) + expected) < 1e-11 * expected)
    #expect(distribution.quantile(0.5) == 0)
  }

  @Test(arguments: [
    (1.0, 0.5, 3.0, 0.8231218864004439), (2, 1.7, 4.30265, 0.825861407882213),
    (4, 3, 2.776445, 0.3807424345136284), (9, -1, 0.5, 0.9300932018383389),
    (1, 0, 12.706, 0.9749995988209335), (40, 2.5, 2, 0.3084210374974131),
  ])
  func noncentralT(ν: Double, δ: Double, t: Double, expected: Double) {
    let distribution = NoncentralT(degreesOfFreedom: ν, noncentrality: δ)
    #expect(abs(distribution.probability(upTo: t) - expected) < 1e-8)
  }

  @Test func pairedInterval() throws {
    let baseline = [70.1, 71.4, 69.9, 70.6, 72.0]
    let treatment = [71.0, 71.9, 71.1, 70.9, 73.3]
    let five = try #require(try PairedDifference(zip(treatment, baseline).map(-)))
    #expect(abs(five.spread.mean - 0.84) < 1e-12)
    #expect(abs(try #require(five.spread.deviation) - 0.4335896677735695) < 1e-12)
    #expect(abs(try #require(five.pValue) - 0.01233058249261561) < 1e-12)
    let interval = try #require(five.interval())
    #expect(abs(interval.lowerBound - 0.3016273195324284) < 1e-11)
    #expect(abs(interval.upperBound - 1.3783726804675727) < 1e-11)

    let three = try #require(try PairedDifference(zip(treatment, baseline).prefix(3).map(-)))
    #expect(abs(try #require(three.pValue) - 0.05061423365771091) < 1e-12)
    #expect(abs(try #require(three.interval()).lowerBound + 0.0057338268468350995) < 1e-11)
  }

  @Test(arguments: [
    (2, 11.54988843588262), (3, 3.2640435496995717), (5, 1.681996965955819), (10, 0.9960013714554438),
    (30, 0.5292356151129515),
  ])
  func smallestDetectableEffect(count: Int, expected: Double) throws {
    let effect = try #require(Power.smallestDetectableEffect(deviation: 1, count: count))
    #expect(abs(effect - expected) < 1e-6 * expected)
    let half = try #require(Power.smallestDetectableEffect(deviation: 0.5, count: count))
    #expect(abs(half - expected / 2) < 1e-6 * expected)
  }

  /// A look that asks for more than a single test finds larger effects only.
  @Test func aStricterLookDetectsLess() throws {
    let quantile = StudentT(degreesOfFreedom: 4).quantile(0.975)
    let plain = try #require(Power.smallestDetectableEffect(deviation: 1, count: 5))
    let same = Power.smallestDetectableEffect(deviation: 1, count: 5, critical: quantile)
    #expect(same == plain)
    let constant = Boundary(.standard, level: 0.95).constants[0]
    let look = try #require(Power.smallestDetectableEffect(deviation: 1, count: 5, critical: constant))
    // (4.038 + about .9) / √5, the exact value above it since the spread is estimated.
    #expect(look > 1.2 * plain && look < 2.6)
  }

  @Test func pairsNeeded() {
    #expect(Power.smallestDetectableEffect(deviation: 1, count: 1) == nil)
    #expect(Power.pairsNeeded(toDetect: 1.69, deviation: 1) == 5)
    #expect(Power.pairsNeeded(toDetect: 1.67, deviation: 1) == 6)
    #expect(Power.pairsNeeded(toDetect: 100, deviation: 1) == 3)
  }

  @Test func holm() {
    #expect(Holm.adjusted([]) == [])
    #expect(Holm.adjusted([0.03]) == [0.03])
    // Sorted: .01 × 4, .02 × 3, .03 × 2 (raised to .06), .8 × 1.
    let adjusted = Holm.adjusted([0.03, 0.01, 0.8, 0.02])
    for (ours, expected) in zip(adjusted, [0.06, 0.04, 0.8, 0.06]) { #expect(abs(ours - expected) < 1e-15) }
    #expect(Holm.adjusted([0.6, 0.7]) == [1, 1])
  }

  @Test func singlePairHasNoInterval() throws {
    let pair = try #require(try PairedDifference([0.3]))
    #expect(pair.interval() == nil)
    #expect(pair.pValue == nil)
    #expect(pair.spread.deviation == nil)
  }

  @Test func refusesWhatIsNotANumber() throws {
    #expect(throws: NotFinite.self) { try PairedDifference([1, .nan, 2]) }
    #expect(throws: NotFinite.self) { try Spread([.infinity]) }
    #expect(try Spread([]) == nil)
  }
}
