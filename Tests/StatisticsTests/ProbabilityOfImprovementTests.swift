import Testing

@testable import Statistics

/// Who beats whom, how surely, and at which place.
@Suite struct ProbabilityOfImprovementTests {
  private typealias Task = ProbabilityOfImprovement.Task

  private func found(_ tasks: [([Double], [Double])]) throws -> ProbabilityOfImprovement? {
    try ProbabilityOfImprovement(tasks.map { Task(treatment: $0.0, baseline: $0.1) })
  }

  @Test func pairsAreCountedAndEqualOnesByHalf() throws {
    // Of six pairs 3 > 1, 3 > 2, 2 > 1 and one tie: (3 + ½) / 6.
    let one = try #require(try found([([3, 2], [1, 2, 4])]))
    #expect(one.value == 3.5 / 6 && one.tasks == 1 && one.treatments == 2 && one.baselines == 3)
    #expect(try found([([1, 1], [1, 1])])?.value == 0.5)
    #expect(try found([([2, 3], [0, 1])])?.value == 1)
    // The other way round the rest of one.
    #expect(try abs(#require(try found([([1, 2, 4], [3, 2])])).value - 2.5 / 6) < 1e-15)
  }

  /// Data sets count alike, however many runs each has.
  @Test func dataSetsCountAlike() throws {
    let both = try #require(try found([([1], [0]), ([0, 0, 0, 0], [1, 1, 1])]))
    #expect(both.value == 0.5)
  }

  @Test func withoutRunsThereIsNothing() throws {
    #expect(try found([]) == nil)
    #expect(try found([([1], [])]) == nil)
    #expect(try found([([1], [0]), ([], [1])]) == nil)
    #expect(throws: NotFinite.self) { try found([([.nan], [0])]) }
  }

  /// One run of each tells nothing of how runs differ, so there is no interval that would look sure.
  @Test func oneRunEachHasNoInterval() throws {
    #expect(try found([([1], [0])])?.interval == nil)
    #expect(try found([([1, 2], [0])])?.interval == 1...1)
  }

  /// Drawn anew, two runs on either side of one are below, around and above it a quarter, a half and a quarter of the time.
  @Test func theIntervalIsThatOfRunsDrawnAnew() {
    let strata = [[0.0, 1], [0.5]]
    let bootstrap = StratifiedBootstrap(replicates: 4_000)
    func above(_ sample: [[Double]]) -> Double { Double(sample[0].count { $0 > sample[1][0] }) / 2 }
    #expect(bootstrap.interval(of: strata, level: 0.95, above) == 0...1)
    #expect(bootstrap.interval(of: strata, level: 0.4, above) == 0.5...0.5)
  }

  /// Three runs against three have 27 × 27 samples, which can all be looked at.
  @Test func theIntervalIsTheExactOnes() throws {
    let (own, other) = ([1.0, 3, 5], [2.0, 3, 4])
    func samples(_ values: [Double]) -> [[Double]] {
      values.flatMap { a in values.flatMap { b in values.map { [a, b, $0] } } }
    }
    var exact: [Double] = []
    for x in samples(own) {
      for y in samples(other) {
        let wins = x.flatMap { a in y.map { a > $0 ? 1 : a == $0 ? 0.5 : 0 } }.reduce(0, +)
        exact.append(wins / 9)
      }
    }
    exact.sort()
    let tasks = [Task(treatment: own, baseline: other)]
    let interval = try #require(
      try ProbabilityOfImprovement(tasks, by: StratifiedBootstrap(replicates: 40_000))?.interval)
    let (low, high) = (exact[Int(0.025 * 729)], exact[Int(0.975 * 729)])
    #expect(
      abs(interval.lowerBound - low) < 0.06 && abs(interval.upperBound - high) < 0.06,
      "\(interval), \(low) to \(high)")
  }

  @Test func equalSeedsGiveEqualIntervals() throws {
    let strata = [[1.0, 2, 3, 4, 5], [2.0, 2.5, 3.5]]
    func mean(_ sample: [[Double]]) -> Double { sample[0].reduce(0, +) - sample[1].reduce(0, +) }
    let intervals = [0, 0, 1].map {
      StratifiedBootstrap(replicates: 50, seed: $0).interval(of: strata, mean)
    }
    #expect(intervals[0] == intervals[1] && intervals[0] != intervals[2])
  }

  /// A stratum is never filled from another one.
  @Test func strataStayApart() {
    let strata = [[1.0, 2], [10.0, 20, 30]]
    _ = StratifiedBootstrap(replicates: 200).interval(of: strata) { sample in
      #expect(sample[0].count == 2 && sample[0].allSatisfy { $0 < 3 })
      #expect(sample[1].count == 3 && sample[1].allSatisfy { $0 > 9 })
      return 0
    }
  }

  @Test func quantilesLieBetweenNeighbours() {
    #expect(StratifiedBootstrap.quantile(0.5, of: [1, 2, 4]) == 2)
    #expect(StratifiedBootstrap.quantile(0.75, of: [1, 2, 4]) == 3)
    #expect(StratifiedBootstrap.quantile(0.975, of: [7]) == 7)
  }

  @Test func placesAreSharedByEquals() {
    #expect(MeanRank.ranks(of: [10, 30, 20]) == [3, 1, 2])
    #expect(MeanRank.ranks(of: [5, 9, 9, 1]) == [3, 1.5, 1.5, 4])
    #expect(MeanRank.mean(over: [[1, 2], [2, 1], [1, 2], [1, 2]]) == [1.75, 1.25])
    #expect(MeanRank.mean(over: []).isEmpty)
  }
}
