import Evaluation
import Foundation
import Testing
import Vision

@testable import Checking
@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

/// What `record` and `check` ask the repository and the code about a run, and that two of them do not lose each other's rows.
@Suite struct RecordProvenanceTests {
  private let catalogue = Catalogue([ReportedExperiment.self])
  private let results = "Results/sample-cifar10/reduced"

  private func record(_ folder: ReportFolder) async throws -> Recorder.Outcome {
    try await Self.record(folder.url, from: "Runs")
  }

  private static func record(
    _ root: URL, from runs: String, say: (String) -> Void = { _ in }
  ) async throws -> Recorder.Outcome {
    try await Recording(
      ReportedExperiment.self, scale: .reduced, from: root.appending(component: runs),
      catalogue: Catalogue([ReportedExperiment.self]), root: root, say: say
    ).runs
  }

  private func check(_ folder: ReportFolder) async throws -> RecordCheck.Outcome {
    try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false)
  }

  // MARK: Commits

  @Test func aCommitOfAnotherRepositoryIsRefusedAndFound() async throws {
    let folder = try ReportFolder.repository()
    try await folder.makeRepository()
    let runs = folder.url.appending(component: "Runs")
    try SampleRun(seed: 0).write(under: runs)
    try SampleRun(seed: 1, commit: "fedcba9876543210fedcba9876543210fedcba98").write(under: runs)
    let outcome = try await record(folder)
    #expect(outcome.added == [SampleRun(seed: 0).key] && outcome.commitsNotChecked == nil)
    #expect(
      outcome.refused.first?.reason.contains("commit fedcba9876, which this repository does not") == true)
    #expect(try await check(folder).discrepancies.isEmpty)

    let manifest = "\(results)/runs/\(SampleRun(seed: 0).key.run).json"
    try folder.write(
      try folder.text(manifest).replacing(
        SampleRun.sourceCommit, with: "fedcba9876543210fedcba9876543210fedcba98"),
      to: manifest)
    try Tables.renderAll(catalogue.declarations, root: folder.url)
    let found = try await check(folder).discrepancies
    #expect(found.count == 1 && found[0].file == manifest && found[0].detail.contains("fetch it"), "\(found)")
  }

  @Test func aShallowCloneSaysOnceThatItCannotTell() async throws {
    let folder = try ReportFolder.repository()
    let origin = try await folder.makeRepository()
    let runs = folder.url.appending(component: "Runs")
    for run in sampleRuns { try run.write(under: runs) }
    #expect(try await record(folder).refused.isEmpty)
    for message in ["One", "Two"] {
      _ = try await origin.answer(to: ["add", "Results", "paper-tables", "README.md"])
      _ = try await origin.answer(to: [
        "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "--allow-empty", "-m",
        message,
      ])
    }
    let clone = folder.url.appending(component: "clone")
    _ = try await origin.answer(to: ["clone", "-q", "--depth", "1", "file://\(folder.url.path)", clone.path])
    let outcome = try await RecordCheck(catalogue, root: clone).run(replayingCurves: false)
    #expect(outcome.discrepancies.isEmpty, "\(outcome.discrepancies)")
    #expect(outcome.remarks.count == 1 && outcome.remarks[0].contains("not checked: this clone is shallow"))
  }

  @Test func withoutARepositoryGitsWordsAreSaid() async throws {
    let folder = try ReportFolder.repository()
    try SampleRun().write(under: folder.url.appending(component: "Runs"))
    let outcome = try await record(folder)
    #expect(outcome.added.count == 1)
    #expect(outcome.commitsNotChecked?.hasPrefix("fatal: not a git repository") == true)
    #expect(
      try await check(folder).remarks.contains { $0.contains("not checked: fatal: not a git repository") })
  }

  // MARK: Claims

  @Test func aClaimThatWasChangedSinceIsRefusedAndFound() async throws {
    let folder = try ReportFolder.repository()
    let today = claimDigests(of: ReportedExperiment(scale: .reduced).claims)
    let runs = folder.url.appending(component: "Runs")
    try SampleRun(seed: 0, claims: today).write(under: runs)
    try SampleRun(seed: 1, claims: [ClaimDigest(claim: "Worse.", digest: "0123456789ab")]).write(under: runs)
    try SampleRun(seed: 2, claims: []).write(under: runs)
    let outcome = try await record(folder)
    #expect(outcome.added == [SampleRun(seed: 0).key])
    let reasons = outcome.refused.map(\.reason)
    #expect(reasons.count == 2 && reasons.allSatisfy { $0.contains("a claim is fixed before its runs") })
    #expect(reasons.first?.contains("claimed “Worse.” (0123456789ab), and now it claims “The term") == true)

    let manifest = "\(results)/runs/\(SampleRun(seed: 0).key.run).json"
    try folder.write(
      try folder.text(manifest).replacing(today[0].digest, with: "0123456789ab"), to: manifest)
    #expect(
      try await check(folder).discrepancies.contains { $0.file == manifest && $0.detail.contains("claimed") })
  }

  @Test func aClaimsDigestFollowsWhatItIsJudgedBy() {
    struct Other: Experiment {
      static let (name, paper) = (ReportedExperiment.name, ReportedExperiment.paper)
      static let (cost, version) = ("", 2)
      var base = ReportedExperiment(scale: .reduced)
      let claims = [
        Claim(
          ReportedExperiment.claim, [Comparison("Base + Term", over: "Base", evaluation: "knn-v1")],
          because: "it is a test")
      ]
      var dataset: DatasetReference { base.dataset }
      var arms: [Arm] { base.arms }
      var evaluations: [any Evaluation] { [] }
      var tables: [PaperTable] { [] }
      init(scale: Scale) {}
    }
    let (own, other) = (
      claimDigests(of: ReportedExperiment(scale: .reduced).claims),
      claimDigests(of: Other(scale: .reduced).claims)
    )
    #expect(own.map(\.claim) == other.map(\.claim) && own != other)
  }

  // MARK: Two at once

  /// While the lock is held, another `record` neither reads nor writes.
  @Test func aSecondRecordWaitsAndReadsWhatTheFirstWrote() async throws {
    let folder = try ReportFolder.repository()
    try SampleRun(seed: 0).write(under: folder.url.appending(component: "First"))
    try SampleRun(seed: 1).write(under: folder.url.appending(component: "Second"))
    var lock: RecordLock? = try await RecordLock(root: folder.url)
    let (waits, wait) = AsyncStream.makeStream(of: String.self)
    let root = folder.url
    async let second = Self.record(root, from: "Second", say: { wait.yield($0) })
    var said = waits.makeAsyncIterator()
    #expect(await said.next()?.contains("process \(getpid())") == true)
    #expect(!folder.exists("\(results)/scores.csv"))
    // What a first `record` under this lock would write.
    let place = ResultsFolder(
      folder.url.appending(component: "Results"), experiment: "sample-cifar10", scale: .reduced)
    let first = SampleRun(seed: 0)
    try makeFolder(place.manifests)
    try writeAtomically(first.finishedManifest.json, to: place.manifest(first.key.run))
    try writeAtomically(Data(ScoreRow.table(of: first.scores).utf8), to: place.scores)
    try writeAtomically(Data(CurveRow.table(of: first.curves).utf8), to: place.curves)
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try await second.added.count == 1)
    let recorded = try RecordedResults(readingFrom: place)
    #expect(Set(recorded.manifests.map(\.identity.seed)) == [0, 1])
    #expect(try await check(folder).discrepancies.isEmpty)
  }

  @Test func manyAtOnceLoseNothing() async throws {
    let folder = try ReportFolder.repository()
    for run in sampleRuns { try run.write(under: folder.url.appending(component: "Runs \(run.key.run)")) }
    let root = folder.url
    let added = try await withThrowingTaskGroup(of: [RunKey].self) { group in
      for run in sampleRuns.map(\.key.run) {
        group.addTask { try await Self.record(root, from: "Runs \(run)").added }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(added) == Set(sampleRuns.map(\.key)))
    let outcome = try await check(folder)
    #expect(outcome.runs == sampleRuns.count && outcome.discrepancies.isEmpty, "\(outcome)")
  }

  @Test func whatAKilledRecordLeftIsCleared() async throws {
    let folder = try ReportFolder.repository()
    try SampleRun().write(under: folder.url.appending(component: "Runs"))
    let left = ["\(results)/runs/.abc.json.123.tmp", "paper-tables/.sample.md.7.tmp", ".README.md.7.tmp"]
    for path in left + ["Results/.keep.tmp", "Results/notes.7.tmp"] { try folder.write("half", to: path) }
    _ = try await record(folder)
    for path in left { #expect(!folder.exists(path), "\(path)") }
    #expect(folder.exists("Results/.keep.tmp") && folder.exists("Results/notes.7.tmp"))
  }
}
