import Testing

@testable import Statistics

@Suite struct IntervalTests {
  @Test(arguments: zip([5, 8, 12, 16, 24], [2.61, 1.46, 1.08, 0.90, 0.71]))
  func anytimeHalfWidths(pairs: Int, expected: Double) {
    #expect(abs(AnytimeInterval.halfWidth(pairs: pairs) - expected) < 0.0051)
  }

  /// A difference lies outside the interval exactly where the evidence against it exceeds 1 / α.
  @Test(arguments: [5, 9, 30], [0.9, 0.95]) func theIntervalIsTheInverseOfTheTest(pairs: Int, level: Double) {
    let edge = AnytimeInterval.halfWidth(pairs: pairs, level: level) * Double(pairs).squareRoot()
    #expect(AnytimeInterval.evidence(statistic: 0.999 * edge, pairs: pairs) < 1 / (1 - level))
    #expect(AnytimeInterval.evidence(statistic: 1.001 * edge, pairs: pairs) > 1 / (1 - level))
  }

  @Test func fewPairsExcludeNothing() throws {
    #expect(AnytimeInterval.halfWidth(pairs: 2) == .infinity)
    #expect(try PairedDifference([1, 1.1])?.anytimeInterval(leastDeviation: 0.01) == nil)
    let five = try #require(try PairedDifference([1, 1, 1, 1, 1]))
    let interval = try #require(five.anytimeInterval(leastDeviation: 0.01))
    #expect(abs(interval.upperBound - 1.0261) < 1e-4)
  }

  @Test func lookingAfterEveryPairIsAllowed() {
    let missed = Simulation.anytimeMisses(pairs: 1_000, trials: 1_000, seed: 12)
    // Of 1,000 sequences at 5 %, four standard errors are 2.8 %; unadjusted intervals miss in most.
    #expect(missed > 0.005 && missed < 0.05, "\(missed)")
  }

  @Test func furtherPairsLieWhereTheyShould() throws {
    var draws = NormalDraws(seed: 4)
    let trials = 8_000
    let hits = try (0..<trials).count { _ in
      let here = try PairedDifference((0..<5).map { _ in draws.normal() })
      let there = try Spread((0..<2).map { _ in draws.normal() })
      let interval = here?.interval(ofFurther: 2, leastDeviation: 0.01)
      return interval?.contains(there?.mean ?? .nan) == true
    }
    #expect(abs(Double(hits) / Double(trials) - 0.95) < 0.01)
    #expect(try PairedDifference([1])?.interval(ofFurther: 2, leastDeviation: 0.01) == nil)
  }

  /// The variance over seeds and images, on average, is what both together do to the mean.
  @Test func seedsAndImages() throws {
    let (seeds, images, ofSeed, ofImage, rest) = (5, 40, 0.4, 3.0, 5.0)
    var draws = NormalDraws(seed: 5)
    let trials = 600
    var (variance, overSeeds) = (0.0, 0.0)
    for _ in 0..<trials {
      let imageEffects = (0..<images).map { _ in ofImage * draws.normal() }
      let rows = (0..<seeds).map { _ in
        let seedEffect = ofSeed * draws.normal()
        return imageEffects.map { $0 + seedEffect + rest * draws.normal() }
      }
      let found = try #require(try SeedsAndImages(rows))
      variance += found.variance / Double(trials)
      overSeeds += found.seedVariance / Double(trials)
    }
    let (n, m) = (Double(seeds), Double(images))
    let seedPart = ofSeed * ofSeed / n + rest * rest / (n * m)
    let expected = seedPart + ofImage * ofImage / m
    #expect(abs(overSeeds - seedPart) < 0.1 * seedPart, "\(overSeeds), \(seedPart)")
    #expect(abs(variance - expected) < 0.1 * expected, "\(variance), \(expected)")
    #expect(expected > 1.5 * seedPart)
  }

  @Test func seedsAndImagesByHand() throws {
    // Means over images 50 and 0: s² = 1,250. Means over seeds 50, 50, 50, −50: V = 2,500. Within: 5,000, 5,000, 5,000, 5,000.
    let rows = [[100.0, 100, 0, 0], [0, 0, 100, -100]]
    let found = try #require(try SeedsAndImages(rows))
    #expect(found.mean == 25)
    #expect(abs(found.seedVariance - 625) < 1e-9)
    #expect(abs(found.variance - 625) < 1e-9)
    #expect(try SeedsAndImages([[1, 2]]) == nil)
  }
}
