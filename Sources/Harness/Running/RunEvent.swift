import Evaluation
import Pretraining

/// What happens during a run, for whoever watches it.
public enum RunEvent: Sendable {
  /// A run was found finished and is left as it is.
  case kept(PlannedRun, RunManifest)
  /// A run begins, or goes on after `resumedAt`; it is the `number`th of `count`.
  case began(PlannedRun, number: Int, count: Int, resumedAt: TrainingProgress?)
  /// A training is about to begin, or to go on, that leaves so much on disk.
  case takes(DiskNeed)
  /// A training begins whose loss terms take known values while features tell nothing, and lie within known bounds.
  case expects([LossLevel])
  /// What comes before the first step goes on.
  case prepared(Preparation.Report)
  /// An optimizer step was taken.
  case stepped(StepReport)
  /// An epoch ended, with what it adds to the curves. Epoch 0, how the untrained network looks, follows the first step.
  case endedEpoch(TrainingProgress, rows: [CurveRow])
  /// Something looks wrong, though not wrong enough to stop.
  case alarmed(Alarm)
  /// An evaluation begins; it may take a while.
  case measuring(evaluation: String)
  /// An evaluation ended.
  case measured(evaluation: String, scores: [Score])
  /// A run ended with everything measured.
  case finished(PlannedRun, RunManifest)
  /// A training came to a loss or to features that are infinite or no number; the encoder that its seed began with is
  /// measured in its place.
  case diverged(PlannedRun, Divergence)
  /// A run was stopped by what its training came to.
  case failed(PlannedRun, reason: String)
}

/// The user asked for an end; what was done is saved.
public struct Interrupted: Error, Equatable, CustomStringConvertible {
  /// What happened, in one line.
  public let description = "stopped and saved; the same command goes on from here"

  /// Creates the error.
  public init() {}
}
