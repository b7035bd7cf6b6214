import Foundation
import Testing

@testable import Checking
@testable import Harness
@testable import Records
@testable import repro

/// What this repository records is what its rows, its code and its golden curves say.
@Suite struct CommittedRecordTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func nothingHasMoved() async throws {
    let outcome = try await RecordCheck(allExperiments, root: Self.root).run()
    for discrepancy in outcome.discrepancies { Issue.record("\(discrepancy)") }
    #expect(outcome.runs > 0 && outcome.rows > 0 && outcome.renderedFiles > 0)
    #expect(outcome.goldenCurves >= allExperiments.experiments.count)
  }

  /// One digit of the real record, in a copy of it.
  @Test func aTamperedCopyIsCaught() async throws {
    let folder = try ReportFolder()
    for name in ["Results", "paper-tables", "README.md"] { try folder.copy(name, of: Self.root) }
    let check = try RecordCheck(allExperiments, root: folder.url)
    #expect(await check.run(replayingCurves: false).discrepancies.isEmpty)

    let path = "Results/co2-cifar10/reduced/scores.csv"
    let row = try #require(
      try ScoreRow.read(from: folder.url.appending(path: path)).first {
        $0.evaluation == "linear-v1" && $0.metric == "top1" && $0.key.arm == "MoCo"
      })
    var better = row
    better.value = ((row.value + 0.01) * 100).rounded() / 100
    try folder.write(try folder.text(path).replacing(row.line, with: better.line), to: path)
    let found = await check.run(replayingCurves: false).discrepancies
    let manifest = "Results/co2-cifar10/reduced/runs/\(row.key.run).json"
    #expect(found.contains { $0.file == manifest && $0.detail.contains(path) })
    #expect(
      found.contains {
        // The table shows means over seeds, so it is the interval or the mean that moves, not the row's own number.
        $0.file == "paper-tables/co2.md" && $0.detail.contains("committed")
          && $0.detail.contains("by its numbers")
      }, "\(found.map(\.description).joined(separator: "\n"))")
  }
}
