import Foundation
import Pretraining
import Vision

/// Makes the trials that a grid still lacks, one after the other, on held-out images.
///
/// Each is a run of its own under `<runs>/tuning`, so that a stopped one goes on, and enters the ledger when it is finished.
public struct Tuner {
  private let experiment: any Experiment
  private let grid: TuningGrid
  private let scale: Scale
  private let dataset: DatasetReference
  private let images: ImageCollection
  private let source: SourceState
  private let runs: URL
  private let threads: Int

  /// Creates a tuner of `experiment` at `scale` on `images`, those of `dataset` with its tail held out.
  ///
  /// Throws a `RunProblem` where nothing made now could enter the ledger, or the experiment has no grid at this scale.
  public init(
    _ experiment: any Experiment, scale: Scale, dataset: DatasetReference, images: ImageCollection,
    source: SourceState, runs: URL, threads: Int
  ) throws {
    let name = type(of: experiment).name
    guard let grid = experiment.tuning else {
      throw RunProblem("\(name) declares no grid at \(scale.rawValue) scale: there is nothing to tune")
    }
    guard dataset.holdsOutTail else {
      throw RunProblem("trials of \(name) are measured on held-out images only, never on the test images")
    }
    if images.identity.isSynthetic {
      throw RunProblem("trials on synthetic images say nothing: get the real ones")
    }
    if let flaw = source.flaw {
      throw RunProblem("\(flaw), so that no trial could say what it was made by: commit first")
    }
    self.experiment = experiment
    self.grid = grid
    self.scale = scale
    self.dataset = dataset
    self.images = images
    self.source = source
    self.runs = runs
    self.threads = threads
  }

  /// Trains and measures `trial`, or goes on with it, and returns its rows.
  ///
  /// Throws a `RunProblem` where its training fails, and what a `Runner` throws.
  public func rows(
    of trial: TuningLedger.Trial, shouldStop: @escaping () -> Bool = { Interruption.isRequested },
    watch: @escaping (RunEvent) throws -> Void
  ) throws -> [TuningRow] {
    let runner = Runner(
      experiment, try request(for: trial), images: images, source: source, shouldStop: shouldStop,
      watch: watch)
    let outcome = try runner.run()[0]
    if outcome.manifest.status == .failed {
      throw RunProblem(
        "the trial of “\(trial.arm)” with \(trial.constants.words) failed (\(outcome.manifest.failure ?? "no reason told")): "
          + "narrow the grid of \(type(of: experiment).name), saying why, and begin anew")
    }
    return try rows(of: trial, from: outcome)
  }

  /// The run that a trial is.
  public func request(for trial: TuningLedger.Trial) throws -> Runner.Request {
    let changes = trial.constants.overrides.compactMap { Override("\($0.key)=\($0.value)") }
    let arms = try Arm.applying(changes, to: experiment.arms(named: [trial.arm]))
      .map { try $0.shortened(toShare: trial.share) }
    for arm in arms { try arm.check() }
    let asked = experiment.claims.flatMap(\.checks).compactMap(\.evaluation)
    let measured = Set([grid.measure.evaluation, "knn-v1"] + asked)
    return Runner.Request(
      scale: scale, arms: arms, seeds: [trial.seed],
      evaluations: experiment.evaluations(of: arms[0], on: images).map(\.name).filter(measured.contains),
      dataset: dataset, overrides: changes + [.holdingOutTail],
      output: runs.appending(components: RunFolder.tuningName, trial.folderName), threads: threads)
  }

  private func rows(
    of trial: TuningLedger.Trial, from outcome: Runner.Outcome
  ) throws -> [TuningRow] {
    let manifest = outcome.manifest
    guard let commit = manifest.commit, !manifest.isDirty else {
      throw RunProblem(
        "\(outcome.run.folder.url.path) was begun from changed files: delete it, and the trial is made anew")
    }
    func row(_ evaluation: String, _ metric: String, _ value: Double, _ count: Int) -> TuningRow {
      TuningRow(
        key: manifest.key, commit: commit, share: trial.share, epochs: manifest.identity.plan.epochs,
        constants: trial.constants, evaluation: evaluation, metric: metric, value: value, count: count)
    }
    let alarms = (manifest.alarms?.count ?? 0) + (manifest.divergence == nil ? 0 : 1)
    let curves = try outcome.run.folder.observedCurves()
    let last = curves.map(\.epoch).max() ?? 0
    let scores = try outcome.run.folder.measuredScores().map {
      row($0.evaluation, $0.metric, $0.value, $0.count)
    }
    let firsts = curves.filter { $0.epoch == 0 && $0.metric.hasPrefix(MonitorMetric.prefix) }
    return scores + firsts.map { row(TuningRow.Observation.first, $0.metric, $0.value, 0) }
      + curves.filter { $0.epoch == last }.map { row(TuningRow.Observation.last, $0.metric, $0.value, 0) }
      + [row(TuningRow.Observation.alarms, "count", Double(alarms), 0)]
  }
}

extension TuningLedger.Trial {
  /// Where the trial's run lies: a digest, since constants make long names.
  fileprivate var folderName: String {
    String(
      JSONValue.array([.string(arm), .object(constants.values), .number(share)]).digest.prefix(12))
  }
}
