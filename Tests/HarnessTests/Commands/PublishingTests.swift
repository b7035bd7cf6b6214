import Foundation
import Testing

@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

/// What the command says of itself, and of what to cite.
@Suite(.knowingEveryExperiment) struct PublishingTests {
  @Test func theVersionTellsWhatComputes() throws {
    do {
      _ = try ReproCommand.parseAsRoot(["--version"])
      Issue.record("--version ran something")
    } catch {
      let text = ReproCommand.fullMessage(for: error)
      #expect(ReproCommand.exitCode(for: error) == .success)
      for part in [
        "repro \(Citation.suite.version)\n", "commit", Machine.libraries["oneDNN"] ?? "?",
        Machine.current.instructionSet,
      ] {
        #expect(text.contains(part), "\(text)")
      }
    }
  }

  @Test func everyPaperHasAnEntryOfItsOwn() throws {
    let papers = unique(Known.catalogue.experiments.map { $0.paper })
    let keys = papers.map { Citation.bibTeX($0).prefix { $0 != "," } }
    #expect(Set(keys).count == papers.count && papers.count >= 7)
    for paper in papers {
      let entry = Citation.bibTeX(paper)
      #expect(entry.contains(/year          = \{20[0-9]{2}\}/) && entry.contains(paper.arXiv), "\(entry)")
    }
  }

  @Test func recordedRunsAreFoundByTheBeginningOfTheirDigests() throws {
    let folder = try ReportFolder()
    let run = SampleRun().manifest
    try folder.write(
      String(decoding: run.json, as: UTF8.self), to: "co2-cifar10/reduced/runs/\(run.run).json")
    #expect(Cite.recorded(String(run.run.prefix(5)), under: folder.url).map(\.run) == [run.run])
    #expect(Cite.recorded(String(run.run.prefix(3)), under: folder.url).isEmpty)
    #expect(Cite.recorded("zzzzz", under: folder.url).isEmpty)
  }

  @Test func aPlanIsForProgramsToo() throws {
    let suite = try #require(try ReproCommand.parseAsRoot(["suite", "--plan", "--json"]) as? SuiteCommand)
    #expect(suite.plan && suite.json)
    #expect(throws: (any Error).self) { _ = try ReproCommand.parseAsRoot(["suite", "--json"]) }
    func state(_ state: SuitePlan.State, lacksImages: Bool) -> String {
      let item = SuitePlan.Item(
        experiment: "sample-cifar10", dataset: .cifar10, arm: "Base", role: .headline, seed: 4, part: .main,
        evaluations: nil, state: state, seconds: 600)
      let entry = SuiteCommand.Entry(item, lacksImages: lacksImages)
      #expect(entry.experiment == "sample-cifar10" && entry.role == "headline" && entry.seed == 4)
      return entry.state
    }
    #expect(state(.toRun, lacksImages: false) == "toRun")
    #expect(state(.toRun, lacksImages: true) == "withoutImages")
    #expect(state(.behindGates, lacksImages: false) == "behindGates")
    #expect(state(.finished, lacksImages: true) == "finished")
  }
}
