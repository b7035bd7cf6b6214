import Pretraining
import Tensors
import Vision

extension RunSession {
  /// Prepares a method that has to learn something before its first step; does nothing for any other.
  func prepare(_ method: any PretrainingMethod) throws {
    guard let prepared = method as? any PreparedMethod, prepared.needsPreparation else { return }
    let (before, began) = (MultiplyAdds.total, ContinuousClock.now)
    let preparation = Preparation(
      on: run.arm.pretrainingImages(of: images), seed: run.key.seed,
      precision: run.identity.plan.precision
    ) { report in
      try recorder.append(
        report.metrics.map { metric, value in
          CurveRow(
            key: run.key, epoch: report.progress.epoch, step: report.progress.step,
            metric: PreparationMetric.prefix + metric, value: value)
        })
      try watch(.prepared(report))
      if shouldStop() { throw Interrupted() }
    }
    let pictures = try prepared.prepare(preparation)
    for picture in pictures { try write(picture) }
    recorder.addPreparation(
      seconds: (ContinuousClock.now - began) / .seconds(1), multiplyAdds: MultiplyAdds.total - before)
  }

  /// Puts a picture into the run's folder.
  func write(_ picture: Picture) throws {
    try makeFolder(run.folder.pictures)
    try writeAtomically(picture.png(), to: run.folder.pictures.appending(component: "\(picture.name).png"))
  }
}
