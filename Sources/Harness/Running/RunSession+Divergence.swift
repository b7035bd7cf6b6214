import Evaluation
import Pretraining
import Tensors

/// A training that comes to a loss or to features that are no numbers is a result like any other: it counts, with the
/// encoder that its seed began with.
extension RunSession {
  /// Whether `error` says that numbers of a training became infinite or none.
  static func tellsDivergence(_ error: any Error) -> Bool {
    switch error {
    case PretrainingError.nonFiniteLoss, EvaluationError.nonFiniteFeatures: true
    default: false
    }
  }

  /// Takes note that the training ended at `progress`, for the reason `text`; returns the method as its seed began it.
  func diverge(at progress: TrainingProgress, _ text: String) throws -> any PretrainingMethod {
    let divergence = Divergence(step: progress.step, epoch: progress.epoch, text: text)
    try recorder.diverge(divergence)
    try watch(.diverged(run, divergence))
    return run.arm.method(seed: run.key.seed, on: run.arm.mixture(of: images).images)
  }

  /// Whether the features that `method` has learned are no numbers, rather than those of a copy that an evaluation trained.
  func hasDiverged(_ method: any PretrainingMethod) -> Bool {
    guard recorder.manifest.divergence == nil else { return false }
    do {
      _ = try candidate(method).features(.training)
      _ = try candidate(method).features(.test)
      return false
    } catch {
      return Self.tellsDivergence(error)
    }
  }
}
