import Evaluation
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// One run, from its first step or its last checkpoint to its scores.
struct RunSession {
  let run: PlannedRun
  let images: ImageCollection
  let recorder: RunRecorder
  let shouldStop: () -> Bool
  let watch: (RunEvent) throws -> Void

  private var plan: TrainingPlan { run.identity.plan }
  private var standardization: Standardization { images.standardization(of: run.identity.dataset) }

  // MARK: Training

  /// Trains the arm's method to the end of its plan and returns it.
  mutating func train(number: Int, count: Int) throws -> any PretrainingMethod {
    let pretraining = run.arm.mixture(of: images)
    let method = run.arm.method(seed: run.key.seed, on: pretraining.images)
    if let divergence = recorder.manifest.divergence {
      try watch(.began(run, number: number, count: count, resumedAt: nil))
      try watch(.diverged(run, divergence))
      return method
    }
    let position = try recorder.resume()
    try watch(.began(run, number: number, count: count, resumedAt: position?.progress))
    if plan.epochs == 0 { return method }
    let pretrainer = try Pretrainer(
      method: method, plan: plan, mixture: pretraining, standardization: standardization,
      seed: run.key.seed)
    let need = DiskNeed(pretrainer.state(), in: run.folder.url)
    try need.check(at: run.folder.url.path)
    try watch(.takes(need))
    if let position { try pretrainer.restore(position.tensors) }
    do {
      try Interruption.deferred {
        if position == nil {
          try prepare(method)
          try write(
            PictureSheet(
              viewsOf: method, called: run.arm.name, mixture: pretraining, count: 6, seed: run.key.seed,
              of: Typography.dataset(run.key.data)
            ).picture("views"))
        }
        try train(method, pretrainer, from: position)
      }
    } catch let error where Self.tellsDivergence(error) {
      return try diverge(at: pretrainer.progress, "\(error)")
    }
    // The last step's update is followed by no loss that would tell.
    if let name = method.encoder.namedState.first(where: { !$0.state.value.isFinite })?.name {
      return try diverge(at: pretrainer.progress, "\(name) of the encoder is not finite after the last step")
    }
    return method
  }

  private func train(
    _ method: any PretrainingMethod, _ pretrainer: Pretrainer, from position: RunRecorder.Position?
  ) throws {
    let monitor = Monitor(
      watching: images.training, standardization: standardization, dataType: plan.precision.dataType)
    var alarm = CollapseAlarm(for: method, batchSize: plan.batchSize)
    recorder.replaceAlarms(by: alarm.hear(position?.rows ?? []))
    try watch(.expects(LossLevel.levels(of: method, batchSize: plan.batchSize)))
    var mean = position?.mean ?? EpochMean()
    // A run that was killed at its first step has a checkpoint but no rows, or those of its preparation alone.
    let isUnseen = position?.rows.allSatisfy { $0.metric.hasPrefix(PreparationMetric.prefix) } ?? true
    let untrained = isUnseen ? method.encoder.namedState.map(\.state.value) : nil
    if position == nil { try recorder.save(pretrainer.state(), at: pretrainer.progress, mean: mean) }
    while !pretrainer.isFinished {
      do {
        try runEpoch(pretrainer, &mean) { step in
          guard step == 1, let untrained else { return }
          try recordBeginning(of: method.encoder, untrained, pretrainer.progress, monitor, &alarm)
        }
      } catch is Interrupted {
        try recorder.save(pretrainer.state(), at: pretrainer.progress, mean: mean)
        throw Interrupted()
      }
      try close(epochOf: pretrainer, &mean, method, monitor, &alarm)
      if shouldStop() { throw Interrupted() }
    }
  }

  private func runEpoch(
    _ pretrainer: Pretrainer, _ mean: inout EpochMean, _ didStep: (_ step: Int) throws -> Void
  ) throws {
    let stepsPerEpoch = pretrainer.progress.steps / max(1, pretrainer.progress.epochs)
    var began = ContinuousClock.now
    try pretrainer.runEpoch { report in
      mean.add(report)
      recorder.add(report)
      recorder.addSeconds((ContinuousClock.now - began) / .seconds(1), to: \.training)
      try watch(.stepped(report))
      try didStep(report.progress.step)
      began = .now
      let isLast = report.progress.step % stepsPerEpoch == 0
      if !isLast && shouldStop() { throw Interrupted() }
    }
  }

