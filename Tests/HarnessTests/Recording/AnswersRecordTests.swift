import Evaluation
import Foundation
import Testing
import Vision

@testable import Checking
@testable import Commands
@testable import Harness
@testable import Records

/// Whether each test image has a mean feature above the mean of all: a classification of a kind.
private struct AboveMean: Evaluation {
  let name = "above-v1"

  func measure(_ candidate: Candidate) throws -> Measured {
    let features = try candidate.features(.test)
    let sums = (0..<features.count).map { features.values.rows($0..<$0 + 1).floats.reduce(0, +) }
    let mean = sums.reduce(0, +) / Float(sums.count)
    return .shares(of: [Answers(metric: "top1", .right(sums.map { $0 > mean }))])
  }
}

/// From an evaluation's answers to the committed record and its check.
@Suite struct AnswersRecordTests {
  private let catalogue = Catalogue([TinyExperiment.self])
  private let results = "Results/tiny-shapes/reduced"

  private func run(_ folder: ReportFolder, measures: Bool = true, isFresh: Bool = false) throws
    -> [PlannedRun]
  {
    var experiment = TinyExperiment(scale: .reduced)
    experiment.evaluations = [WeightMean(name: "weights-v1")] + (measures ? [AboveMean()] : [])
    let images = try ImageCollection.photographs(experiment.dataset)
    let request = Runner.Request(
      scale: .reduced, arms: try experiment.arms(named: ["Soft pull", "Hard pull"]), seeds: [0],
      dataset: experiment.dataset, output: folder.url.appending(component: "Runs"), threads: 1,
      isFresh: isFresh)
    let runner = Runner(
      experiment, request, images: images,
      source: SourceState(commit: SampleRun.sourceCommit, changedFiles: []), shouldStop: { false },
      watch: { _ in })
    return try runner.run().map { $0.run }
  }

  private func record(_ folder: ReportFolder) async throws -> Recorder.Outcome {
    try await Recording(
      TinyExperiment.self, scale: .reduced, from: folder.url.appending(component: "Runs"),
      catalogue: catalogue, root: folder.url
    ).runs
  }

  private func found(in folder: ReportFolder) async throws -> [String] {
    let check = try RecordCheck(catalogue, root: folder.url)
    // The experiment of the catalogue does not know the evaluation of these tests.
    return await check.run(replayingCurves: false).discrepancies.map(\.description)
      .filter { !$0.contains("is none of the experiment's") }
  }

  @Test func answersGoFromTheRunToTheRecord() async throws {
    let folder = try ReportFolder()
    try await folder.makeRepository()
    let runs = try run(folder)
    let answers = try runs[0].folder.storedAnswers()
    let scores = try runs[0].folder.measuredScores()
    #expect(answers.map(\.evaluation) == ["above-v1"] && answers[0].key == runs[0].key)
    #expect(answers[0].value == scores.last?.value && answers[0].images == scores.last?.count)
    let manifest = try RunManifest(contentsOf: runs[0].folder.manifest)
    #expect(manifest.answersDigest == RowsDigest.of(answers: answers))

    #expect(try await record(folder).added.count == 2)
    let recorded = folder.url.appending(path: "\(results)/answers/\(runs[0].key.run).csv")
    #expect(try Data(contentsOf: recorded) == Data(contentsOf: runs[0].folder.answers))
    #expect(try await found(in: folder).isEmpty)
    // Once more: the same bytes.
    let before = try Data(contentsOf: recorded)
    #expect(try await record(folder).known.count == 2)
    #expect(try Data(contentsOf: recorded) == before)
  }

  @Test func aChangedAnswerIsRefusedAndFound() async throws {
    let folder = try ReportFolder()
    try await folder.makeRepository()
    let runs = try run(folder)
    func flipped(_ url: URL) throws {
      let row = try AnswerRow.read(from: url)[0]
      var counts = row.counts
      // The share of right answers stays: only the digest can tell.
      let (right, wrong) = (counts.firstIndex(of: 1)!, counts.firstIndex(of: 0)!)
      counts.swapAt(right, wrong)
      let edited = AnswerRow(
        key: row.key, evaluation: row.evaluation, metric: row.metric, kind: row.kind, classes: 1,
        counts: counts)
      try writeAtomically(Data(AnswerRow.table(of: [edited]).utf8), to: url)
    }
    let whole = try Data(contentsOf: runs[0].folder.answers)
    try flipped(runs[0].folder.answers)
    let outcome = try await record(folder)
    #expect(outcome.added.count == 1 && outcome.refused.count == 1)
    #expect(outcome.refused[0].reason.contains("its answers are not those its run.json vouches for"))
    let other = try ReportFolder()
    let merged = try Merging(
      folder.url.appending(component: "Runs"), into: other.url.appending(component: "Runs"))
    #expect(merged.refusals.count == 1)

    try writeAtomically(whole, to: runs[0].folder.answers)
    #expect(try await record(folder).added.count == 1)
    let path = "\(results)/answers/\(runs[0].key.run).csv"
    try flipped(folder.url.appending(path: path))
    #expect(try await found(in: folder).contains { $0.hasPrefix("\(path): was edited") })
    try FileManager.default.removeItem(at: folder.url.appending(path: path))
    #expect(try await found(in: folder).contains { $0.contains("vouches for answers, but there is no") })
    try writeAtomically(whole, to: folder.url.appending(path: path))
    #expect(try await found(in: folder).isEmpty)
    try writeAtomically(whole, to: folder.url.appending(path: "\(results)/answers/stranger.csv"))
    #expect(
      try await found(in: folder).contains { $0.hasPrefix("\(results)/answers/stranger.csv: there is no") })
  }

  @Test func recordsWithoutAnswersStayWhatTheyAre() async throws {
    let folder = try ReportFolder()
    try await folder.makeRepository()
    let runs = try run(folder, measures: false)
    #expect(!FileManager.default.fileExists(atPath: runs[0].folder.answers.path))
    let text = try String(contentsOf: runs[0].folder.manifest, encoding: .utf8)
    #expect(!text.contains("answersDigest"), "an old manifest and a new one without answers are alike")
    #expect(try await record(folder).added.count == 2)
    #expect(!folder.exists("\(results)/answers"))
    #expect(try await found(in: folder).isEmpty)
    // Measured since: the record gets the rows with their answers.
    _ = try run(folder)
    #expect(try await record(folder).extended.count == 2)
    #expect(folder.exists("\(results)/answers/\(runs[0].key.run).csv"))
    #expect(try await found(in: folder).isEmpty)
  }

  @Test func aFreshRunForgetsItsAnswers() throws {
    let folder = try ReportFolder()
    let runs = try run(folder)
    _ = try run(folder, measures: false, isFresh: true)
    #expect(!FileManager.default.fileExists(atPath: runs[0].folder.answers.path))
  }
}
