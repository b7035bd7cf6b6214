import Foundation
import Glibc
import Testing

@testable import Harness
@testable import Records

@Suite struct StoredRunTests {
  private let catalogue = Catalogue([ReportedExperiment.self])

  // MARK: Listing

  @Test func everyStateIsTold() throws {
    let folder = try ReportFolder()
    try SampleRun(seed: 0).write(under: folder.url)
    try SampleRun(seed: 1, status: .running).write(under: folder.url)
    let busy = try SampleRun(seed: 2, status: .running).write(under: folder.url)
    try SampleRun(seed: 3, status: .failed).write(under: folder.url)
    let broken = try SampleRun(seed: 4).write(under: folder.url)
    try writeAtomically(Data("{".utf8), to: broken.manifest)
    let lock = try RunLock(busy)
    let runs = StoredRun.all(under: folder.url)
    #expect(runs.map(\.state) == [.finished, .interrupted, .running, .failed, .unreadable])
    #expect(runs[0].path(below: folder.url) == "sample-cifar10/reduced/cifar10-jpeg75/base/0")
    let files = [runs[0].folder.manifest, runs[0].folder.scores, runs[0].folder.curves]
    #expect(runs[0].bytes == (try files.reduce(0) { $0 + (try Data(contentsOf: $1).count) }))
    withExtendedLifetime(lock) {}
  }

  @Test func runsAreFoundByDigestOrPath() throws {
    let folder = try ReportFolder()
    for run in sampleRuns.prefix(4) { try run.write(under: folder.url) }
    let runs = StoredRun.all(under: folder.url)
    let digest = sampleRuns[1].key.run
    #expect(try runs.run(named: String(digest.prefix(6)), below: folder.url).manifest?.run == digest)
    #expect(try runs.run(named: "base-term/0/", below: folder.url).manifest?.run == digest)
    #expect(
      errorText { _ = try runs.run(named: "0", below: folder.url) }.contains("base/0”: name it by more"))
    #expect(errorText { _ = try runs.run(named: "nothing", below: folder.url) }.hasPrefix("there is no run"))
    let arm = errorText { _ = try runs.run(named: "Base + Term", below: folder.url) }
    #expect(arm.contains("has 2 runs: ") && arm.contains("base-term/0 (\(digest))"), "\(arm)")
  }

  @Test func bytesAreWrittenForReaders() {
    #expect(
      [0, 999, 1_000, 12_345_678, 3_400_000_000].map(DiskUse.text) == [
        "0 B", "999 B", "1.0 kB", "12.3 MB", "3.4 GB",
      ])
  }

  // MARK: Comparing

  @Test func comparisonShowsWhatDiffersAndEveryScore() throws {
    let folder = try ReportFolder()
    let first = try sampleRuns[0].write(under: folder.url)
    let second = try sampleRuns[1].write(under: folder.url)
    let comparison = try RunComparison(first, second)
    #expect(comparison.settings.map(\.name) == ["identity.arm", "identity.hyperparameters.weight"])
    #expect(comparison.settings[1].first == "0" && comparison.settings[1].second == "1")
    #expect(comparison.scores.map(\.name) == ["knn-v1 top1", "linear-v1 top1", "linear-v1 iterations"])
    #expect(comparison.scores[1].change == "+0.8200")
    #expect(try RunComparison(first, first).settings.isEmpty)
  }

  // MARK: Pruning

  @Test func pruningNamesFirstAndDeletesWhatItNamed() throws {
    let folder = try ReportFolder()
    let kept = try SampleRun(seed: 0).write(under: folder.url)
    try writeAtomically(Data(count: 5_000), to: kept.checkpoint)
    let failed = try SampleRun(seed: 1, status: .failed).write(under: folder.url)
    let old = try SampleRun(seed: 2, version: 1).write(under: folder.url)
    let modified = try SampleRun(seed: 3, overrides: ["plan.epochs=1"]).write(
      under: folder.url.appending(component: RunFolder.modifiedName))
    let rerun = try SampleRun(seed: 4).write(
      under: folder.url.appending(components: RunFolder.rerunName, "abc"))
    let busy = try SampleRun(seed: 5, status: .failed).write(under: folder.url)
    let lock = try RunLock(busy)

    let pruning = Pruning(Pruning.Kind.usual, under: folder.url, versions: catalogue.versions)
    let named = Dictionary(
      uniqueKeysWithValues: pruning.items.map { ($0.url.standardizedFileURL.path, $0.kind) })
    func path(_ folder: RunFolder) -> String { folder.url.standardizedFileURL.path }
    #expect(
      named == [path(failed): .failed, path(old): .outdated, path(modified): .modified, path(rerun): .reruns])
    #expect(pruning.bytes > 0)
    for run in [failed, old, modified, rerun] { #expect(FileManager.default.fileExists(atPath: path(run))) }

    var gone: [String] = []
    try pruning.perform { item in
      #expect(!FileManager.default.fileExists(atPath: item.url.path), "told before it was done")
      gone.append(item.url.standardizedFileURL.path)
    }
    #expect(Set(gone) == Set(named.keys))
    for run in [failed, old, modified, rerun] { #expect(!FileManager.default.fileExists(atPath: path(run))) }
    #expect(!folder.exists(RunFolder.rerunName) && !folder.exists(RunFolder.modifiedName))
    #expect(FileManager.default.fileExists(atPath: kept.checkpoint.path))
    #expect(FileManager.default.fileExists(atPath: busy.manifest.path))
    withExtendedLifetime(lock) {}
  }

  @Test func checkpointsGoAloneAndOnlyWhenAskedFor() throws {
    let folder = try ReportFolder()
    let run = try SampleRun(seed: 0).write(under: folder.url)
    try writeAtomically(Data(count: 5_000), to: run.checkpoint)
    let pruning = Pruning([.checkpoints], under: folder.url, versions: catalogue.versions)
    #expect(pruning.bytes == 5_000)
    try pruning.perform()
    #expect(!FileManager.default.fileExists(atPath: run.checkpoint.path))
    #expect(StoredRun.all(under: folder.url).map(\.state) == [.finished])
  }
}

