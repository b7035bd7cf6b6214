import Foundation
import Testing

@testable import Checking
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

/// Records that somebody tampered with, and what the check says of them.
@Suite struct RecordCheckTests {
  private let catalogue = Catalogue([ReportedExperiment.self])
  private let results = "Results/sample-cifar10/reduced"
  private let base = SampleRun(arm: "Base", seed: 1, linear: 70.55, knn: 67.55)

  /// A repository with the sample's runs on record, committed when `inGit`.
  private func recorded(inGit: Bool = true) async throws -> ReportFolder {
    let folder = try ReportFolder.repository()
    for run in sampleRuns { try run.write(under: folder.url.appending(component: "Runs")) }
    _ = try await Recording(
      ReportedExperiment.self, scale: .reduced, from: folder.url.appending(component: "Runs"),
      catalogue: catalogue, root: folder.url)
    if inGit { try await commit(folder) }
    return folder
  }

  private func commit(_ folder: ReportFolder) async throws {
    let git = try await folder.makeRepository()
    _ = try #require(await git.output(["add", "Results"]))
    _ = try #require(
      await git.output([
        "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "Record",
      ]))
  }

  private func found(in folder: ReportFolder) async throws -> [String] {
    let check = try RecordCheck(catalogue, root: folder.url)
    return await check.run(replayingCurves: false).discrepancies.map(\.description)
  }

  private func edit(_ path: String, in folder: ReportFolder, _ old: String, _ new: String) throws {
    let text = try folder.text(path)
    try #require(text.contains(old))
    try folder.write(text.replacing(old, with: new, maxReplacements: 1), to: path)
  }

  @Test func anUntouchedRecordIsFine() async throws {
    let folder = try await recorded()
    let outcome = try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false)
    #expect(outcome.discrepancies.isEmpty && outcome.remarks.isEmpty)
    #expect(outcome.runs == sampleRuns.count)
    #expect(
      outcome.summary
        == "checked 9 recorded runs, 108 rows, 6 rendered files and 0 golden curves: all as committed")
  }

  @Test func anEditedScoreIsNamedWithBothValues() async throws {
    let folder = try await recorded()
    let line = try ScoreRow.numbered(from: folder.url.appending(path: "\(results)/scores.csv")).first {
      $0.row.key == base.key && $0.row.value == 70.55
    }?.line
    try edit("\(results)/scores.csv", in: folder, "top1,70.55,", "top1,70.56,")
    let lines = try await found(in: folder)
    #expect(
      lines.first
        == "\(results)/scores.csv, line \(line ?? 0): linear-v1 top1 of Base, seed 1 is 70.56, but was 70.55 (+0.01)"
    )
    let table = lines.filter { $0.hasPrefix("paper-tables/sample.md") }.joined()
    #expect(table.contains("committed") && table.contains("by its numbers"), "\(lines)")
  }

  @Test func anEditedCurveIsNamedWithItsStep() async throws {
    let folder = try await recorded()
    try edit("\(results)/curves.csv", in: folder, "1,195,monitor/knn,31.1", "1,195,monitor/knn,32.1")
    let lines = try await found(in: folder)
    #expect(lines.first?.hasPrefix("\(results)/curves.csv, line ") == true)
    #expect(lines.first?.contains("monitor/knn at step 195 of Base") == true)
    #expect(lines.first?.hasSuffix("seed 1 is 32.1, but was 31.1 (+1)") == true, "\(lines)")
  }

  @Test func anEditThatWasCommittedIsFoundInHistory() async throws {
    let folder = try await recorded()
    try edit("\(results)/scores.csv", in: folder, "top1,70.55,", "top1,71.55,")
    try await commit(folder)
    #expect(try await found(in: folder).first?.contains("is 71.55, but was 70.55 (+1)") == true)
  }

  @Test func withoutHistoryTheFilesAndTablesAreNamed() async throws {
    let folder = try await recorded(inGit: false)
    try edit("\(results)/scores.csv", in: folder, "top1,70.55,", "top1,71.55,")
    let lines = try await found(in: folder)
    #expect(lines.first?.hasPrefix("\(results)/runs/\(base.key.run).json: rowsDigest is") == true)
    #expect(lines.first?.contains("\(results)/scores.csv") == true)
    #expect(
      lines.contains { $0.hasPrefix("paper-tables/README.md, line ") && $0.contains("70.15") }, "\(lines)")
  }

  @Test func aChangedVersionIsNamedWhereverItStands() async throws {
    let folder = try await recorded()
    let row = "\(base.key.run),sample-cifar10,"
    try edit("\(results)/scores.csv", in: folder, row + "2,", row + "3,")
    let manifest = "\(results)/runs/\(base.key.run).json"
    #expect(try await found(in: folder).contains { $0.contains("version is 3, but \(manifest) says 2") })

    let other = try await recorded()
    try edit(manifest, in: other, "\"version\" : 2", "\"version\" : 1")
    let lines = try await found(in: other)
    #expect(
      lines.contains {
        $0.hasPrefix("\(manifest): what identifies the run (version 1, arm Base, seed 1) has the digest")
      }, "\(lines)")
  }

  @Test func aSwappedDigestIsNamedWithBothValues() async throws {
    let folder = try await recorded()
    let (own, other) = (
      try #require(base.finishedManifest.rowsDigest), try #require(sampleRuns[0].finishedManifest.rowsDigest)
    )
    let path = "\(results)/runs/\(base.key.run).json"
    try edit(path, in: folder, own, other)
    let lines = try await found(in: folder)
    #expect(lines.count == 1)
    #expect(
      lines.first?.hasPrefix("\(path): rowsDigest is \(other), but was \(own) at commit") == true, "\(lines)")
  }

  @Test func manifestsAreReadToTheLastMember() async throws {
    let cases = [
      ("\"digest\" : \"da7a00000000\"", "\"digest\" : \"da7a00000001\"", "data.digest is da7a00000001, but"),
      ("\"threads\" : 2", "\"better\" : true,\n  \"threads\" : 2", "holds better = true"),
      ("\"status\" : \"finished\"", "\"status\" : \"running\"", "status is running"),
      ("\"isDirty\" : false", "\"isDirty\" : true", "differ from commit 3820b8e5d4"),
      ("\"overrides\" : [", "\"overrides\" : [\"plan.epochs=1\"", "made with --set plan.epochs=1"),
      (
        "\"weight\" : 0", "\"weight\" : 1",
        "its configuration is not that of arm “Base” at version 2: method.weight is 1, not 0"
      ),
      ("\"batchSize\" : 256", "\"batchSize\" : 255", "plan.batchSize is 255, not 256"),
      ("\"threads\" : 2", "\"threads\" : two", "is no run's manifest"),
    ]
    for (old, new, text) in cases {
      let folder = try await recorded(inGit: false)
      let path = "\(results)/runs/\(base.key.run).json"
      try edit(path, in: folder, old, new)
      let lines = try await found(in: folder)
      #expect(lines.contains { $0.hasPrefix(path) && $0.contains(text) }, "\(text): \(lines)")
    }
  }

  @Test func filesThatAreMissingOrTooManyAreNamed() async throws {
    let folder = try await recorded()
    let path = "\(results)/runs/\(base.key.run).json"
    let text = try folder.text(path)
    try FileManager.default.removeItem(at: folder.url.appending(path: path))
    #expect(try await found(in: folder).contains { $0.hasSuffix("but there is no \(path)") })

    try folder.write(text, to: path)
    try folder.write(text, to: "\(results)/runs/000000000000.json")
    let lines = try await found(in: folder)
    #expect(lines.contains { $0.contains("names run \(base.key.run), not 000000000000") })
    #expect(lines.contains { $0.contains("000000000000.json: vouches for rows, but") })
    try folder.write("x", to: "Results/nothing/reduced/scores.csv")
    #expect(try await found(in: folder).contains("Results/nothing: there is no experiment of this name"))
  }

  @Test func rowsAreWrittenInOneWayOnly() async throws {
    let folder = try await recorded()
    try edit("\(results)/scores.csv", in: folder, "top1,70.55,", "top1,70.550,")
    let lines = try await found(in: folder)
    #expect(lines.count == 1 && lines[0].contains("70.550,10000”, which the recorder writes as"), "\(lines)")

    try edit("\(results)/scores.csv", in: folder, "metric,value,count", "metric,count,value")
    #expect(
      try await found(in: folder).contains {
        $0.hasPrefix("\(results)/scores.csv, line 1: found the columns run,")
      })
  }

  @Test func aVerdictThatItsRowsDoNotGiveIsNamed() async throws {
    let folder = try await recorded()
    try edit("paper-tables/sample.md", in: folder, "reproduced.**", "opposite.**")
    let lines = try await found(in: folder)
    #expect(lines.count == 1)
    #expect(
      lines.first?.hasSuffix("“opposite.**” committed, “reproduced.**” by its numbers") == true, "\(lines)")
  }

  @Test func anOlderVersionIsARemark() async throws {
    let folder = try ReportFolder.repository()
    let old = SampleRun(seed: 0, version: 1)
    try folder.write(ScoreRow.table(of: old.scores), to: "\(results)/scores.csv")
    try folder.write(CurveRow.table(of: old.curves), to: "\(results)/curves.csv")
    try folder.write(
      String(decoding: old.finishedManifest.json, as: UTF8.self), to: "\(results)/runs/\(old.key.run).json")
    try Tables.renderAll(catalogue.declarations, root: folder.url)
    let outcome = try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false)
    #expect(outcome.discrepancies.isEmpty, "\(outcome.discrepancies)")
    #expect(outcome.remarks.first?.contains("1 run of version 1, while the code is at version 2") == true)
  }

  @Test func differencesOfLinesAreToldByTheirWords() {
    #expect(
      MovedLines.difference(from: "a 58.03 (n = 3)", to: "a 58.13 (n = 3)")
        == "“58.03” committed, “58.13” by its numbers (+0.1)")
    #expect(
      MovedLines.difference(from: "by −0.11 points", to: "by −0.21 points").hasSuffix("by its numbers (−0.1)")
    )
    #expect(
      MovedLines.difference(from: "same start old", to: "same start brand new")
        == "“old” committed, “brand new” by its numbers")
    #expect(
      MovedLines.difference(from: "| 58.7 |", to: "|  158.7 |").hasSuffix("“158.7” by its numbers (+100)"))
  }

  @Test func widerColumnsAreNoNews() {
    let stale = Tables.Stale(
      path: "t.md",
      lines: ["-1: | a    | 58.7 |", "-2: | ---- | ---: |", "+1: | a    | 158.7 |", "+2: | ---- | ----: |"])
    #expect(MovedLines.discrepancies(in: stale).map(\.line) == [1])
  }
}
