import Evaluation
import Foundation
import Testing
import Vision

@testable import Checking
@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records
@testable import Reporting

/// Runs that gates are judged by, from `suite` to `Results/<experiment>/<scale>/gates/`, their check and the verdict.
@Suite struct GateRecordTests {
  private let catalogue = Catalogue([GatedExperiment.self])
  private let results = "Results/sample-cifar10/reduced"

  /// The runs of the gate, in which `supervised` is `gain` points better than `Base`.
  private func pilot(_ gain: Double) -> [SampleRun] {
    Gate.seeds.flatMap { seed in
      [
        SampleRun.heldOut("Base", seed, linear: 50), SampleRun.heldOut("supervised", seed, linear: 50 + gain),
      ]
    }
  }

  private func repository(_ runs: [SampleRun]) async throws -> ReportFolder {
    let folder = try ReportFolder.repository()
    try await folder.makeRepository()
    for run in runs { try run.write(under: folder.url.appending(component: "Runs")) }
    return folder
  }

  private func recording(_ folder: ReportFolder) async throws -> Recording {
    try await Recording(
      GatedExperiment.self, scale: .reduced, from: folder.url.appending(component: "Runs"),
      catalogue: catalogue, root: folder.url)
  }

  private func record(_ folder: ReportFolder) async throws -> Recorder.Outcome {
    try await recording(folder).runs
  }

