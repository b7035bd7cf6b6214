import CO2Paper
import Foundation
import Tensors
import Testing
import Vision

@testable import Harness
@testable import Records
@testable import Reporting

/// The built-in images stand in for real ones only if a method can learn from them.
@Suite struct ProceduralImagesTests {
  /// The main experiment's demonstration as `repro co2-cifar10 --scale demo` trains it; `Scripts/demo-test` trains all.
  ///
  /// 1,000 answers have a standard error of 1.6 points at most; the margin is four times the error of a difference, and about
  /// half of what is found.
  @Test func theMainDemonstrationHolds() throws {
    let experiment = CO2OnCIFAR10(scale: .demo)
    let shown = experiment.demonstration
    let output = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: output) }
    let request = Runner.Request(
      scale: .demo, arms: try experiment.arms(named: shown.arms), seeds: [0],
      evaluations: [shown.measure.evaluation], dataset: experiment.dataset, output: output,
      threads: WorkerPool.threads)
    let outcomes = try Runner(
      experiment, request, images: try experiment.dataset.load(),
      source: SourceState(commit: nil, changedFiles: []), shouldStop: { false }, watch: { _ in }
    ).run()
    let outcome = try #require(
      try DemonstrationOutcome(
        shown,
        results: RecordedResults(
          scores: try outcomes.flatMap { try $0.run.folder.measuredScores() },
          manifests: outcomes.map(\.manifest))))
    print(outcome.sentence)
    #expect(outcome.holds, "\(outcome.reached)")
  }
}
