import Foundation
import Glibc
import Testing

@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records

@Suite struct RunnerTests {
  @Test func seedsAreTheOuterLoopAndEveryFileIsThere() throws {
    let folder = try TemporaryFolder()
    var began: [String] = []
    let outcomes = try Runner.tiny(seeds: [0, 1], output: folder.url) { event in
      if case .began(let run, _, _, _) = event { began.append("\(run.key.seed) \(run.arm.slug)") }
    }.run()
    #expect(
      began == ["0 soft-pull", "0 hard-pull", "0 untrained", "1 soft-pull", "1 hard-pull", "1 untrained"])
    for outcome in outcomes {
      let (run, manifest) = (outcome.run, outcome.manifest)
      #expect(manifest.status == .finished)
      #expect(try RunManifest(contentsOf: run.folder.manifest).run == run.key.run)
      let (scores, curves) = (
        try ScoreRow.read(from: run.folder.scores), try CurveRow.read(from: run.folder.curves)
      )
      #expect(scores.map(\.evaluation) == ["weights-v1", "again-v1"])
      #expect(manifest.rowsDigest == RowsDigest.of(scores: scores, curves: curves))
      #expect(manifest.imagesSeen == (run.arm.plan.epochs * 32))
      #expect(manifest.peakMemoryBytes > 0 && manifest.wallSeconds > 0)
      #expect((manifest.multiplyAdds == nil) == (run.arm.plan.epochs == 0))
    }
    #expect(
      outcomes[1].run.folder.url.path.hasSuffix("/tiny-shapes/smoke/shapes-synthetic/hard-pull/0"))
  }

  @Test func curvesHoldEveryEpochsMeans() throws {
    let folder = try TemporaryFolder()
    let outcome = try Runner.tiny(arms: ["hard-pull"], output: folder.url).run()[0]
    let curves = try CurveRow.read(from: outcome.run.folder.curves)
    for metric in ["loss", "loss/agreement", "loss/length", "gradient-norm", "learning-rate"] {
      #expect(curves.filter { $0.metric == metric }.map(\.epoch) == [1, 2, 3], "\(metric)")
    }
    #expect(curves.filter { $0.metric == "loss" }.map(\.step) == [4, 8, 12])
    #expect(curves.first { $0.metric == "learning-rate" }?.value == 0.03)
    #expect(curves.contains { $0.metric.hasPrefix(MonitorMetric.prefix) && $0.epoch == 0 })
  }

  @Test func whatLossesAreHeldAgainstIsToldBeforeTheFirstStep() throws {
    let folder = try TemporaryFolder()
    var events: [String] = []
    _ = try Runner.tiny(arms: ["hard-pull"], output: folder.url) { event in
      if case .expects(let levels) = event { events += levels.map { "\($0.term) \($0.chance ?? 0)" } }
      if case .stepped = event { events.append("step") }
    }.run()
    #expect(Array(events.prefix(2)) == ["agreement 1000.0", "step"])
  }

  @Test func finishedRunsAreKept() throws {
    let folder = try TemporaryFolder()
    _ = try Runner.tiny(output: folder.url).run()
    var kept = 0
    _ = try Runner.tiny(seeds: [0, 1], output: folder.url) { event in
      if case .kept = event { kept += 1 }
    }.run()
    #expect(kept == 3)
  }

  @Test(arguments: ["scores.csv", "curves.csv"])
  func aFinishedRunWhoseTablesWereChangedIsNotShown(file: String) throws {
    let folder = try TemporaryFolder()
    let outcomes = try Runner.tiny(arms: ["Soft pull", "Hard pull"], output: folder.url).run()
    let run = outcomes[0].run.folder
    let url = run.url.appending(component: file)
    let text = try String(contentsOf: url, encoding: .utf8)
    let changed =
      file == "scores.csv"
      ? text.replacing(/-v1,mean,[^,]+,/, with: "-v1,mean,99,", maxReplacements: 1)
      : text.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
    try writeAtomically(Data(changed.utf8), to: url)
    let error = #expect(throws: UnvouchedRows.self) {
      _ = try Runner.tiny(arms: ["Soft pull", "Hard pull"], output: folder.url).run()
    }
    #expect(error?.description.contains("a table was edited. Restore") == true)
    #expect(throws: UnvouchedRows.self) { _ = try RunComparison(outcomes[1].run.folder, run) }
    #expect(throws: UnvouchedRows.self) {
      _ = try RunDescription(StoredRun(run), outcomes[0].manifest)
    }
    _ = try Runner.tiny(arms: ["Soft pull", "Hard pull"], output: folder.url, isFresh: true).run()
  }

  @Test func anotherConfigurationIsRefusedWithWhatDiffers() throws {
    let folder = try TemporaryFolder()
    _ = try Runner.tiny(output: folder.url).run()
    var changed = TinyExperiment()
    changed.epochs = 4
    let text = errorText { _ = try Runner.tiny(changed, output: folder.url).run() }
    #expect(text.contains("plan.epochs: 3 there, 4 now"))
    #expect(text.contains("--fresh"))
    _ = try Runner.tiny(changed, output: folder.url, isFresh: true).run()
  }

  @Test func anUnfinishedRunGoesOnWithItsThreadsOnly() throws {
    let folder = try TemporaryFolder()
    _ = try? Runner.tiny(output: folder.url) { event in
      if case .endedEpoch = event { throw Killed() }
    }.run()
    let text = errorText { _ = try Runner.tiny(output: folder.url, threads: 2).run() }
    #expect(text.contains("threads: 1 there, 2 now"))
  }

  @Test func theFirstStepDoesNotWaitForTheFirstLook() throws {
    let folder = try TemporaryFolder()
    var events: [String] = []
    let outcomes = try Runner.tiny(arms: ["Hard pull"], output: folder.url) { event in
      switch event {
      case .stepped(let report): events.append("step \(report.progress.step)")
      case .endedEpoch(let progress, let rows): events.append("epoch \(progress.epoch), \(rows.count) rows")
      default: break
      }
    }.run()
    #expect(events.prefix(3) == ["step 1", "epoch 0, 3 rows", "step 2"])
    let rows = try CurveRow.read(from: outcomes[0].run.folder.curves)
    #expect(rows.prefix(3).map(\.epoch) == [0, 0, 0] && rows.prefix(3).map(\.step) == [0, 0, 0])
    // Taken after a step, it still shows the network as the seed made it.
    let untrained = try Runner.tiny(
      arms: ["Hard pull"], overrides: [Override("plan.optimizer.sgd.learningRate=0")!], output: folder.url
    ).run()
    #expect(
      try CurveRow.read(from: untrained[0].run.folder.curves).prefix(3).map(\.value)
        == rows.prefix(3).map(\.value))
  }

  @Test func twoRunsIntoOneFolderAreRefused() throws {
    let folder = try TemporaryFolder()
    let output = folder.url
    _ = try Runner.tiny(output: output) { event in
      guard case .endedEpoch = event else { return }
      let text = errorText { _ = try Runner.tiny(output: output).run() }
      #expect(text.contains("in use by process \(getpid())"))
      _ = try Runner.tiny(seeds: [7], output: output).run()
    }.run()
  }

  @Test func aLossThatIsNotFiniteCountsWithTheSeedsRandomEncoder() throws {
    let folder = try TemporaryFolder()
    var experiment = TinyExperiment()
    experiment.failsAtStep = 6
    var diverged: [String] = []
    let outcomes = try Runner.tiny(experiment, output: folder.url) { event in
      if case .diverged(let run, _) = event { diverged.append(run.arm.name) }
    }.run()
    #expect(diverged == ["Soft pull", "Hard pull"])
    #expect(outcomes.map(\.manifest.status) == [.diverged, .diverged, .finished])
    let manifest = outcomes[0].manifest
    #expect(manifest.divergence?.step == 6 && manifest.divergence?.epoch == 1 && manifest.failure == nil)
    #expect(manifest.divergence?.text.contains("loss became nan at step 6") == true)
    #expect(manifest.alarms == manifest.divergence.map { [Alarm($0.text, epoch: 1)] })
    #expect(manifest.steps == 4, "the checkpoint of the last whole epoch is kept")
    #expect(FileManager.default.fileExists(atPath: outcomes[0].run.folder.checkpoint.path))
    let values = try outcomes.map { try ScoreRow.read(from: $0.run.folder.scores).map(\.value) }
    #expect(values[0] == values[2] && values[1] == values[2], "what the seed began with")
    #expect(try CurveRow.read(from: outcomes[0].run.folder.curves).map(\.epoch).max() == 1)
  }

  @Test func aDivergedRunIsMeasuredFurtherWithoutBeingTrainedAgain() throws {
    let folder = try TemporaryFolder()
    var experiment = TinyExperiment()
    experiment.failsAtStep = 1
    experiment.evaluations.removeLast()
    _ = try Runner.tiny(experiment, arms: ["Soft pull"], output: folder.url).run()
    experiment.evaluations = TinyExperiment().evaluations
    let outcome = try Runner.tiny(experiment, arms: ["Soft pull"], output: folder.url) { event in
      if case .stepped = event { Issue.record("trained again") }
    }.run()[0]
    #expect(outcome.manifest.status == .diverged && outcome.manifest.alarms?.count == 1)
    let rows = try ScoreRow.read(from: outcome.run.folder.scores)
    #expect(rows.map(\.evaluation) == ["weights-v1", "again-v1"] && Set(rows.map(\.value)).count == 1)
    _ = try outcome.run.folder.vouchedRows(by: outcome.manifest)
  }

  @Test func weightsThatTheLastStepMadeInfiniteDivergeToo() throws {
    let folder = try TemporaryFolder()
    let settings = ["epochs=1", "batchSize=32", "learningRate=1e38", "pull=1e6"]
    let outcome = try Runner.tiny(
      arms: ["Hard pull"], overrides: try settings.map { try #require(Override($0)) }, output: folder.url
    ).run()[0]
    #expect(outcome.manifest.status == .diverged, "\(outcome.manifest)")
    #expect(outcome.manifest.divergence?.step == 1)
  }

  @Test(arguments: [
    ("epochs=-1", "epochs is -1"), ("batchSize=0", "batchSize is 0"),
    ("batchSize=33", "only 32 images"), ("queueLength=4", "queueLength 4 is smaller than a batch of 8"),
    ("learningRate=-1", "learningRate is -1"),
  ])
  func impossibleConstantsAreFoundBeforeAnythingRuns(setting: String, problem: String) throws {
    let folder = try TemporaryFolder()
    let overrides = [try #require(Override(setting))]
    let text = errorText {
      _ = try Runner.tiny(arms: ["hard-pull"], overrides: overrides, output: folder.url).run()
    }
    #expect(text.contains(problem))
    #expect(RunFolder.all(under: folder.url).isEmpty)
  }

  @Test func aChangedRunLiesApartAndSaysSo() throws {
    let folder = try TemporaryFolder()
    let overrides = [try #require(Override("plan.epochs=1"))]
    let outcome = try Runner.tiny(arms: ["hard-pull"], overrides: overrides, output: folder.url).run()[0]
    #expect(outcome.run.folder.url.path.contains(#/\/modified\/epochs-[0-9a-f]{10}\/tiny-shapes\//#))
    #expect(outcome.manifest.isModified)
    #expect(RunFolder.all(under: folder.url).isEmpty, "no table looks there")
  }

  @Test func oneSetOfChangesHasOneFolderAndAnotherSetAnother() throws {
    let folder = try TemporaryFolder()
    func path(_ settings: String...) throws -> String {
      let runner = try Runner.tiny(
        arms: ["hard-pull"], overrides: settings.map { Override($0)! }, output: folder.url)
      return runner.plannedRuns[0].folder.url.path
    }
    let both = try path("plan.epochs=1", "pull=0.2")
    #expect(
      try path("pull=0.20", "epochs=1") == both, "order, short names and decimals are forms of one thing")
    #expect(try path("pull=0.1") != path("pull=-0.1"))
    #expect(try path("learningRate=1e-1") != path("learningRate=1e+1"))
    // What the arm has anyway changes nothing.
    #expect(try path("plan.epochs=3") == path() && !path().contains("modified"))
    #expect(
      try path("pull=0.2", "plan.epochs=1", "batchSize=4").split(separator: "/").allSatisfy {
        $0.utf8.count < 60
      })
  }

  @Test func anArmOfSomeClassesSeesTheirImagesAloneAndIsAnotherRun() throws {
    let folder = try TemporaryFolder()
    var experiment = TinyExperiment()
    experiment.classes = .first
    let outcomes = try Runner.tiny(experiment, arms: ["soft-pull", "some-classes"], output: folder.url).run()
    let (whole, part) = (outcomes[0].manifest, outcomes[1].manifest)
    // 32 images of ten classes in turn: 17 of the first five, in two batches of eight.
    #expect(whole.imagesSeen == 3 * 32 && part.imagesSeen == 3 * 16)
    #expect(part.identity.pretrainingClasses == .first && !part.usesLabels)
    // What names a run made before there was such a choice still names it.
    #expect(!JSONValue(encoding: whole.identity).leaves.map(\.path).contains("pretrainingClasses"))
    #expect(part.configurationProblems(under: Declaration(experiment, scale: .smoke)).isEmpty)

    experiment.classes = .second
    #expect(
      part.configurationProblems(under: Declaration(experiment, scale: .smoke)).first?.contains(
        "of other classes") == true)
    let text = errorText {
      _ = try Runner.tiny(experiment, arms: ["some-classes"], output: folder.url).run()
    }
    #expect(text.contains("pretrainingClasses: \"first\" there, \"second\" now"), "\(text)")
  }

  @Test func whatIsMeasuredLaterIsMeasuredWithAsManyThreads() throws {
    let folder = try TemporaryFolder()
    var experiment = TinyExperiment()
    experiment.evaluations.removeLast()
    _ = try Runner.tiny(experiment, output: folder.url).run()
    let text = errorText { _ = try Runner.tiny(output: folder.url, threads: 2).run() }
    #expect(text.contains("finished but for again-v1") && text.contains("--threads 1"))
    _ = try Runner.tiny(experiment, output: folder.url, threads: 2).run()
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(component: "file")
    try "".write(to: file, atomically: true, encoding: .utf8)
    let text = errorText { _ = try Runner.tiny(output: file.appending(component: "Runs")).run() }
    #expect(text.contains(file.path) && text.contains("--output"))
  }
}
