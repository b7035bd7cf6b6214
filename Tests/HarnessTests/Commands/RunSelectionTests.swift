import Foundation
import Testing

@testable import Commands
@testable import Harness
@testable import Records

/// Which runs `repro runs` tells, in which order, and how those made again are held against the record.
@Suite(.knowingEveryExperiment) struct RunSelectionTests {
  /// Runs of two arms whose files were written one hour after the other, the first an hour ago.
  private func runs(now: Date) throws -> (folder: ReportFolder, stored: [StoredRun]) {
    let folder = try ReportFolder()
    let samples = [
      SampleRun(arm: "Base", seed: 0, linear: 70), SampleRun(arm: "Base", seed: 1, linear: 72),
      SampleRun(arm: "Base + Term", seed: 0, linear: 71),
      SampleRun(arm: "Base + Term", seed: 1, status: .running),
    ]
    for (hours, sample) in samples.enumerated() {
      let run = try sample.write(under: folder.url)
      for file in [run.manifest, run.scores, run.curves]
      where FileManager.default.fileExists(atPath: file.path) {
        try FileManager.default.setAttributes(
          [.modificationDate: now.addingTimeInterval(-3_600 * Double(hours + 1))], ofItemAtPath: file.path)
      }
    }
    return (folder, StoredRun.all(under: folder.url))
  }

  private let linear = Measure(evaluation: "linear-v1", metric: "top1")

  @Test func runsAreFiltered() throws {
    let now = Date()
    let (folder, stored) = try runs(now: now)
    func names(_ change: (inout RunSelection) -> Void) -> [String] {
      var selection = RunSelection()
      change(&selection)
      return selection.entries(of: stored, below: folder.url, now: now).map {
        "\($0.arm ?? "") \($0.seed ?? 99)"
      }
    }
    #expect(names { _ in }.count == 4)
    #expect(names { $0.arm = "base + term" } == ["Base + Term 0", "Base + Term 1"])
    #expect(names { $0.experiment = "another" }.isEmpty)
    #expect(names { $0.states = [.interrupted] } == ["Base + Term 1"])
    #expect(names { $0.since = now.addingTimeInterval(-2.5 * 3_600) } == ["Base 0", "Base 1"])
    // What waits to be resumed wrote four hours ago: nobody's, unless five are allowed.
    #expect(names { $0.aliveMinutes = 30 }.isEmpty)
    #expect(names { $0.aliveMinutes = 300 } == ["Base + Term 1"])
    let busy = try #require(stored.first { $0.state == .interrupted })
    let lock = try RunLock(busy.folder)
    let again = StoredRun.all(under: folder.url)
    var alive = RunSelection()
    alive.aliveMinutes = 30
    #expect(alive.entries(of: again, below: folder.url, now: now).map(\.state) == [.running])
    withExtendedLifetime(lock) {}
  }

  @Test func runsAreSorted() throws {
    let (folder, stored) = try runs(now: Date())
    func seeds(_ order: RunSelection.Order) -> [Double?] {
      RunSelection(measure: linear, order: order).entries(of: stored, below: folder.url).map(\.score)
    }
    let running = stored.first { $0.state == .interrupted }
    let its = try running?.folder.measuredScores().first { $0.measure == linear }?.value
    #expect(seeds(.date) == [70, 72, 71, its])
    let sorted = seeds(.score)
    #expect(sorted.compactMap(\.self) == sorted.compactMap(\.self).sorted(by: >))
    #expect(sorted.prefix(1) == [72] || its ?? 0 > 72)
    let states = RunSelection(order: .state).entries(of: stored, below: folder.url).map(\.state)
    #expect(states == [.finished, .finished, .finished, .interrupted])
    let lines = RunEntry.table(
      RunSelection(measure: linear, order: .score).entries(of: stored, below: folder.url))
    #expect(lines.count == 4 && lines.contains { $0.contains("72.00") }, "\(lines)")
  }

  @Test func optionsAreReadAndChecked() throws {
    let command = try #require(
      try ReproCommand.parseAsRoot([
        "runs", "ls", "--experiment", "co2-cifar10", "--state", "failed", "--state", "running", "--since",
        "2026-11-22", "--by", "linear-v1:top5", "--sort", "score", "--alive",
      ]) as? RunsCommand.Listing)
    let selection = command.chosen.selection(command.sort ?? .path)
    #expect(selection.states == [.failed, .running] && selection.aliveMinutes == 30)
    #expect(selection.measure == Measure(evaluation: "linear-v1", metric: "top5"))
    #expect(selection.since != nil && selection.order == .score)
    for wrong in [
      ["--sort", "score"], ["--since", "yesterday"], ["--since", "2026-13-40"], ["--by", ":"],
      ["--state", "lost"], ["--within", "0"],
    ] {
      #expect(throws: (any Error).self, "\(wrong)") {
        try ReproCommand.parseAsRoot(["runs", "ls"] + wrong)
      }
    }
    #expect(throws: (any Error).self) { try ReproCommand.parseAsRoot(["co2-cifar10", "--limit", "0"]) }
    let run = try #require(try ReproCommand.parseAsRoot(["co2-cifar10", "--limit", "512"]) as? Run)
    #expect(run.limit == 512)
  }

  @Test func aLimitNeverAddsImages() {
    #expect(DatasetReference.cifar10.limited(to: 512).limit == 512)
    #expect(DatasetReference.cifar10.first(100).limited(to: 512).limit == 100)
    #expect(DatasetReference.cifar10.limited(to: nil) == .cifar10)
    #expect(Override.limiting(to: 512).description == "dataset.limit=512")
    #expect(Override.limiting(to: 512).isOfData)
  }

  @Test func whatIsMadeAgainIsOnRecordOfEveryArm() throws {
    let manifests = [
      SampleRun(arm: "Base", seed: 1), SampleRun(arm: "Base", seed: 2),
      SampleRun(arm: "Base + Term", seed: 2),
    ].map(\.manifest)
    let version = ReportedExperiment.version
    let arms = ["Base", "Base + Term"]
    let usual = try RecordedRuns(manifests, version: version, arms: arms, seeds: nil)
    #expect(usual.seeds == [2] && usual.first.identity.arm == "Base" && usual.first.identity.seed == 2)
    #expect(
      errorText { _ = try RecordedRuns(manifests, version: version, arms: arms, seeds: [2, 1]) }
        .contains("Base + Term seed 1 is not on record"))
    #expect(
      errorText { _ = try RecordedRuns(manifests, version: version + 1, arms: arms, seeds: nil) }
        .contains("no seed of version"))
  }

  @Test func movedScoresAreTold() {
    let recorded = SampleRun(arm: "Base", seed: 0, linear: 70).scores
    let same = ScoreComparison(anew: recorded, recorded: recorded)
    #expect(same.isSame && same.text.hasPrefix("every one of"))
    let moved = ScoreComparison(
      anew: SampleRun(arm: "Base", seed: 0, linear: 71.5).scores, recorded: recorded)
    #expect(!moved.isSame && moved.moved == 1 && moved.text.contains("linear-v1 top1"), "\(moved.text)")
    let other = ScoreComparison(anew: SampleRun(arm: "Base", seed: 5).scores, recorded: recorded)
    #expect(!other.isSame && other.compared == 0)
  }
}
