import Foundation
import Testing

@testable import Commands
@testable import Harness
@testable import Records

/// What a run says before its first step.
@Suite struct IntroductionTests {
  private func introduction(_ scale: Scale, excuse: String? = nil) throws -> String {
    let experiment = TinyExperiment()
    let found = ImageSource.Found(
      experiment: experiment, scale: scale, dataset: experiment.dataset,
      images: try .photographs(experiment.dataset), excuse: excuse)
    let request = Runner.Request(
      scale: scale, arms: try experiment.arms(named: []), seeds: [0, 1], dataset: experiment.dataset,
      output: URL(filePath: "/o"), threads: 1)
    return try RunReport(found: found, request: request)
      .introduction(SourceState(commit: "0123456789abcdef", changedFiles: []))
  }

  @Test func whatSaysNothingOfThePaperPromisesNothing() throws {
    #expect(try introduction(.reduced).contains("\n  power   2 paired seeds: "))
    for text in [try introduction(.smoke), try introduction(.smoke, excuse: "no network")] {
      #expect(
        !text.contains("  power ") && !text.contains("  time ") && text.contains("\n  cost    seconds\n"))
    }
  }
}
