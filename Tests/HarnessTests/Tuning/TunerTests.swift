import Foundation
import Testing
import Vision

@testable import Claims
@testable import Harness
@testable import Records

@Suite struct TunerTests {
  private static let grid = TuningGrid(
    judgedBy: Measure(evaluation: "weights-v1", metric: "mean"),
    baseline: TuningGrid.Side(
      "Soft pull", [.ordered("plan.optimizer.sgd.learningRate", [0.01, 0.02, 0.03], limits: "a test")]),
    treatments: [
      TuningGrid.Side("Hard pull", [.ordered("hyperparameters.pull", [0.5, 0.7, 0.9], limits: "a test")])
    ])

  private var experiment: TinyExperiment {
    var experiment = TinyExperiment()
    (experiment.epochs, experiment.tuning) = (5, Self.grid)
    return experiment
  }

  private func tuner(
    _ experiment: TinyExperiment, in folder: URL, holdsOut: Bool = true, images: ImageCollection? = nil,
    changed: [String] = []
  ) throws -> Tuner {
    var dataset = experiment.dataset
    dataset.holdsOutTail = holdsOut
    return try Tuner(
      experiment, scale: .smoke, dataset: dataset, images: images ?? .photographs(experiment.dataset),
      source: SourceState(commit: "0123456789abcdef", changedFiles: changed), runs: folder, threads: 1)
  }

  @Test func trialsRunForTheirShareOfTheHorizonAndTheirRowsDecide() throws {
    let folder = try TemporaryFolder()
    let tuner = try tuner(experiment, in: folder.url)
    var ledger = TuningLedger()
    while let trial = TuningProgress(Self.grid, ledger, judge: TuningChecks.usual).missing.first {
      let rows = try tuner.rows(of: trial, shouldStop: { false }) { _ in }
      #expect(Set(rows.map(\.epochs)) == [trial.share < 1 ? 1 : 5])
      #expect(rows.allSatisfy { $0.commit == "0123456789abcdef" && $0.key.seed == 100 })
      #expect(rows.contains { $0.evaluation == TuningRow.Observation.last && $0.metric == "gradient-norm" })
      ledger.add(rows)
    }
    #expect(TuningProgress(Self.grid, ledger, judge: TuningChecks.usual).isComplete)
    // Every trial has a run of its own, found again rather than made again.
    let first = try #require(ledger.trials.first)
    var steps = 0
    let again = try tuner.rows(of: first, shouldStop: { false }) { event in
      if case .stepped = event { steps += 1 }
    }
    #expect(steps == 0 && again == ledger.rows(of: first))
  }

  @Test func whatCouldNotEnterTheLedgerIsRefusedBeforeItIsTrained() throws {
    let folder = try TemporaryFolder()
    func refusal(_ make: () throws -> Tuner) -> String { errorText { _ = try make() } }
    #expect(
      refusal { try tuner(experiment, in: folder.url, holdsOut: false) }.contains("held-out images only"))
    #expect(refusal { try tuner(experiment, in: folder.url, changed: ["x.swift"]) }.contains("commit first"))
    #expect(refusal { try tuner(TinyExperiment(), in: folder.url) }.contains("declares no grid"))
    let synthetic = try experiment.dataset.load(from: folder.url, acceptingDigest: false)
    #expect(refusal { try tuner(experiment, in: folder.url, images: synthetic) }.contains("synthetic"))
  }

  @Test func aShorterHorizonMovesTheScheduleAndEveryEventAlike() throws {
    let arm = try #require(try TinyExperiment().arms(named: ["hard-pull"]).first)
    var constants = arm.configuration
    constants.plan.epochs = 10
    constants.plan.schedule = .cosine(warmupEpochs: 2)
    let short = try arm.with(constants).shortened(toShare: 0.2)
    #expect(short.plan.epochs == 2 && short.plan.schedule == .cosine(warmupEpochs: 0.4))
    constants.plan.schedule = .steps(epochs: [5, 9])
    #expect(try arm.with(constants).shortened(toShare: 0.2).plan.schedule == .steps(epochs: [1, 2]))
    #expect(try arm.with(constants).shortened(toShare: 1).plan == constants.plan)
  }
}
