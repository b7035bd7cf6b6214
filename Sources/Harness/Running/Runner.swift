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

  let experiment: any Experiment
  let request: Request
  let images: ImageCollection
  let source: SourceState
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
  /// Nothing is trained unless every folder is free and either empty or the run's own. Throws a `RunProblem`, a
  /// `FolderInUse`, a `ForeignRun`, a `ManifestError`, a `StorageError`, or `Interrupted` with everything saved.
  public func run() throws -> [Outcome] {
    try checkDistinct(request.arms)
    for arm in request.arms {
      try arm.check(offeredBy: images)
      try arm.check(imageCount: arm.mixture(of: images).count)
    }
    let runs = plannedRuns
    let locks = try runs.map { try RunLock($0.folder) }
    defer { withExtendedLifetime(locks) {} }
    if request.isFresh { for run in runs { try run.folder.clear() } }
    let states = try runs.map { try $0.folderState(threads: request.threads) }
    for (run, state) in zip(runs, states) {
      try checkThreads(of: run, state)
      try checkMasks(of: run, state)
    }
    var outcomes: [Outcome] = []
    for (index, (run, state)) in zip(runs, states).enumerated() {
      let manifest = try perform(run, from: state, number: index + 1, count: runs.count)
      outcomes.append(Outcome(run: run, manifest: manifest))
    }
    return outcomes
  }

  private func perform(
    _ run: PlannedRun, from state: FolderState, number: Int, count: Int
  ) throws -> RunManifest {
    if shouldStop() { throw Interrupted() }
    let missing = try missingEvaluations(of: run)
    if case .finished(let manifest) = state, missing.isEmpty {
      try watch(.kept(run, manifest))
      return manifest
    }
    let recorder = try RunRecorder(run, manifest: nextManifest(run, state))
    var session = RunSession(
      run: run, images: images, recorder: recorder, shouldStop: shouldStop, watch: watch)
    do {
      let method = try session.train(number: number, count: count)
      try session.evaluate(method, by: experiment.evaluations(of: run.arm), only: Set(missing))
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

  private func fail(_ run: PlannedRun, _ recorder: RunRecorder, _ reason: any Error) throws {
    try recorder.fail("\(reason)")
    try watch(.failed(run, reason: "\(reason)"))
  }

  /// Throws a `RunProblem` where a finished run still has to be measured, but with other threads than it was trained with:
  /// fine-tuning rounds differently with them, and a run has one number of threads.
  private func checkThreads(of run: PlannedRun, _ state: FolderState) throws {
    guard case .finished(let manifest) = state, manifest.threads != request.threads else { return }
    let missing = try missingEvaluations(of: run)
    if missing.isEmpty { return }
    throw RunProblem(
      "\(run.folder.url.path) is finished but for \(missing.joined(separator: ", ")), and was made with "
        + "\(Typography.count(manifest.threads, "thread")): measure it with --threads \(manifest.threads)")
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

  private func nextManifest(_ run: PlannedRun, _ state: FolderState) -> RunManifest {
    let session = RunManifest.Session(start: Date(), source: source)
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
      return manifest
    }
  }

  /// Which masks dense evaluations are measured on, where they are another data set's.
  private var otherSegmentation: DataIdentity? {
    images.segmentation.map(\.identity).flatMap { $0 == images.identity ? nil : $0 }
  }
}
