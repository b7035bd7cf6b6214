import Foundation
import Testing

@testable import Checking
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

/// Runs in which something went wrong are recorded like all others, and no verdict passes over them.
@Suite struct AcknowledgementTests {
  private let catalogue = Catalogue([ReportedExperiment.self])
  private let results = "Results/sample-cifar10/reduced"
  private let alarm = Alarm("the loss rose from 3.61 to 6.45", epoch: 3, value: 6.45)

  /// Three pairs on record, of which the second treatment is as given.
  private func recorded(_ second: (inout SampleRun) -> Void) async throws -> (ReportFolder, SampleRun) {
    let folder = try ReportFolder.repository()
    try await folder.makeRepository()
    var runs = sampleRuns
    second(&runs[3])
    for run in runs { try run.write(under: folder.url.appending(component: "Runs")) }
    let outcome = try await record(folder)
    #expect(outcome.added.count == runs.count && outcome.refused.isEmpty, "\(outcome.refused)")
    return (folder, runs[3])
  }

  private func record(_ folder: ReportFolder) async throws -> Recorder.Outcome {
    try await recording(folder).runs
  }

  private func recording(_ folder: ReportFolder) async throws -> Recording {
    try await Recording(
      ReportedExperiment.self, scale: .reduced, from: folder.url.appending(component: "Runs"),
      catalogue: catalogue, root: folder.url)
  }

  private func discrepancies(_ folder: ReportFolder) async throws -> [String] {
    try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false).discrepancies.map(
      \.description)
  }

  @Test func anAlarmStandsBeforeTheVerdictUntilItIsAcknowledged() async throws {
    let (folder, run) = try await recorded { $0.alarms = [alarm] }
    let open = "alarm not acknowledged: Base + Term seed 1, epoch 3: the loss rose from 3.61 to 6.45.**"
    for path in ["paper-tables/README.md", "paper-tables/sample.md"] {
      let text = try folder.text(path)
      #expect(text.contains(open), "\(text)")
      #expect(text.contains("alarms rang in Base + Term seed 1 after epoch 3 (the loss rose"))
    }

    let before = try folder.text("\(results)/scores.csv")
    let done = try await Acknowledging(
      String(run.key.run.prefix(6)), because: " the queue was read early, as \"planned\" ",
      catalogue: catalogue,
      root: folder.url)
    #expect(done.key == run.key && done.rendered.contains("README.md"))
    #expect(
      try folder.text("\(results)/acknowledgements.csv")
        == "run,arm,seed,reason\n\(run.key.run),Base + Term,1,\"the queue was read early, as \"\"planned\"\"\"\n"
    )
    let readme = try folder.text("paper-tables/README.md")
    #expect(readme.contains("reproduced.**") && !readme.contains("not acknowledged"))
    #expect(readme.contains("6.45; acknowledged: “the queue was read early, as \"planned\"”)"), "\(readme)")
    #expect(try folder.text("\(results)/scores.csv") == before)
    #expect(try await discrepancies(folder).isEmpty)

    let again = try await Acknowledging(
      run.key.run, because: "the queue was read early, as \"planned\"", catalogue: catalogue, root: folder.url
    )
    #expect(again.rendered.isEmpty)
    #expect(try await recording(folder).rendered.isEmpty)
    #expect(try folder.text("paper-tables/README.md") == readme)
  }

  @Test func anAlarmOutsideThePairsLeavesTheVerdict() async throws {
    let folder = try ReportFolder.repository()
    var runs = sampleRuns
    runs[8].alarms = [alarm]
    for run in runs { try run.write(under: folder.url.appending(component: "Runs")) }
    #expect(try await record(folder).alarmed == [runs[8].key])
    let readme = try folder.text("paper-tables/README.md")
    #expect(readme.contains("reproduced.**") && readme.contains("alarms rang in half a term seed 0"))
  }

  @Test func aDivergedRunCountsAndIsNamed() async throws {
    let divergence = Divergence(step: 6, epoch: 1, text: "the loss became nan")
    let (folder, run) = try await recorded {
      $0.status = .diverged
      $0.divergence = divergence
      $0.alarms = [Alarm(divergence.text, epoch: 1)]
      $0.linear = 42.5
    }
    let readme = try folder.text("paper-tables/README.md")
    #expect(readme.contains("n = 3 paired seeds"))
    #expect(readme.contains("the seed's random encoder counts in its place: Base + Term seed 1"), "\(readme)")
    #expect(readme.contains("alarm not acknowledged: Base + Term seed 1, epoch 1: the loss became nan"))
    #expect(
      try ScoreRow.read(from: folder.url.appending(path: "\(results)/scores.csv")).contains(run.scores[1]))
    #expect(try await discrepancies(folder).isEmpty)
  }

  @Test func whatCannotBeAcknowledgedIsSaid() async throws {
    let (folder, run) = try await recorded { $0.alarms = [alarm] }
    let quiet = sampleRuns[0].key.run
    for (name, reason, text) in [
      (run.key.run, "  ", "with a reason, in one line"), (run.key.run, "two\nlines", "in one line"),
      (quiet, "why", "nothing rang in run \(quiet)"), ("ffffffffffff", "why", "no recorded run's digest"),
      ("", "why", "no recorded run's digest"),
    ] {
      let error = await #expect(throws: RunProblem.self) {
        _ = try await Acknowledging(name, because: reason, catalogue: catalogue, root: folder.url)
      }
      #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }
    #expect(!folder.exists("\(results)/acknowledgements.csv"))
  }

  @Test func anAcknowledgementThatFitsNoRunIsFound() async throws {
    let (folder, run) = try await recorded { $0.alarms = [alarm] }
    let header = "run,arm,seed,reason\n"
    for (row, text) in [
      ("ffffffffffff,Base,0,why\n", "line 2: is about run ffffffffffff, which is not on record"),
      ("\(sampleRuns[0].key.run),Base,0,why\n", "an alarm to acknowledge"),
      ("\(run.key.run),Base + Term,2,why\n", "arm, seed and an alarm"),
      ("\(run.key.run),Base + Term,1,\"why\"\n", "which the recorder writes as"),
    ] {
      try folder.write(header + row, to: "\(results)/acknowledgements.csv")
      try Tables.renderAll(catalogue.declarations, root: folder.url)
      let lines = try await discrepancies(folder)
      #expect(lines.count == 1 && lines.first?.contains(text) == true, "\(text): \(lines)")
    }
  }
}