@Suite struct MergingTests {
  private func folders() throws -> (here: ReportFolder, there: ReportFolder) {
    (try ReportFolder(), try ReportFolder())
  }

  private func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

  @Test func newRunsAreCopiedAndIdenticalOnesKept() throws {
    let (here, there) = try folders()
    let known = try SampleRun(seed: 0).write(under: here.url)
    let before = try text(known.manifest)
    try SampleRun(seed: 0).write(under: there.url)
    let new = try SampleRun(seed: 1).write(under: there.url)
    try writeAtomically(Data(count: 100), to: new.checkpoint)
    let merging = try Merging(there.url, into: here.url)
    #expect(merging.results.map(\.result) == [.identical, .copied])
    #expect(try text(known.manifest) == before)
    let copy = RunFolder(output: here.url, key: SampleRun(seed: 1).key, overrides: [])
    for (file, other) in [
      (copy.manifest, new.manifest), (copy.scores, new.scores), (copy.curves, new.curves),
      (copy.checkpoint, new.checkpoint),
    ] {
      #expect(try Data(contentsOf: file) == Data(contentsOf: other))
    }
    #expect(try Merging(there.url, into: here.url).results.map(\.result) == [.identical, .identical])
  }

  @Test func conflictsAreRefusedWithBothPaths() throws {
    let cases: [(here: SampleRun, there: SampleRun, reason: String)] = [
      (SampleRun(linear: 70), SampleRun(linear: 71), "same run with different numbers"),
      (SampleRun(), SampleRun(precision: .float32), "different configuration"),
      (SampleRun(status: .running), SampleRun(), "the latter is unfinished"),
    ]
    for (mine, other, reason) in cases {
      let (here, there) = try folders()
      let kept = try mine.write(under: here.url)
      let refused = try other.write(under: there.url)
      let before = try text(kept.manifest) + text(kept.scores)
      let merging = try Merging(there.url, into: here.url)
      let refusal = try #require(merging.refusals.first)
      #expect(merging.results.count == 1 && refusal.contains(reason), "\(refusal)")
      #expect(refusal.contains(kept.url.path) && refusal.contains(refused.url.path), "\(refusal)")
      #expect(try text(kept.manifest) + text(kept.scores) == before)
    }
  }

