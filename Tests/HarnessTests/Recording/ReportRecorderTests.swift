import Foundation
import Testing

@testable import Checking
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

@Suite struct ReportRecorderTests {
  private let catalogue = Catalogue([ReportedExperiment.self])

  private func record(_ folder: ReportFolder, scale: Scale = .reduced) async throws -> Recorder.Outcome {
    try await recording(folder, scale: scale).runs
  }

  private func recording(_ folder: ReportFolder, scale: Scale = .reduced) async throws -> Recording {
    try await Recording(
      ReportedExperiment.self, scale: scale, from: folder.url.appending(component: "Runs"),
      catalogue: catalogue, root: folder.url)
  }

  private func write(_ runs: [SampleRun], in folder: ReportFolder) throws {
    for run in runs { try run.write(under: folder.url.appending(component: "Runs")) }
  }

  private let results = "Results/sample-cifar10/reduced"

  @Test func addsFinishedRuns() async throws {
    let folder = try ReportFolder.repository()
    try write(sampleRuns, in: folder)
    let outcome = try await record(folder)
    #expect(outcome.added.count == sampleRuns.count)
    #expect(outcome.refused.isEmpty && outcome.known.isEmpty && outcome.superseded.isEmpty)
    for run in sampleRuns { #expect(folder.exists("\(results)/runs/\(run.key.run).json")) }
    let arms = try ScoreRow.read(from: folder.url.appending(path: "\(results)/scores.csv")).map(\.key.arm)
    #expect(arms == arms.sorted())
    #expect(folder.exists("\(results)/figures/pretraining.gp"))
    #expect(try folder.text("paper-tables/sample.md").contains("reproduced.**"))
    #expect(try folder.text("README.md").contains("| +0.74 ["))
    #expect(try Tables.check(catalogue.declarations, root: folder.url).isEmpty)
  }

  @Test func isIdempotentAndBlindToOrder() async throws {
    let folder = try ReportFolder.repository()
    try write(sampleRuns, in: folder)
    _ = try await record(folder)
    let files = ["scores.csv", "curves.csv", "figures/comparison.gp"].map { "\(results)/\($0)" }
    let before = try files.map(folder.text)
    let recording = try await recording(folder)
    let again = recording.runs
    #expect(again.added.isEmpty && again.known.count == sampleRuns.count && recording.rendered.isEmpty)
    #expect(try files.map(folder.text) == before)

    let other = try ReportFolder.repository()
    try write(Array(sampleRuns[3...]), in: other)
    _ = try await record(other)
    try write(Array(sampleRuns[..<3]), in: other)
    let added = try await record(other)
    #expect(added.added.count == 3)
    #expect(try files.map(other.text) == before)
  }

  @Test func refusesWithTheReason() async throws {
    let folder = try ReportFolder.repository()
    let bad: [(SampleRun, String)] = [
      (SampleRun(seed: 10, isDirty: true), "differ from commit 3820b8e5d4"),
      (SampleRun(seed: 11, commit: nil), "outside a git repository"),
      (SampleRun(seed: 12, overrides: ["plan.epochs=1"]), "made with --set plan.epochs=1"),
      (SampleRun(seed: 13, kind: "synthetic"), "synthetic images"),
      (SampleRun(seed: 14, version: 1), "version 1, but the code is at version 2"),
      (SampleRun(seed: 15, status: .running), "not finished"),
      (SampleRun(seed: 16, weight: 5), "its configuration is not that of arm “Base”"),
      (SampleRun(seed: 17, dataset: .cifar10.first(100)), "another part of the data"),
      (SampleRun(arm: "Nobody", seed: 18), "no arm “Nobody”"),
      (SampleRun(seed: 19, linear: .nan), "not finite"),
    ]
    try write(bad.map(\.0), in: folder)
    let edited = try SampleRun(seed: 20).write(under: folder.url.appending(component: "Runs"))
    let text = try String(contentsOf: edited.scores, encoding: .utf8).replacing("70.0", with: "75.0")
    try writeAtomically(Data(text.utf8), to: edited.scores)

    let outcome = try await record(folder)
    #expect(outcome.added.isEmpty)
    #expect(outcome.refused.count == bad.count + 1)
    for (run, reason) in bad {
      let path = "/\(run.seed)"
      let found = outcome.refused.first { $0.path.hasSuffix(path) }
      #expect(found?.reason.contains(reason) == true, "\(found?.reason ?? "nothing") should say “\(reason)”")
    }
    let tampered = outcome.refused.first { $0.path.hasSuffix("/20") }
    #expect(tampered?.reason.contains("a table was edited") == true)
    #expect(!folder.exists("\(results)/scores.csv"))
  }

  @Test func refusesASecondRunOfOneSeed() async throws {
    let folder = try ReportFolder.repository()
    try write([SampleRun()], in: folder)
    _ = try await record(folder)
    try write([SampleRun(precision: .float32)], in: folder)
    let outcome = try await record(folder)
    #expect(
      outcome.refused.first?.reason.contains("on record as run \(SampleRun().key.run) (bfloat16") == true)
  }

