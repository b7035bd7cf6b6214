import Foundation
import Glibc
import Testing

@testable import Harness
@testable import Records

/// As many runs as a command may plan, in a process that may open few files.
@Suite struct ManyRunsTests {
  /// Each planned run took a descriptor before the first was trained: a thousand seeds of two arms were too many.
  @Test func asManyFilesAreOpenForManyRunsAsForOne() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      let limit = rlim_t(open + 24)
      var limits = rlimit(rlim_cur: limit, rlim_max: limit)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
      let outcomes = try Runner.tiny(
        seeds: Array(0..<60), arms: ["untrained"], output: folder.url
      ).run()
      try #require(outcomes.count == 60 && outcomes.allSatisfy(\.manifest.isFinished))
      // Found finished, they are looked at one by one as well.
      try #require(
        try Runner.tiny(seeds: Array(0..<60), arms: ["untrained"], output: folder.url).run().count == 60)
    }
  }

  /// What another process did meanwhile is found when the run's turn comes.
  @Test func aRunThatAnotherFinishedMeanwhileIsKept() throws {
    let folder = try TemporaryFolder()
    let output = folder.url
    var (began, kept) = ([String](), 0)
    _ = try Runner.tiny(arms: ["soft-pull", "hard-pull"], output: output) { event in
      switch event {
      case .began(let run, _, _, _):
        began.append(run.arm.name)
        if began.count == 1 { _ = try Runner.tiny(arms: ["hard-pull"], output: output).run() }
      case .kept: kept += 1
      default: break
      }
    }.run()
    #expect(began == ["Soft pull"] && kept == 1)
  }

  /// A folder in use is found before `--fresh` has deleted any other.
  @Test func aFreshStartDeletesNothingWhileOneFolderIsInUse() throws {
    let folder = try TemporaryFolder()
    let outcomes = try Runner.tiny(output: folder.url).run()
    let lock = try RunLock(outcomes[2].run.folder)
    #expect(throws: FolderInUse.self) { try Runner.tiny(output: folder.url, isFresh: true).run() }
    withExtendedLifetime(lock) {}
    for outcome in outcomes { _ = try outcome.run.folder.vouchedRows(by: outcome.manifest) }
  }

  @Test func whatARunLeavesOnDiskIsToldBeforeItsFirstStep() throws {
    let folder = try TemporaryFolder()
    var events: [String] = []
    let outcome = try Runner.tiny(arms: ["hard-pull"], output: folder.url) { event in
      if case .takes(let need) = event { events.append("\(need.checkpoint) \((need.free ?? 0) > 0)") }
      if case .stepped = event { events.append("step") }
    }.run()[0]
    // 3 × 4 weights, 4 biases, a count of steps and two numbers of progress, and the moments of SGD where it has any.
    let bytes = Int(events[0].split(separator: " ")[0]) ?? 0
    let file = DiskUse.bytes(of: outcome.run.folder.checkpoint)
    #expect(events[0].hasSuffix(" true") && events[1] == "step")
    #expect(bytes >= 4 * (12 + 4 + 1 + 2) && bytes < file && file - bytes < 8_192, "\(bytes) of \(file)")
  }

  @Test func aDiskWithoutRoomForTwoCheckpointsIsRefused() throws {
    try DiskNeed(checkpoint: 1_000, free: 2_000).check(at: "/x")
    try DiskNeed(checkpoint: 1_000, free: nil).check(at: "/x")
    let text = errorText { try DiskNeed(checkpoint: 3_000_000, free: 5_999_999).check(at: "/x") }
    #expect(
      text.contains("3.0 MB") && text.contains("6.0 MB are free") && text.contains("--output DIR"), "\(text)")
    #expect(
      DiskNeed(checkpoint: 3_000_000, free: 9_000_000).text(runs: 6)
        == "a checkpoint takes 3.0 MB, those of all 6 runs about 18.0 MB; 9.0 MB are free")
  }

  @Test func runsOfAnotherVersionAreToldApart() throws {
    let text = ForeignRun(path: "/x", differences: ["version: 1 there, 2 now"], versions: (1, 2)).description
    #expect(text.contains("version 1 of its experiment, which is at version 2 by now"))
    #expect(text.contains("--output DIR") && text.contains("prune --outdated"))
  }
}
