import Foundation
import Testing
import Vision

@testable import Checking
@testable import Claims
@testable import Commands
@testable import Harness
@testable import Records

/// An evaluation that comes after runs were finished and recorded, from `repro run` to the table.
@Suite struct LaterEvaluationTests {
  private let catalogue = Catalogue([TinyExperiment.self])

  /// Runs the headline's arms at reduced scale, as if on real images, measured by those of the first `count` evaluations
  /// that are called one of `names`.
  private func run(
    _ folder: ReportFolder, evaluations count: Int, only names: [String]? = nil,
    events: @escaping (RunEvent) -> Void = { _ in }
  ) throws {
    var experiment = TinyExperiment(scale: .reduced)
    experiment.evaluations = Array(experiment.evaluations.prefix(count))
    let images = try ImageCollection.photographs(experiment.dataset)
    let request = Runner.Request(
      scale: .reduced, arms: try experiment.arms(named: ["Soft pull", "Hard pull"]), seeds: [0],
      evaluations: names, dataset: experiment.dataset, output: runs(folder), threads: 1)
    let runner = Runner(
      experiment, request, images: images,
      source: SourceState(commit: SampleRun.sourceCommit, changedFiles: []), shouldStop: { false },
      watch: events)
    let outcomes = try runner.run()
    #expect(outcomes.allSatisfy { $0.manifest.status == .finished })
  }

  private func runs(_ folder: ReportFolder) -> URL { folder.url.appending(component: "Runs") }

  private func record(_ folder: ReportFolder) async throws -> Recorder.Outcome {
    try await Recording(
      TinyExperiment.self, scale: .reduced, from: runs(folder), catalogue: catalogue, root: folder.url
    ).runs
  }

  private func waiting(_ folder: ReportFolder) throws -> [String] {
    try SuitePlan(
      [Declaration(TinyExperiment(scale: .reduced), scale: .reduced)], isEverything: true, root: folder.url,
      runs: runs(folder)
    )
    .toRun.filter { $0.seed == 0 }.map(\.arm)
  }

  @Test func recordedRunsAreMeasuredFurtherAndStayTheSameRuns() async throws {
    let folder = try ReportFolder()
    try await folder.makeRepository()
    try run(folder, evaluations: 1)
    #expect(
      try waiting(folder) == ["Soft pull", "Hard pull", "Untrained"], "something is left to measure of them")
    let first = try await record(folder)
    #expect(first.added.count == 2 && first.refused.isEmpty)
    #expect(
      try waiting(folder) == ["Untrained"], "a record that lacks an evaluation is no reason to train anew")

    let before = try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false)
    #expect(before.discrepancies.isEmpty && before.remarks.count == 1)
    #expect(before.remarks.first?.contains("2 runs recorded before again-v1 existed") == true)

    var measured: [String] = []
    try run(folder, evaluations: 2) { event in
      if case .stepped = event { Issue.record("a finished run was trained again") }
      if case .measured(let name, _) = event { measured.append(name) }
    }
    #expect(measured == ["again-v1", "again-v1"])
    let second = try await record(folder)
    #expect(second.extended == first.added && second.refused.isEmpty && second.added.isEmpty)
    let check = try await RecordCheck(catalogue, root: folder.url).run(replayingCurves: false)
    #expect(check.discrepancies.isEmpty && check.remarks.isEmpty, "\(check)")
    #expect(try await record(folder).known.count == 2)
  }

  @Test func whatWasNotAskedForIsMeasuredByALaterRun() throws {
    let folder = try ReportFolder()
    var measured: [String] = []
    func note(_ event: RunEvent) { if case .measured(let name, _) = event { measured.append(name) } }
    try run(folder, evaluations: 2, only: ["again-v1"], events: note)
    #expect(measured == ["again-v1", "again-v1"])
    try run(folder, evaluations: 2, only: ["again-v1"], events: note)
    #expect(measured.count == 2, "nothing is measured twice")

    measured = []
    try run(folder, evaluations: 2) { event in
      if case .stepped = event { Issue.record("a finished run was trained again") }
      note(event)
    }
    #expect(measured == ["weights-v1", "weights-v1"])
    let scores = try FileManager.default.subpathsOfDirectory(atPath: runs(folder).path)
      .filter { $0.hasSuffix("scores.csv") }.map { try ScoreRow.read(from: runs(folder).appending(path: $0)) }
    #expect(
      scores.map { unique($0.map(\.evaluation)) } == [
        ["weights-v1", "again-v1"], ["weights-v1", "again-v1"],
      ])
  }

  @Test func anUnknownEvaluationIsNamedWithTheNearest() throws {
    let experiment = TinyExperiment(scale: .smoke)
    try experiment.checkEvaluations(["again-v1"])
    let error = #expect(throws: UnknownName.self) { try experiment.checkEvaluations(["again-v2"]) }
    #expect(error?.description.contains("again-v1") == true)
  }
}
