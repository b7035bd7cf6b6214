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

  @Test func everyLineFits() throws {
    let experiment = TinyExperiment()
    let found = ImageSource.Found(
      experiment: experiment, scale: .reduced, dataset: experiment.dataset,
      images: try .photographs(experiment.dataset), excuse: nil)
    let request = Runner.Request(
      scale: .reduced, arms: experiment.arms, seeds: [0, 1], dataset: experiment.dataset,
      output: URL(filePath: "/o"), threads: 1)
    for width in [60, 80, 100] {
      let text = try RunReport(found: found, request: request).introduction(
        SourceState(commit: nil, changedFiles: []), width: width)
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
    }
  }

  @Test func whatSaysNothingOfThePaperPromisesNothing() throws {
    #expect(try introduction(.reduced).contains("\n  power   2 paired seeds: "))
    for excuse in [nil, "no network"] {
      for (scale, cost) in [(Scale.smoke, "seconds"), (.demo, "about a minute")] {
        let text = try introduction(scale, excuse: excuse)
        #expect(!text.contains("  power ") && !text.contains("  time "))
        #expect(text.contains("\n  cost    \(cost)\n"))
      }
    }
  }
}
