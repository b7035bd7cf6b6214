import Testing

@testable import Claims
@testable import Commands
@testable import Harness

/// How a claim stands is told while its runs go on.
@Suite struct StandingTests {
  private func told(by scale: Scale, onPhotographs: Bool = true) throws -> [String] {
    let folder = try TemporaryFolder()
    let experiment = TinyExperiment()
    let standing = Standing(Declaration(experiment, scale: scale))
    let request = Runner.Request(
      scale: .smoke, arms: try experiment.arms(named: ["Soft pull", "Hard pull"]), seeds: [0, 1],
      dataset: experiment.dataset, output: folder.url, threads: 1)
    var told: [String] = []
    _ = try Runner(
      experiment, request,
      images: onPhotographs ? .photographs(experiment.dataset) : experiment.dataset.load(),
      source: SourceState(commit: "0123456789abcdef", changedFiles: []), shouldStop: { false }
    ) { event in
      if let line = try standing.line(after: event) { told.append(line) }
    }.run()
    return told
  }

  @Test func whatSaysNothingOfThePaperIsNotTold() throws {
    #expect(try told(by: .reduced, onPhotographs: false).isEmpty)
    #expect(try told(by: .smoke).isEmpty && told(by: .demo).isEmpty)
  }

  @Test func everyFinishedPairIsTold() throws {
    let told = try told(by: .reduced)
    #expect(told.count == 2)
    #expect(
      told.first?.hasPrefix("after 1 pair: Hard pull ") == true
        && told.first?.hasSuffix("; going on, next look at 2") == true, "\(told)")
    #expect(told.last?.hasPrefix("after 2 pairs: ") == true, "\(told)")
  }
}