  /// A machine without bfloat16 adds seeds of its own to a record in bfloat16, and no half of a pair.
  @Test func otherArithmeticIsToldAndPairsAgreeInIt() async throws {
    let folder = try ReportFolder.repository()
    try write([SampleRun(), SampleRun(arm: "Base + Term")], in: folder)
    #expect(try await record(folder).arithmetic.isEmpty)
    let own = ["Base", "Base + Term"].map { SampleRun(arm: $0, seed: 1, precision: .float32) }
    try write(own, in: folder)
    let outcome = try await record(folder)
    #expect(outcome.added.count == 2 && outcome.refused.isEmpty)
    #expect(outcome.arithmetic.count == 1)
    #expect(
      outcome.arithmetic.first?.contains("2 runs on record computed in bfloat16, these in float32") == true)

    // One arm of a seed whose other arm is on record in other numbers: no table could be made any more.
    try write([SampleRun(seed: 2)], in: folder)
    #expect(try await record(folder).refused.isEmpty)
    try write([SampleRun(arm: "Base + Term", seed: 2, precision: .float32)], in: folder)
    let refused = try await record(folder).refused
    #expect(refused.count == 1)
    #expect(
      refused.first?.reason.contains("arm “Base” of the same seed is on record in bfloat16") == true,
      "\(refused)")
  }

  @Test func newVersionReplacesTheOld() async throws {
    let folder = try ReportFolder.repository()
    let old = SampleRun(seed: 0, version: 1)
    let place = ResultsFolder(
      folder.url.appending(component: "Results"), experiment: "sample-cifar10", scale: .reduced)
    try makeFolder(place.manifests)
    try writeAtomically(old.finishedManifest.json, to: place.manifest(old.key.run))
    try folder.write(
      CSVFile.line(ScoreRow.columns) + old.scores.map(\.line).joined(), to: "\(results)/scores.csv")
    // Nothing new: the old record stays.
    #expect(try await record(folder).superseded.isEmpty)
    #expect(folder.exists("\(results)/runs/\(old.key.run).json"))

    try write([SampleRun()], in: folder)
    let outcome = try await record(folder)
    #expect(outcome.superseded == [old.key] && outcome.added == [SampleRun().key])
    #expect(!folder.exists("\(results)/runs/\(old.key.run).json"))
    #expect(try !folder.text("\(results)/scores.csv").contains(old.key.run))
  }

  @Test func whatWasMeasuredSinceIsAdded() async throws {
    let folder = try ReportFolder.repository()
    try write(sampleRuns, in: folder)
    _ = try await record(folder)
    let measured = SampleRun(arm: "Base", seed: 1, linear: 70.55, knn: 67.55, laterEvaluation: "late-v1")
    try write([measured], in: folder)
    let outcome = try await record(folder)
    #expect(outcome.extended == [measured.key] && outcome.added.isEmpty && outcome.refused.isEmpty)
    #expect(outcome.known.count == sampleRuns.count - 1)
    let rows = try ScoreRow.read(from: folder.url.appending(path: "\(results)/scores.csv"))
    #expect(rows.filter { $0.key == measured.key } == measured.scores)
    #expect(rows.count == 3 * sampleRuns.count + 1)
    #expect(try folder.text("paper-tables/sample.md").contains("late-v1 top1"))
    let check = try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false)
    #expect(check.discrepancies.isEmpty, "\(check.discrepancies)")

    // A copy from before the evaluation is the same run and takes nothing away.
    let before = try folder.text("\(results)/scores.csv")
    try write([sampleRuns[2]], in: folder)
    let again = try await record(folder)
    #expect(again.known.count == sampleRuns.count && again.extended.isEmpty && again.refused.isEmpty)
    #expect(try folder.text("\(results)/scores.csv") == before)
  }

  @Test func furtherRowsDoNotCoverForAnotherNumber() async throws {
    let folder = try ReportFolder.repository()
    try write([SampleRun()], in: folder)
    _ = try await record(folder)
    for changed in [
      SampleRun(linear: 70.1, laterEvaluation: "late-v1"), SampleRun(laterEvaluation: "late-v1", threads: 1),
      SampleRun(laterEvaluation: "late-v1", epochs: 3),
    ] {
      try write([changed], in: folder)
      let outcome = try await record(folder)
      #expect(
        outcome.extended.isEmpty && outcome.refused.first?.reason.contains("with other numbers") == true)
    }
  }

  @Test func smokeIsNoResult() async throws {
    let folder = try ReportFolder.repository()
    try write([SampleRun(scale: .smoke)], in: folder)
    let outcome = try await record(folder, scale: .smoke)
    #expect(outcome.refused.first?.reason == "smoke runs are tests, not results")
    let demo = try ReportFolder.repository()
    try write([SampleRun(scale: .demo)], in: demo)
    let demonstrated = try await record(demo, scale: .demo)
    #expect(demonstrated.added.isEmpty)
    #expect(demonstrated.refused.first?.reason.hasPrefix("demo runs show that training works here") == true)
  }
}
