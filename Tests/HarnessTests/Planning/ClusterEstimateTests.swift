import Foundation
import Testing

@testable import Commands
@testable import Harness
@testable import Records

@Suite struct ClusterEstimateTests {
  @Test func shapesAreMachinesTimesCores() {
    #expect(ClusterShape("8x16") == ClusterShape("8X16"))
    #expect(ClusterShape("8x16")?.workers(threads: 2) == 64)
    // A process does not span machines, and one that is too wide for a machine still runs.
    #expect(ClusterShape("2x3")?.workers(threads: 2) == 2)
    #expect(ClusterShape("2x3")?.workers(threads: 4) == 2)
    for text in ["", "8", "8x", "x16", "0x4", "4x0", "-1x4", "8x16x2", "8 by 16", "1x1000000"] {
      #expect(ClusterShape(text) == nil, "\(text)")
    }
  }

  /// By hand: of 3, 3, 2, 2 and 2 on two workers the longest go first: 3 2 2 beside 3 2.
  @Test func theLongestThatIsReadyGoesFirst() {
    let need = ClusterEstimate.Need("a", tuning: 0, gates: [], cells: [2, 3, 2, 3, 2])
    #expect(ClusterEstimate([need], on: ClusterShape("1x2")!, threads: 1).wallSeconds == 7)
    #expect(ClusterEstimate([need], on: ClusterShape("1x1")!, threads: 1).wallSeconds == 12)
    #expect(ClusterEstimate([need], on: ClusterShape("9x9")!, threads: 1).wallSeconds == 3)
  }

  /// Trials, gates and cells of one experiment follow each other; another experiment's cells fill the gaps.
  @Test func stagesWaitForEachOther() {
    let first = ClusterEstimate.Need("a", tuning: 5, gates: [1, 2], cells: [4, 4])
    let second = ClusterEstimate.Need("b", tuning: 0, gates: [], cells: [6])
    let wide = ClusterEstimate([first, second], on: ClusterShape("4x2")!, threads: 2)
    #expect(wide.workers == 4 && wide.wallSeconds == 5 + 2 + 4)
    #expect(wide.coreSeconds == 2 * (16 + 6))
    // One worker: 6 is the longest of those ready at first, then the chain.
    #expect(ClusterEstimate([first, second], on: ClusterShape("1x2")!, threads: 2).wallSeconds == 22)
    #expect(ClusterEstimate([], on: ClusterShape("1x1")!, threads: 1).wallSeconds == 0)
  }

  /// What stands on record is not asked for again, and a pair's arms make one cell.
  @Test func needsAreWhatThePlanLacks() async throws {
    let folder = try ReportFolder.repository()
    let runs = folder.url.appending(component: "Runs")
    func need() throws -> ClusterEstimate.Need {
      try ClusterEstimate.Need(
        ReportedExperiment.declared(.reduced),
        timed: Estimate(
          experiment: "x", scale: .reduced,
          arms: ["Base", "Base + Term", "random encoder"].map {
            Estimate.ArmCost(
              name: $0, isHeadline: true, steps: $0.hasPrefix("Base") ? 10 : 0, secondsPerStep: 1,
              monitorSeconds: 0)
          },
          evaluationSeconds: 5, evaluatedArm: "Base"),
        root: folder.url, runs: runs)
    }
    #expect(try need().cellSeconds == [15 + 15 + 5, 15 + 15, 15 + 15])
    for run in sampleRuns where run.arm != "supervised" && run.seed < 2 { try run.write(under: runs) }
    _ = try await Recorder.record(ReportedExperiment.declared(.reduced), from: runs, root: folder.url)
    // Recorded runs of these arms took ten minutes each.
    #expect(try need().cellSeconds == [600 + 600])
    #expect(try need().gateSeconds.isEmpty && need().tuningSeconds == 0)
  }

  @Test func theTableFitsItsWidth() {
    let need = ClusterEstimate.Need("co2-tiny-imagenet-100", tuning: 7_200, gates: [], cells: [3_600, 3_600])
    let estimate = ClusterEstimate([need], on: ClusterShape("8x16")!, threads: 2)
    for width in [60, 80, 120] {
      #expect(ClusterTable(estimate).lines(width: width).allSatisfy { $0.count <= width })
    }
    let text = ClusterTable(estimate).lines(width: 100).joined(separator: " ")
    #expect(
      text.contains("8x16, 64 processes at once with 2 threads each: 3.0 h and 8.0 core-hours"), "\(text)")
    #expect(text.contains("predicted"))
  }
}
