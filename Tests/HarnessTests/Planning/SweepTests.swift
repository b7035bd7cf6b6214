import Foundation
import Testing

@testable import Harness
@testable import Records

/// Cells: what they hold, how they are numbered, and how far they have come.
@Suite struct SweepTests {
  private static let reported = ReportedExperiment.declared(.reduced)
  private static let tiny = Declaration(TinyExperiment(), scale: .smoke)

  // MARK: Cells

  @Test func aCellHoldsWhatItsClaimsCompareAndTheFirstWhatChecksAskFor() {
    let sweep = Sweep([.init(Self.reported, seeds: [0, 4])])
    #expect(
      sweep.cells == [
        Cell("sample-cifar10", seed: 0, arms: ["Base", "Base + Term", "random encoder"]),
        Cell("sample-cifar10", seed: 4, arms: ["Base", "Base + Term"]),
      ])
    let arms = Sweep([.init(Self.reported, seeds: [4])], grain: .arm).cells
    #expect(arms.map(\.arms) == [["Base"], ["Base + Term"]] && arms.allSatisfy { $0.seed == 4 })
  }

  @Test func theFirstSeedsOfAllExperimentsComeFirst() {
    let sweep = Sweep([.init(Self.reported, seeds: [3, 1]), .init(Self.tiny, seeds: [7, 8, 9])])
    #expect(
      sweep.cells.map { "\($0.experiment) \($0.seed)" } == [
        "sample-cifar10 3", "tiny-shapes 7", "sample-cifar10 1", "tiny-shapes 8", "tiny-shapes 9",
      ])
  }

  /// Whatever the number of shares: each cell once, in one order.
  @Test func sharesHoldEveryCellOnce() throws {
    for seeds in [[], [5], [0, 1, 2], Array(0..<17)] as [[UInt64]] {
      for grain in Sweep.Grain.allCases {
        let sweep = Sweep([.init(Self.reported, seeds: seeds), .init(Self.tiny, seeds: seeds)], grain: grain)
        #expect(Set(sweep.cells).count == sweep.cells.count)
        #expect(Sweep(sweep.parts, grain: grain).cells == sweep.cells)
        for count in 1...20 {
          let shares = try (0..<count).map { try sweep.share($0, of: count) }
          #expect(shares.flatMap(\.self).count == sweep.cells.count)
          #expect(Set(shares.flatMap(\.self)) == Set(sweep.cells))
          let places = shares.map { $0.map { sweep.cells.firstIndex(of: $0)! } }
          #expect(places.allSatisfy { $0 == $0.sorted() })
          if count == sweep.cells.count { #expect(shares == sweep.cells.map { [$0] }) }
        }
      }
    }
  }

  @Test func sharesAndCellsThatAreNoneAreRefused() throws {
    let sweep = Sweep([.init(Self.tiny, seeds: [0, 1])])
    for (index, count) in [(4, 4), (5, 4), (-1, 4), (0, 0), (0, -1)] {
      #expect(throws: RunProblem.self) { try sweep.share(index, of: count) }
    }
    #expect(try sweep.cell(1) == sweep.cells[1])
    for index in [-1, 2] { #expect(throws: RunProblem.self) { try sweep.cell(index) } }
  }

  @Test func whatIsLeftKeepsItsOrder() {
    let sweep = Sweep([.init(Self.reported, seeds: [3, 1, 2]), .init(Self.tiny, seeds: [0])])
    let rest = sweep.only([sweep.cells[0], sweep.cells[3]])
    #expect(rest.cells.map(\.seed) == [3, 2] && rest.parts.count == 1)
  }

  // MARK: Progress

  private func states(_ folder: ReportFolder, seeds: [UInt64]) throws -> [String] {
    let sweep = Sweep([.init(Self.reported, seeds: seeds)])
    let progress = try SweepProgress(
      sweep, root: folder.url, runs: folder.url.appending(component: "Runs"))
    return progress.entries.map { entry in
      "\(entry.state.rawValue): " + entry.arms.map(\.state.rawValue).joined(separator: ", ")
    }
  }

  @Test func everyStateIsTold() throws {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    #expect(try states(folder, seeds: [1]) == ["not begun: not begun, not begun"])
    for arm in ["Base", "Base + Term"] { try SampleRun(arm: arm, seed: 1).write(under: runs) }
    try SampleRun(arm: "Base", seed: 2).write(under: runs)
    let begun = try SampleRun(arm: "Base + Term", seed: 2, status: .running).write(under: runs)
    try SampleRun(arm: "Base", seed: 3, status: .failed).write(under: runs)
    try SampleRun(arm: "Base", seed: 4, weight: 9).write(under: runs)
    try SampleRun(arm: "Base", seed: 5, version: 1).write(under: runs)
    let expected = [
      "finished: finished, finished", "resumable: finished, resumable", "failed: failed, not begun",
      "not begun: not begun, not begun", "not begun: not begun, not begun",
    ]
    #expect(try states(folder, seeds: [1, 2, 3, 4, 5]) == expected)

    let lock = try RunLock(begun)
    #expect(try states(folder, seeds: [2]) == ["running: finished, running"])
    withExtendedLifetime(lock) {}
  }

  @Test func whatIsLeftOfACellIsWhatIsRun() throws {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    try SampleRun(arm: "Base", seed: 2).write(under: runs)
    let progress = try SweepProgress(
      Sweep([.init(Self.reported, seeds: [1, 2])]), root: nil, runs: runs)
    #expect(progress.unfinished.map(\.remaining.arms) == [["Base", "Base + Term"], ["Base + Term"]])
  }

  /// Two pairs are on record; with a third the claim has its verdict, and further seeds are not asked for.
  @Test func theRecordCountsAndAVerdictEndsTheAsking() async throws {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    func record(_ seeds: [UInt64]) async throws {
      for run in sampleRuns where seeds.contains(run.seed) { try run.write(under: runs) }
      _ = try await Recorder.record(Self.reported, from: runs, root: folder.url)
      try FileManager.default.removeItem(at: runs)
    }
    try await record([0, 1])
    #expect(
      try states(folder, seeds: [0, 2]) == [
        "recorded: recorded, recorded, recorded", "not begun: not begun, not begun",
      ])
    try await record([2])
    #expect(
      try states(folder, seeds: [2, 3]) == ["recorded: recorded, recorded", "decided: decided, decided"])
  }

  @Test func askingDisturbsNobody() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.url.appending(component: "run"))
    #expect(!run.isInUse)
    #expect(!FileManager.default.fileExists(atPath: run.url.path))
    do {
      let lock = try RunLock(run)
      #expect(run.isInUse)
      withExtendedLifetime(lock) {}
    }
    #expect(!run.isInUse)
    // Somebody asks just when the lock is wanted.
    let asking = open(run.lock.path, O_RDONLY | O_CLOEXEC)
    #expect(asking >= 0 && flock(asking, LOCK_SH | LOCK_NB) == 0)
    Thread.detachNewThread {
      usleep(10_000)
      close(asking)
    }
    let lock = try RunLock(run)
    withExtendedLifetime(lock) {}
  }
}
