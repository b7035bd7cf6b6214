import Foundation
import Testing

@testable import Claims
@testable import Records
@testable import Reporting
@testable import Site

/// All methods on the same images: what stands beside each, and who is ranked.
@Suite struct LeaderboardTests {
  private func record(_ results: [RecordedResults]) throws -> SiteRecord {
    SiteRecord(
      entries: try results.map { rows in
        SiteRecord.Entry(
          report: try ExperimentReport(.sample, results: rows),
          folder: ResultsFolder(URL(filePath: "/nowhere"), experiment: "sample-cifar10", scale: .reduced))
      }, runs: [], runsFolder: URL(filePath: "/runs"), paperTables: nil)
  }

  private func board(_ runs: [SampleRun] = sampleRuns) throws -> Leaderboard {
    try #require(Leaderboard.all(record([RecordedResults(runs)])).first)
  }

  @Test func theBestIsFirstAndEveryArmIsThere() throws {
    let board = try board()
    #expect(
      board.data == "cifar10:jpeg75" && board.decisive?.name == "linear-v1 top1", "what the claim decides by")
    let decisive = try #require(board.decisive)
    let means = board.entries.compactMap { $0.spread(decisive)?.mean }
    #expect(means.count == 5 && means == means.sorted(by: >))
    #expect(board.entries.first?.arm.name == "supervised" && board.entries.last?.arm.name == "random encoder")
    #expect(!board.measures.contains { $0.metric == "iterations" })
  }

  /// Floors, ceilings and single explorations are shown and not ranked.
  @Test func methodsThatClaimsCompareAreRanked() throws {
    let board = try board()
    let ranks = Dictionary(uniqueKeysWithValues: board.entries.map { ($0.arm.name, $0.rank) })
    #expect(ranks["Base + Term"] == .some(1) && ranks["Base"] == .some(2))
    #expect(ranks["supervised"] == .some(nil) && ranks["half a term"] == .some(nil))
  }

  /// Experiments begin at different seeds, and their methods are ranked all the same.
  @Test func methodsWithoutCommonSeedsAreRanked() throws {
    var runs = sampleRuns
    for place in runs.indices where runs[place].arm == "Base + Term" { runs[place].seed += 10 }
    // 69.95 lies below two of the three baselines.
    runs[1].linear = 69.95
    let ranks = try Dictionary(uniqueKeysWithValues: board(runs).entries.map { ($0.arm.name, $0.rank) })
    let expected: [(arm: String, rank: Double)] = [("Base + Term", 11.0 / 9), ("Base", 16.0 / 9)]
    for (arm, rank) in expected {
      let found: Double = try #require(ranks[arm] ?? nil)
      #expect(abs(found - rank) < 1e-12, "\(arm)")
    }
  }

  /// Longer training is no merit: each is asked at the images that the shortest has seen.
  @Test func theMonitorIsAskedAtEqualImages() throws {
    var runs = sampleRuns
    for place in runs.indices where runs[place].arm == "Base + Term" { runs[place].epochs = 7 }
    let board = try board(runs)
    // Two epochs of 195 steps with 256 images.
    #expect(board.sameImages == 2 * 195 * 256)
    let entry = try #require(board.entries.first { $0.arm.name == "Base + Term" })
    // 32, 32.1 and 32.2 after two epochs, whatever came later.
    #expect(abs(try #require(entry.atSameImages).mean - 32.1) < 1e-9)
    #expect(board.entries.first { $0.arm.name == "supervised" }?.atSameImages == nil)
  }

  @Test func anotherPlanIsMarkedWithWhatDiffers() throws {
    #expect(try board().entries.allSatisfy { $0.otherPlan == nil })
    var experiment = Declaration.sample
    let place = try #require(experiment.arms.firstIndex { $0.name == "half a term" })
    let arm = experiment.arms[place]
    var plan = arm.plan
    plan.epochs = 40
    experiment.arms[place] = DeclaredArm(
      name: arm.name, role: arm.role, usesLabels: false, pretrainingClasses: nil, inflation: nil,
      hyperparameters: arm.hyperparameters, plan: plan, evaluations: arm.evaluations)
    let record = SiteRecord(
      entries: [
        SiteRecord.Entry(
          report: try ExperimentReport(experiment, results: .sample),
          folder: ResultsFolder(URL(filePath: "/nowhere"), experiment: "sample-cifar10", scale: .reduced))
      ], runs: [], runsFolder: URL(filePath: "/runs"), paperTables: nil)
    let board = try #require(Leaderboard.all(record).first)
    let marked = board.entries.filter { $0.otherPlan != nil }
    #expect(marked.map(\.arm.name) == ["half a term"])
    #expect(marked.first?.otherPlan == "plan.epochs 40, not 20")
    let page = LeaderboardPage(record).page.main
    #expect(page.contains("<abbr title=\"plan differs: plan.epochs 40, not 20\">†</abbr>"))
  }

  @Test func improvementIsThatOfTheRuns() throws {
    let board = try board()
    let (base, term) = try (
      #require(board.entries.first { $0.arm.name == "Base" }),
      #require(board.entries.first { $0.arm.name == "Base + Term" })
    )
    // Of nine pairs every treatment is above every baseline.
    #expect(board.improvement(of: term, over: base)?.value == 1)
    #expect(board.improvement(of: base, over: term)?.value == 0)
  }

  @Test func dataSetsOfOnePairAreTakenTogether() throws {
    var worse = sampleRuns
    for place in worse.indices where worse[place].arm == "Base + Term" { worse[place].linear = 60 }
    let lines = try Improvements(record([.sample, RecordedResults(worse)])).lines
    #expect(lines.count == 1 && lines[0].found.value == 0.5 && lines[0].found.tasks == 2)
    #expect(lines[0].treatment == "Base + Term" && lines[0].found.treatments == 6)
  }
}