  private func discrepancies(_ folder: ReportFolder) async throws -> [String] {
    try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false).discrepancies
      .map(\.description)
  }

  private func plan(_ folder: ReportFolder) throws -> SuitePlan {
    try SuitePlan(
      [Declaration(GatedExperiment(scale: .reduced), scale: .reduced)], root: folder.url,
      runs: folder.url.appending(component: "Runs"))
  }

  @Test func runsOfGatesAreRecordedInAFolderOfTheirOwn() async throws {
    let folder = try await repository(pilot(1.5) + sampleRuns)
    let outcome = try await record(folder)
    #expect(outcome.added.count == 6 + sampleRuns.count && outcome.refused.isEmpty, "\(outcome.refused)")
    let gates = try ScoreRow.read(from: folder.url.appending(path: "\(results)/gates/scores.csv"))
    #expect(Set(gates.map(\.key.seed)) == [100, 101, 102] && gates.count == 18)
    for run in pilot(1.5) { #expect(folder.exists("\(results)/gates/runs/\(run.key.run).json")) }
    #expect(folder.exists("\(results)/gates/curves.csv"))
    let main = try ScoreRow.read(from: folder.url.appending(path: "\(results)/scores.csv"))
    #expect(main.allSatisfy { $0.key.seed < 100 })
    for path in ["paper-tables/README.md", "paper-tables/sample.md"] {
      #expect(try folder.text(path).contains("reproduced.**"), "\(path)")
    }
    #expect(
      try folder.text("paper-tables/sample.md").contains(
        "above Base, an upper bound, on held-out images: yes (+1.50 points)."))
    #expect(try await discrepancies(folder).isEmpty)

    let before = try folder.text("\(results)/gates/scores.csv")
    let again = try await recording(folder)
    #expect(
      again.runs.added.isEmpty && again.runs.known.count == 6 + sampleRuns.count && again.rendered.isEmpty)
    #expect(try folder.text("\(results)/gates/scores.csv") == before)
  }

  /// A failed gate is a verdict before any pair, and outranks what the pairs say.
  @Test func aFailedGateIsNoTest() async throws {
    let folder = try await repository(pilot(0.5))
    _ = try await record(folder)
    let verdict =
      "not a test: supervised more than 1 point above Base, an upper bound, on held-out images (+0.50 points).**"
    let page = try folder.text("paper-tables/README.md")
    #expect(page.contains(verdict), "\(page)")
    #expect(try folder.text("README.md").contains("[not a test]"))
    #expect(try await discrepancies(folder).isEmpty)
    #expect(try plan(folder).items.isEmpty, "nothing more is trained")

    for run in sampleRuns { try run.write(under: folder.url.appending(component: "Runs")) }
    _ = try await record(folder)
    #expect(try folder.text("paper-tables/README.md").contains(verdict))
    #expect(try plan(folder).items.isEmpty)
  }

  /// Whether the claim can be a test is asked before it is known what the claim comes to.
  @Test func aGateThatWasAskedAfterSeedZeroIsFound() async throws {
    let late = pilot(1.5).map { run in
      var run = run
      if run.arm == "supervised", run.seed == 102 { run.start += 60 }
      return run
    }
    let folder = try await repository(late + sampleRuns)
    _ = try await record(folder)
    let found = try await discrepancies(folder)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains("“supervised”, seed 102, began 2027-01-15T08:01:00Z, after run") == true)
    #expect(found.first?.contains("gates come before seed 0") == true)
  }

  @Test func theSuiteAsksForGatesFirst() async throws {
    let folder = try await repository([])
    func names(_ items: [SuitePlan.Item]) -> [String] { items.map { "\($0.part) \($0.arm) \($0.seed)" } }
    let gates = [
      "gates Base 100", "gates supervised 100", "gates Base 101", "gates supervised 101", "gates Base 102",
      "gates supervised 102",
    ]
    let headline = (0...2).flatMap { ["main Base \($0)", "main Base + Term \($0)"] }
    #expect(names(try plan(folder).toRun) == gates)
    #expect(names(try plan(folder).behindGates) == headline + ["main random encoder 0"])
    #expect(try plan(folder).toRun.allSatisfy { $0.evaluations == ["linear-v1"] })

    // Finished runs of gates are judged before they are recorded, so that the same suite goes on.
    for run in pilot(1.5) { try run.write(under: folder.url.appending(component: "Runs")) }
    let passed = try plan(folder)
    #expect(names(passed.toRun) == headline + ["main random encoder 0"] && passed.behindGates.isEmpty)
    #expect(names(passed.items.filter(\.isFinished)) == gates, "they wait for the record")
    _ = try await record(folder)
    #expect(names(try plan(folder).toRun) == headline + ["main random encoder 0"])
  }

  @Test func onlyWhatAGateAsksForIsTaken() async throws {
    var dirty = SampleRun.heldOut("Base", 100, linear: 50)
    dirty.isDirty = true
    var changed = SampleRun.heldOut("Base", 101, linear: 50)
    changed.overrides.append("plan.epochs=1")
    let others = [
      SampleRun.heldOut("Base", 103, linear: 50), SampleRun.heldOut("Base", 0, linear: 50),
      SampleRun.heldOut("half a term", 100, linear: 50),
    ]
    let folder = try await repository(others + [dirty, changed])
    let outcome = try await record(folder)
    #expect(outcome.added.isEmpty && outcome.refused.count == 2, "\(outcome.refused)")
    let reasons = outcome.refused.map(\.reason)
    #expect(reasons[0].contains("differ from commit") && reasons[1] == "made with --set plan.epochs=1")
    #expect(!folder.exists("\(results)/gates/scores.csv"))
  }

  @Test func whatDoesNotBelongThereIsFound() async throws {
    let folder = try await repository(pilot(1.5))
    _ = try await record(folder)
    let scores = try folder.text("\(results)/gates/scores.csv")
    try folder.write(scores.replacing("top1,51.5,", with: "top1,52.5,"), to: "\(results)/gates/scores.csv")
    #expect(
      try await discrepancies(folder).contains {
        $0.contains("gates/runs/") && $0.contains("rowsDigest") && $0.contains("\(results)/gates/scores.csv")
      })
    try folder.write(scores, to: "\(results)/gates/scores.csv")
    #expect(try await discrepancies(folder).isEmpty)

    // A run that was measured on test images, and one that no gate names.
    let strangers = [SampleRun(arm: "Base", seed: 100), SampleRun.heldOut("half a term", 100, linear: 50)]
    for (run, text) in zip(strangers, ["measured on test images", "no gate names the arm “half a term”"]) {
      let other = try await repository([])
      try other.write(ScoreRow.table(of: run.scores), to: "\(results)/gates/scores.csv")
      try other.write(CurveRow.table(of: run.curves), to: "\(results)/gates/curves.csv")
      try other.write(
        String(decoding: run.finishedManifest.json, as: UTF8.self),
        to: "\(results)/gates/runs/\(run.key.run).json")
      #expect(try await discrepancies(other).contains { $0.contains(text) }, "\(text)")
    }
  }

  @Test func anAlarmInAGateIsNotOverlooked() async throws {
    var runs = pilot(1.5)
    runs[1].alarms = [Alarm("the loss rose", epoch: 1, value: 9)]
    let folder = try await repository(runs + sampleRuns)
    #expect(try await record(folder).alarmed == [runs[1].key])
    let text = "alarm not acknowledged: supervised seed 100, on held-out images, epoch 1: the loss rose.**"
    #expect(try folder.text("paper-tables/README.md").contains(text))
    _ = try await Acknowledging(
      runs[1].key.run, because: "it fell again", catalogue: catalogue, root: folder.url)
    #expect(try folder.text("paper-tables/README.md").contains("reproduced.**"))
    #expect(folder.exists("\(results)/gates/acknowledgements.csv"))
    #expect(try await discrepancies(folder).isEmpty)
  }

  /// A longer training that gains as much as this has not come to rest.
  @Test func aGateMayAskForLittle() {
    let comparison = Comparison("Base, twice the steps", over: "Base", evaluation: "linear-v1")
    let gate = Gate(comparison, lessThan: 0.5)
    #expect(gate.passes(0.49) && gate.passes(-1) && !gate.passes(0.5))
    #expect(
      "\(gate)"
        == "Base, twice the steps, which was given more, less than 0.5 points above Base on held-out images")
    #expect(!Gate(comparison, atLeast: 0.5).passes(0.5) && Gate(comparison, atLeast: 0.5).passes(0.51))
  }
}

/// The suite and experiments whose constants are still to be chosen.
@Suite struct UntunedSuiteTests {
  @Test func nothingOfAnExperimentIsRunBeforeItsConstantsAreChosen() throws {
    let folder = try ReportFolder.repository()
    let plan = try SuitePlan(
      [Declaration(TunedExperiment(scale: .reduced), scale: .reduced)], root: folder.url,
      runs: folder.url.appending(component: "Runs"))
    #expect(plan.items.isEmpty)
    #expect(
      plan.untuned.map(\.description) == [
        "sample-cifar10: constants are chosen before seed 0: repro tune sample-cifar10"
      ])
  }
}

/// The sample experiment with a gate before its claim.
struct GatedExperiment: ReportedVariant {
  let base: ReportedExperiment
  init(scale: Scale) { base = ReportedExperiment(scale: scale) }

  var claims: [Claim] {
    let own = base.claims[0]
    let bound = Comparison("supervised", over: "Base", evaluation: "linear-v1")
    return [
      Claim(
        own.sentence, own.comparisons, because: own.marginReason, looks: own.looks, provided: own.checks,
        after: [Gate(bound, atLeast: 1)])
    ]
  }
}
