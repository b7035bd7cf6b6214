import Evaluation
import Foundation
import Pretraining
import Tensors
import Vision

/// Trains and measures every arm with every seed, keeps what is finished and goes on with what is not.
///
/// Seeds are the outer loop: when time runs out, every arm has been run with the same seeds.
public struct Runner {
  /// What to run, and where.
  public struct Request: Sendable {
    /// How much of the published recipe.
    public var scale: Scale
    /// The arms, as changed by `overrides`.
    public var arms: [Arm]
    /// The seeds.
    public var seeds: [UInt64]
    /// The evaluations to measure now, by name; `nil` for all. The others are left to a later run of the same.
    public var evaluations: [String]?
    /// Which part of which data set is used.
    public var dataset: DatasetReference
    /// What `--set` changed.
    public var overrides: [Override]
    /// The folder of all runs.
    public var output: URL
    /// Threads that compute.
    public var threads: Int
    /// Whether whatever lies in a run's folder is deleted first.
    public var isFresh: Bool
    /// Whether runs begun with another instruction set are gone on with all the same.
    public var allowsAnyInstructionSet = false
    /// How many seconds the images took to read, where that was measured.
    public var readingSeconds: Double?

    /// Creates a request.
    public init(
      scale: Scale, arms: [Arm], seeds: [UInt64], evaluations: [String]? = nil, dataset: DatasetReference,
      overrides: [Override] = [], output: URL, threads: Int, isFresh: Bool = false
    ) {
      self.scale = scale
      self.arms = arms
      self.seeds = seeds
      self.evaluations = evaluations
      self.dataset = dataset
      self.overrides = overrides
      self.output = output
      self.threads = threads
      self.isFresh = isFresh
    }
  }

  /// What a run came to.
  public struct Outcome: Sendable {
    /// The run.
    public let run: PlannedRun
    /// Its manifest at the end.
    public let manifest: RunManifest
  }

  package let experiment: any Experiment
  let request: Request
  package let images: ImageCollection
  package let source: SourceState
  let shouldStop: () -> Bool
  let watch: (RunEvent) throws -> Void

  /// Creates a runner that tells `watch` what happens and ends with `Interrupted` once `shouldStop` says so.
  public init(
    _ experiment: any Experiment, _ request: Request, images: ImageCollection, source: SourceState,
    shouldStop: @escaping () -> Bool = { Interruption.isRequested },
    watch: @escaping (RunEvent) throws -> Void
  ) {
    self.experiment = experiment
    self.request = request
    self.images = images
    self.source = source
    self.shouldStop = shouldStop
    self.watch = watch
  }

  /// The runs in their order: seed by seed, every arm.
  public var plannedRuns: [PlannedRun] {
    request.seeds.flatMap { seed in
      request.arms.map { arm in
        PlannedRun(
          arm, seed: seed, of: experiment, scale: request.scale, dataset: request.dataset,
          data: images.identity, inflation: arm.inflation.flatMap { images.identity(of: $0.source) },
          overrides: request.overrides, output: request.output)
      }
    }
  }

  /// Runs everything; a run whose training fails does not keep the others from running.
  ///
  /// Nothing is trained unless every folder is free and either empty or the run's own. Each is held only while its run is
  /// looked at or trained, so that a thousand runs ask for as many open files as one. Throws a `RunProblem`, a
  /// `FolderInUse`, a `ForeignRun`, a `ManifestError`, a `StorageError`, or `Interrupted` with everything saved.
  public func run() throws -> [Outcome] {
    try checkDistinct(request.arms)
    for arm in request.arms {
      try arm.check(offeredBy: images)
      try arm.check(imageCount: arm.mixture(of: images).count)
    }
    let runs = plannedRuns
    let begun = runs.filter { FileManager.default.fileExists(atPath: $0.folder.url.path) }
    for run in begun {
      try holding(run) { if !request.isFresh { _ = try state(of: run) } }
    }
    // Nothing is deleted before all are known to be free, and all of it before anything is made anew.
    if request.isFresh {
      for run in begun { try holding(run) { try run.folder.clear() } }
    }
    var outcomes: [Outcome] = []
    var isReadingTold = false
    for (index, run) in runs.enumerated() {
      let manifest = try holding(run) {
        try perform(
          run, from: try state(of: run), number: index + 1, count: runs.count, isReadingTold: &isReadingTold)
      }
      outcomes.append(Outcome(run: run, manifest: manifest))
    }
    return outcomes
  }

  /// Does `body` while nobody else writes into the run's folder.
  private func holding<Result>(_ run: PlannedRun, _ body: () throws -> Result) throws -> Result {
    let lock = try RunLock(run.folder)
    defer { withExtendedLifetime(lock) {} }
    return try body()
  }

  /// What the folder of `run` holds, where that can be gone on with here.
  private func state(of run: PlannedRun) throws -> FolderState {
    let state = try run.folderState(
      threads: request.threads, anyInstructionSet: request.allowsAnyInstructionSet)
    try checkCircumstances(of: run, state)
    try checkMasks(of: run, state)
    return state
  }

