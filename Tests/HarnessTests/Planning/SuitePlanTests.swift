import Foundation
import Testing

@testable import Harness

@Suite struct SuitePlanTests {
  private let catalogue = Catalogue([ReportedExperiment.self])

  private func plan(_ folder: ReportFolder, seeds: Int = 4) throws -> SuitePlan {
    try SuitePlan(
      catalogue, scale: .reduced, headlineSeeds: seeds, root: folder.url,
      runs: folder.url.appending(component: "Runs"))
  }

  /// A repository that has everything on record but the run `supervised`, and the folder of the runs.
  private func recorded() async throws -> (folder: ReportFolder, runs: URL) {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    for run in sampleRuns where run.arm != "supervised" { try run.write(under: runs) }
    _ = try await Recorder.record(
      ReportedExperiment.self, scale: .reduced, from: runs, catalogue: catalogue, root: folder.url)
    return (folder, runs)
  }

  private func names(_ items: [SuitePlan.Item]) -> [String] { items.map { "\($0.arm) \($0.seed)" } }

  @Test func headlinesComeFirstSeedBySeed() throws {
    let folder = try ReportFolder.repository()
    #expect(
      names(try plan(folder, seeds: 2).items) == [
        "Base 0", "Base + Term 0", "Base 1", "Base + Term 1", "random encoder 0", "supervised 0",
        "half a term 0",
      ])
  }

  @Test func whatIsRecordedOrFinishedIsNotRunAgain() async throws {
    let (folder, runs) = try await recorded()
    #expect(names(try plan(folder).items) == ["Base 3", "Base + Term 3", "supervised 0"])

    try SampleRun(arm: "supervised").write(under: runs)
    try SampleRun(arm: "Base", seed: 3, isDirty: true).write(under: runs)
    try SampleRun(arm: "Base + Term", seed: 3, status: .running).write(under: runs)
    let plan = try plan(folder)
    #expect(names(plan.items) == ["Base 3", "Base + Term 3", "supervised 0"])
    #expect(names(plan.toRun) == ["Base 3", "Base + Term 3"])
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
    #expect(try plan(folder, seeds: 1).toRun.contains { $0.arm == "Base" })
  }
}