  /// Records how `encoder` looked with its `untrained` values, once the first step has shown that training goes on, since
  /// looking takes longer than the step.
  private func recordBeginning(
    of encoder: any Encoder, _ untrained: [Tensor], _ progress: TrainingProgress, _ monitor: Monitor,
    _ alarm: inout CollapseAlarm
  ) throws {
    let states = encoder.namedState.map(\.state)
    let trained = states.map(\.value)
    for (state, value) in zip(states, untrained) { state.restore(value) }
    defer { for (state, value) in zip(states, trained) { state.restore(value) } }
    let start = TrainingProgress(step: 0, steps: progress.steps, epoch: 0, epochs: progress.epochs)
    let reading = try recorder.timing(\.monitoring) { try monitor.reading(of: encoder) }
    let rows = rows(of: MonitorMetric.metrics(of: reading), at: start)
    try recorder.append(rows)
    try watch(.endedEpoch(start, rows: rows))
    try ring(alarm.hear(rows))
  }

  private func ring(_ alarms: [Alarm]) throws {
    recorder.add(alarms)
    for alarm in alarms { try watch(.alarmed(alarm)) }
  }

  private func rows(of metrics: [(metric: String, value: Double)], at progress: TrainingProgress)
    -> [CurveRow]
  {
    metrics.map { metric, value in
      CurveRow(key: run.key, epoch: progress.epoch, step: progress.step, metric: metric, value: value)
    }
  }

  /// Records what an epoch came to, and everything that going on after it needs.
  private func close(
    epochOf pretrainer: Pretrainer, _ mean: inout EpochMean, _ method: any PretrainingMethod,
    _ monitor: Monitor, _ alarm: inout CollapseAlarm
  ) throws {
    let progress = pretrainer.progress
    var metrics = mean.metrics
    if MonitorMetric.isDue(after: progress.epoch, of: progress.epochs) {
      let reading = try recorder.timing(\.monitoring) { try monitor.reading(of: method.encoder) }
      metrics += MonitorMetric.metrics(of: reading)
    }
    let rows = rows(of: metrics, at: progress)
    mean = EpochMean()
    try recorder.append(rows)
    let alarms = alarm.hear(rows)
    recorder.add(alarms)
    try recorder.save(pretrainer.state(), at: progress, mean: mean)
    try watch(.endedEpoch(progress, rows: rows))
    for alarm in alarms { try watch(.alarmed(alarm)) }
  }

  // MARK: Measuring

  /// What evaluations are given of `method`.
  func candidate(_ method: any PretrainingMethod) -> Candidate {
    Candidate(
      method, training: images.training, test: images.test, segmentation: images.frames,
      standardization: standardization, dataType: plan.precision.dataType, seed: run.key.seed)
  }

  /// Measures what `method` trained by those of its `evaluations` that are called one of `names`.
  func evaluate(
    _ method: any PretrainingMethod, by evaluations: [any Evaluation], only names: Set<String>
  ) throws {
    let candidate = candidate(method)
    var rows = Dictionary(grouping: try recorder.scores(), by: \.evaluation)
    for evaluation in evaluations where names.contains(evaluation.name) {
      if shouldStop() { throw Interrupted() }
      try watch(.measuring(evaluation: evaluation.name))
      let began = ContinuousClock.now
      let measured = try evaluation.measure(candidate)
      recorder.addSeconds((ContinuousClock.now - began) / .seconds(1), to: evaluation)
      for picture in measured.pictures { try write(picture) }
      // Before the scores: what is measured without its answers would never be measured again.
      try recorder.replaceAnswers(
        of: evaluation.name, with: measured.answers.map { AnswerRow(run.key, evaluation.name, $0) })
      rows[evaluation.name] = measured.scores.map { score in
        ScoreRow(
          key: run.key, evaluation: evaluation.name, metric: score.metric, value: score.value,
          count: score.count)
      }
      try recorder.replaceScores(with: evaluations.flatMap { rows[$0.name] ?? [] })
      try watch(.measured(evaluation: evaluation.name, scores: measured.scores))
    }
  }
}

extension MonitorMetric {
  /// What one look adds to the curves.
  static func metrics(of reading: Monitor.Reading) -> [(metric: String, value: Double)] {
    (reading.top1.map { [("monitor/knn", $0)] } ?? []) + [
      (spread, reading.spread.deviation), (rank, reading.spread.effectiveRank),
    ]
  }

  /// How many looks a training of `epochs` epochs takes.
  package static func count(over epochs: Int) -> Int { (0...epochs).count { isDue(after: $0, of: epochs) } }

  /// At the start, at the end, and about twenty times between.
  static func isDue(after epoch: Int, of epochs: Int) -> Bool {
    epoch == epochs || epoch.isMultiple(of: max(1, epochs / 20))
  }
}

extension Monitor {
  /// A monitor that asks about training images as well, so that nobody looks at the test images before the end.
  fileprivate init(watching images: ImageSet, standardization: Standardization, dataType: DataType) {
    let asked = min(Monitor.testCount, images.count / 6)
    let known = min(Monitor.trainingCount, images.count - asked)
    self.init(
      training: images.subset(0..<known), test: images.subset(known..<known + asked),
      standardization: standardization, dataType: dataType)
  }
}