  private func perform(
    _ run: PlannedRun, from state: FolderState, number: Int, count: Int, isReadingTold: inout Bool
  ) throws -> RunManifest {
    if shouldStop() { throw Interrupted() }
    let missing = try missingEvaluations(of: run)
    if case .finished(let manifest) = state, missing.isEmpty {
      try watch(.kept(run, manifest))
      return manifest
    }
    let recorder = try RunRecorder(run, manifest: nextManifest(run, state, isReadingTold: isReadingTold))
    isReadingTold = true
    var session = RunSession(
      run: run, images: images, recorder: recorder, shouldStop: shouldStop, watch: watch)
    do {
      try trainAndMeasure(run, &session, missing, number: number, count: count)
      try recorder.finish()
      try watch(.finished(run, recorder.manifest))
    } catch let error as PretrainingError {
      try fail(run, recorder, error)
    } catch let error as EvaluationError {
      try fail(run, recorder, error)
    } catch is Interrupted {
      try recorder.writeManifest()
      throw Interrupted()
    }
    return recorder.manifest
  }

  private func trainAndMeasure(
    _ run: PlannedRun, _ session: inout RunSession, _ missing: [String], number: Int, count: Int
  ) throws {
    let evaluations = experiment.evaluations(of: run.arm)
    let method = try session.train(number: number, count: count)
    do {
      // A training that diverged has taken back what was measured of it before.
      let isDiverged = session.recorder.manifest.divergence != nil
      try session.evaluate(
        method, by: evaluations, only: Set(isDiverged ? missingEvaluations(of: run) : missing))
    } catch let error where RunSession.tellsDivergence(error) && session.hasDiverged(method) {
      let manifest = session.recorder.manifest
      let end = TrainingProgress(
        step: manifest.steps, steps: manifest.steps, epoch: run.arm.plan.epochs, epochs: run.arm.plan.epochs)
      let untrained = try session.diverge(at: end, "\(error)")
      try session.evaluate(untrained, by: evaluations, only: Set(missingEvaluations(of: run)))
    }
  }

  private func fail(_ run: PlannedRun, _ recorder: RunRecorder, _ reason: any Error) throws {
    try recorder.fail("\(reason)")
    try watch(.failed(run, reason: "\(reason)"))
  }

  /// Throws a `RunProblem` where a finished run still has to be measured, but with other threads or instructions than it
  /// was trained with: fine-tuning rounds differently with them.
  private func checkCircumstances(of run: PlannedRun, _ state: FolderState) throws {
    guard case .finished(let manifest) = state else { return }
    let obstacles = manifest.obstacles(
      threads: request.threads, anyInstructionSet: request.allowsAnyInstructionSet)
    if obstacles.isEmpty { return }
    let missing = try missingEvaluations(of: run)
    if missing.isEmpty { return }
    let advice = manifest.threads == request.threads ? "" : ": measure it with --threads \(manifest.threads)"
    throw RunProblem(
      "\(run.folder.url.path) is finished but for \(missing.joined(separator: ", ")), and was made in other "
        + "circumstances (\(obstacles.joined(separator: "; ")))\(advice)")
  }

  /// Throws a `RunProblem` where dense tasks of a begun run were measured on other masks than those at hand.
  private func checkMasks(of run: PlannedRun, _ state: FolderState) throws {
    guard let before = state.manifest?.segmentation, let now = otherSegmentation, before != now else {
      return
    }
    throw RunProblem(
      "\(run.folder.url.path) was measured on the masks of \(before.name) (\(before.kind), digest "
        + "\(before.digest.prefix(12))), and those at hand are \(now.kind) (\(now.digest.prefix(12))): bring the former "
        + "back, or begin anew with --fresh")
  }

  /// What was asked for, can be measured on the images at hand, and has not been.
  private func missingEvaluations(of run: PlannedRun) throws -> [String] {
    let measured = Set(try run.folder.measuredScores().map(\.evaluation))
    return experiment.evaluations(of: run.arm, on: images).map(\.name).filter { name in
      !measured.contains(name) && request.evaluations?.contains(name) != false
    }
  }

  private func nextManifest(
    _ run: PlannedRun, _ state: FolderState, isReadingTold: Bool
  ) -> RunManifest {
    let session = RunManifest.Session.now(
      source, threads: request.threads, reading: isReadingTold ? nil : request.readingSeconds)
    switch state {
    case .unfinished(var manifest), .finished(var manifest):
      manifest.sessions.append(session)
      manifest.segmentation = otherSegmentation ?? manifest.segmentation
      manifest.status = .running
      manifest.failure = nil
      return manifest
    case .empty:
      var manifest = RunManifest(
        run: run.key.run, identity: run.identity, data: images.identity,
        inflation: run.arm.inflation.flatMap { images.identity(of: $0.source) }, role: run.arm.role,
        usesLabels: run.arm.usesLabels, overrides: run.overrides.map(\.description), status: .running,
        sessions: [session], machine: .current, threads: request.threads, build: Machine.build,
        libraries: Machine.libraries, steps: 0, imagesSeen: 0, peakMemoryBytes: 0)
      manifest.segmentation = otherSegmentation
      manifest.ownImages = images.own
      manifest.alarms = []
      manifest.claims = claimDigests(of: experiment.claims)
      return manifest
    }
  }

  /// Which masks dense evaluations are measured on, where they are another data set's.
  private var otherSegmentation: DataIdentity? {
    images.segmentation.map(\.identity).flatMap { $0 == images.identity ? nil : $0 }
  }
}