  @Test func whatCannotBeTrustedStaysBehind() throws {
    let (here, there) = try folders()
    try SampleRun(seed: 0, status: .running).write(under: there.url)
    let edited = try SampleRun(seed: 1).write(under: there.url)
    try writeAtomically(Data(try text(edited.scores).replacing("70.0", with: "75.0").utf8), to: edited.scores)
    let broken = try SampleRun(seed: 2).write(under: there.url)
    try writeAtomically(Data("{".utf8), to: broken.manifest)
    try SampleRun(seed: 3, overrides: ["a=b"]).write(
      under: there.url.appending(component: RunFolder.modifiedName))
    let merging = try Merging(there.url, into: here.url)
    #expect(merging.refusals.count == 3 && merging.results.count == 3)
    for (refusal, reason) in zip(
      merging.refusals, ["not finished", "a table was edited", "no run's manifest"])
    {
      #expect(refusal.contains(reason), "\(refusal)")
    }
    #expect(RunFolder.all(under: here.url).isEmpty)
  }

  @Test func aFolderWithoutRunsIsAProblem() throws {
    let (here, there) = try folders()
    #expect(throws: RunProblem.self) { _ = try Merging(there.url, into: here.url) }
    try SampleRun().write(under: here.url)
    #expect(throws: RunProblem.self) { _ = try Merging(here.url, into: here.url) }
  }
}

/// Folders that are reached through links, and locks that are none.
@Suite struct LinkedRunTests {
  @Test func runsBehindLinksAreFoundOnceAndLoopsEnd() throws {
    let folder = try ReportFolder()
    let runs = folder.url.appending(component: "elsewhere")
    let run = try SampleRun(seed: 1).write(under: runs)
    let root = folder.url.appending(component: "Runs")
    try FileManager.default.createSymbolicLink(at: root, withDestinationURL: runs)
    #expect(RunFolder.all(under: root).count == 1, "the root is a link")
    // One level down, and back up again.
    let mixed = folder.url.appending(component: "Mixed")
    try makeFolder(mixed)
    try FileManager.default.createSymbolicLink(
      at: mixed.appending(component: "first"), withDestinationURL: runs)
    try FileManager.default.createSymbolicLink(
      at: mixed.appending(component: "second"), withDestinationURL: runs)
    try FileManager.default.createSymbolicLink(
      at: run.url.appending(component: "loop"), withDestinationURL: mixed)
    #expect(RunFolder.all(under: mixed).count == 1)
  }

  @Test func aLockIsNotTakenThroughALink() throws {
    let folder = try ReportFolder()
    try folder.write("precious\n", to: "other.txt")
    let run = RunFolder(folder.url.appending(component: "run"))
    try makeFolder(run.url)
    try FileManager.default.createSymbolicLink(
      at: run.lock, withDestinationURL: folder.url.appending(component: "other.txt"))
    let text = errorText { _ = try RunLock(run) }
    #expect(text.contains("is a link, and no lock is taken through one"))
    #expect(try folder.text("other.txt") == "precious\n")
    #expect(!run.isInUse)
  }

  @Test func onlyAHeldLockIsInUse() {
    func text(_ code: Int32) -> String { LockError(path: "/x/.lock", code: code).description }
    #expect(text(ENOLCK).contains("out of locks"))
    #expect(text(EOPNOTSUPP).contains("no locks: write to another one with --output"))
    #expect(text(EIO).contains("Input/output error"))
  }
}
