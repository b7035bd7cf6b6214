import Foundation
import Testing

@testable import Harness
@testable import Records

@Suite struct SuitePlanTests {
  private func plan(_ folder: ReportFolder, isEverything: Bool = true) throws -> SuitePlan {
    try SuitePlan(
      [ReportedExperiment.declared(.reduced)], isEverything: isEverything, root: folder.url,
      runs: folder.url.appending(component: "Runs"))
  }

  /// A repository that has so many pairs on record and one seed of everything else but the run `supervised`, and the
  /// folder of the runs.
  private func recorded(pairs: UInt64 = 2) async throws -> (folder: ReportFolder, runs: URL) {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    for run in sampleRuns where run.arm != "supervised" && run.seed < pairs { try run.write(under: runs) }
    _ = try await Recorder.record(ReportedExperiment.declared(.reduced), from: runs, root: folder.url)
    return (folder, runs)
  }

  private func names(_ items: [SuitePlan.Item]) -> [String] { items.map { "\($0.arm) \($0.seed)" } }

  @Test func claimsComeFirstSeedBySeed() throws {
    let folder = try ReportFolder.repository()
    let needed = [
      "Base 0", "Base + Term 0", "Base 1", "Base + Term 1", "Base 2", "Base + Term 2", "random encoder 0",
    ]
    #expect(names(try plan(folder, isEverything: false).items) == needed)
    #expect(names(try plan(folder).items) == needed + ["supervised 0", "half a term 0"])
  }

  /// Three pairs bring a verdict, which lacks nothing; none is added because some would be nice.
  @Test func aClaimWithItsVerdictLacksNothing() async throws {
    let (folder, _) = try await recorded(pairs: 3)
    #expect(try plan(folder, isEverything: false).items.isEmpty)
    #expect(names(try plan(folder).items) == ["supervised 0"])
  }

  /// By runs of the same arm, and told where there are none.
  @Test func hoursAreThoseOfRecordedRuns() async throws {
    let (folder, _) = try await recorded()
    let plan = try plan(folder)
    #expect(plan.items.map(\.seconds) == [600, 600, nil])
    #expect(plan.cost.seconds == 1_200 && plan.cost.unknown == 1)
  }

  @Test func whatIsRecordedOrFinishedIsNotRunAgain() async throws {
    let (folder, runs) = try await recorded()
    #expect(names(try plan(folder).items) == ["Base 2", "Base + Term 2", "supervised 0"])

    try SampleRun(arm: "supervised").write(under: runs)
    try SampleRun(arm: "Base", seed: 2, isDirty: true).write(under: runs)
    try SampleRun(arm: "Base + Term", seed: 2, status: .running).write(under: runs)
    let plan = try plan(folder)
    #expect(names(plan.items) == ["Base 2", "Base + Term 2", "supervised 0"])
    #expect(names(plan.toRun) == ["Base 2", "Base + Term 2"])
  }

  @Test func aRunWithoutTheHeadlinesNumberIsStillToBeMeasured() async throws {
    let (folder, runs) = try await recorded()
    try FileManager.default.removeItem(at: runs)
    #expect(try !names(plan(folder).items).contains("Base 0"))
    let recorded = ResultsFolder(
      folder.url.appending(component: "Results"), experiment: ReportedExperiment.name, scale: .reduced)
    var results = try RecordedResults(readingFrom: recorded)
    let judged = ReportedExperiment(scale: .reduced).headline.evaluation
    results.scores.removeAll {
      $0.key.arm == "Base" && $0.key.seed == 0 && $0.evaluation == judged
    }
    try Data(ScoreRow.table(of: results.scores).utf8).write(to: recorded.scores)
    #expect(try names(plan(folder).items).contains("Base 0"))
  }

  @Test func anEarlierVersionCountsForNothing() throws {
    let folder = try ReportFolder.repository()
    try SampleRun(version: 1).write(under: folder.url.appending(component: "Runs"))
    #expect(try plan(folder).toRun.contains { $0.arm == "Base" })
  }
}
