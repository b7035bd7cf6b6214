import Testing

@testable import Claims
@testable import Harness
@testable import Records

@Suite struct ReplicationTests {
  private let claim = ReportedExperiment(scale: .reduced).claims[0]

  private func rows(_ gain: Double) -> [ScoreRow] {
    [7, 8].flatMap { seed in
      SampleRun(seed: seed, linear: 70).scores
        + SampleRun(arm: "Base + Term", seed: seed, linear: 70 + gain).scores
    }
  }

  /// Recorded: .7433 ± .2155 over three pairs; t of two degrees of freedom 4.3027, √(1/3 + 1/2) = .9129: ± .8464.
  @Test func newPairsLieWhereTheRecordExpectsThem() throws {
    let replication = try Replication(claim, recorded: .sample, seeds: [7, 8])
    let line = try #require(try replication.lines(rows(1.5)).first)
    #expect(line.isWithin && line.pairs == 2 && line.recorded == 3)
    #expect(abs(line.expected.lowerBound - (0.7433 - 0.8464)) < 1e-3)
    #expect(abs(line.expected.upperBound - (0.7433 + 0.8464)) < 1e-3)
    #expect("\(line)".contains("+1.50 points over 2 new pairs; 95 % of such means lie within [−0.10, +1.59]"))
    #expect(try replication.lines(rows(1.7)).first?.isWithin == false)
    #expect(try replication.lines(rows(-0.2)).first?.isWithin == false)
  }

  @Test func whatStandsInTheWayIsSaidFirst() throws {
    #expect(throws: RunProblem.self) { try Replication(claim, recorded: .sample, seeds: [2, 3]) }
    let one = RecordedResults(Array(sampleRuns.prefix(2)))
    #expect(throws: RunProblem.self) { try Replication(claim, recorded: one, seeds: [7]) }
    let replication = try Replication(claim, recorded: .sample, seeds: [7, 9])
    #expect(throws: RunProblem.self) { try replication.lines(rows(1)) }
  }
}
