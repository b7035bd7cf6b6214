import Crypto
import Evaluation
import Foundation
import NeuralNetworks
import Pretraining
import Tensors

/// Keeps one run's files true: whatever happens between two writes, what lies in the folder can be gone on from.
///
/// `run.json` is there before anything else. Rows reach the disk before the checkpoint that counts them, and the
/// checkpoint says how many bytes of `curves.csv` it goes with; what lies behind them is cut off when it is resumed.
final class RunRecorder {
  private let folder: RunFolder
  private let key: RunKey
  private(set) var manifest: RunManifest
  private var curves: OutputFile?
  private var hash = SHA256()
  private var curvesBytes = 0
  /// Of all steps up to now; unknown once a checkpoint was taken up that does not tell.
  private var multiplyAdds: Int? = 0
  private let earlier: (wall: Double, cpu: Double)
  private let began = ContinuousClock.now
  private let cpuAtStart = ProcessUsage.cpuSeconds

  /// Opens a run's files, new or as `manifest` left them, and writes the manifest; throws a `StorageError`.
  init(_ run: PlannedRun, manifest: RunManifest) throws {
    folder = run.folder
    key = run.key
    self.manifest = manifest
    earlier = manifest.sessions.last.map { ($0.wallSeconds, $0.cpuSeconds) } ?? (0, 0)
    ProcessUsage.forgetPeak()
    run.folder.clearLeftovers()
    try writeManifest()
  }

  // MARK: Curves and checkpoints

  /// Where a resumed training stands.
  struct Position {
    let tensors: [String: Tensor]
    let progress: TrainingProgress
    let mean: EpochMean
    let rows: [CurveRow]
  }

  /// Opens `curves.csv` as the checkpoint left it and returns where to go on; `nil` to begin at the first step.
  ///
  /// Throws a `CSVError`, a `StorageError`, or a `ResumeError` when the checkpoint is damaged or the two files do not belong
  /// together.
  func resume() throws -> Position? {
    guard FileManager.default.fileExists(atPath: folder.checkpoint.path) else {
      try replaceCurves(with: Data(CSVFile.line(CurveRow.columns).utf8))
      return nil
    }
    let checkpoint = try readCheckpoint()
    guard checkpoint.metadata["run"] == key.run, let text = checkpoint.metadata["position"],
      let position = try? JSONDecoder().decode(SavedPosition.self, from: Data(text.utf8))
    else {
      throw ResumeError(path: folder.checkpoint.path, problem: "belongs to another run")
    }
    // Checkpoints of earlier commits do not tell the digest.
    if let digest = checkpoint.metadata["elements"], digest != checkpoint.tensors.elementsDigest {
      throw ResumeError(
        path: folder.checkpoint.path, problem: "is damaged: its numbers are not those that were saved")
    }
    let rows = ((try? Data(contentsOf: folder.curves)) ?? Data()).prefix(position.curvesBytes)
    guard hexadecimal(SHA256.hash(data: rows)) == position.curvesDigest else {
      throw ResumeError(path: folder.curves.path, problem: "was changed since the checkpoint beside it")
    }
    try replaceCurves(with: rows)
    multiplyAdds = position.multiplyAdds
    return Position(
      tensors: checkpoint.tensors, progress: position.progress, mean: position.mean,
      rows: try CurveRow.read(from: folder.curves))
  }

  private func readCheckpoint() throws -> Checkpoint {
    do {
      return try Checkpoint.read(from: folder.checkpoint)
    } catch let error as CheckpointError {
      throw ResumeError(path: error.file, problem: error.found)
    }
  }

  /// Takes note of a step's arithmetic and of what it waited for.
  func add(_ report: StepReport) {
    multiplyAdds = multiplyAdds.map { $0 + report.multiplyAdds }
    addSeconds(report.secondsForViews, to: \.waitingForData)
  }

  /// Takes note of `seconds` that a phase took.
  func addSeconds(_ seconds: Double, to phase: WritableKeyPath<RunManifest.Phases, Double>) {
    manifest.sessions[manifest.sessions.count - 1].phases?[keyPath: phase] += seconds
  }

  /// Takes note of `seconds` that `evaluation` took.
  func addSeconds(_ seconds: Double, to evaluation: any Evaluation) {
    manifest.sessions[manifest.sessions.count - 1].phases?.evaluations[evaluation.name, default: 0] += seconds
  }

  /// Does `body` and counts its time as that of `phase`.
  func timing<Result>(
    _ phase: WritableKeyPath<RunManifest.Phases, Double>, _ body: () throws -> Result
  ) rethrows -> Result {
    let began = ContinuousClock.now
    defer { addSeconds((ContinuousClock.now - began) / .seconds(1), to: phase) }
    return try body()
  }

  /// Takes note of what rang.
  func add(_ alarms: [Alarm]) { manifest.alarms = (manifest.alarms ?? []) + alarms }

  /// Takes note of everything that has rung so far: where a run was killed before it was written, the rows ring it again.
  func replaceAlarms(by alarms: [Alarm]) { manifest.alarms = alarms }

  /// Takes note of how the training ended, and forgets what was measured of what it came to.
  func diverge(_ divergence: Divergence) throws {
    manifest.divergence = divergence
    add([Alarm(divergence.text, epoch: divergence.epoch)])
    try replaceScores(with: [])
  }

  /// Takes note of the time and arithmetic of what came before the first step.
  func addPreparation(seconds: Double, multiplyAdds: Int) {
    manifest.preparationSeconds = seconds
    addSeconds(seconds, to: \.preparation)
    self.multiplyAdds = self.multiplyAdds.map { $0 + multiplyAdds }
  }

  /// Appends `rows` to the curves.
  func append(_ rows: [CurveRow]) throws {
    let text = Data(rows.map(\.line).joined().utf8)
    try curves?.write(text)
    try curves?.synchronize()
    hash.update(data: text)
    curvesBytes += text.count
  }

  /// Saves everything that going on from here needs.
  func save(_ tensors: [String: Tensor], at progress: TrainingProgress, mean: EpochMean) throws {
    let position = SavedPosition(
      progress: progress, mean: mean, multiplyAdds: multiplyAdds, curvesBytes: curvesBytes,
      curvesDigest: hexadecimal(hash.finalize()))
    let metadata = [
      "run": key.run, "position": JSONValue(encoding: position).description,
      "elements": tensors.elementsDigest,
    ]
    try Checkpoint.write(tensors, metadata: metadata, to: folder.checkpoint)
    manifest.steps = progress.step
    manifest.imagesSeen = progress.step * manifest.identity.plan.batchSize
    manifest.multiplyAdds = multiplyAdds
    try writeManifest()
  }

  private func replaceCurves(with data: Data) throws {
    try writeAtomically(data, to: folder.curves)
    curves = try OutputFile(folder.curves)
    hash = SHA256()
    hash.update(data: data)
    curvesBytes = data.count
  }

  // MARK: Scores

  /// The scores measured so far; throws a `CSVError`.
  func scores() throws -> [ScoreRow] { try folder.measuredScores() }

  /// Replaces the scores by `rows`.
  func replaceScores(with rows: [ScoreRow]) throws {
    let text = CSVFile.line(ScoreRow.columns) + rows.map(\.line).joined()
    try writeAtomically(Data(text.utf8), to: folder.scores)
    try writeManifest()
  }

  /// Replaces the answers of `evaluation` by `rows`; there is no file where nothing has answers.
  func replaceAnswers(of evaluation: String, with rows: [AnswerRow]) throws {
    let before = try folder.storedAnswers()
    let after = before.filter { $0.evaluation != evaluation } + rows
    if after != before { try writeAtomically(Data(AnswerRow.table(of: after).utf8), to: folder.answers) }
  }

  // MARK: The manifest

  /// Marks the run as finished, with the digest of its rows.
  func finish() throws {
    manifest.rowsDigest = RowsDigest.of(scores: try scores(), curves: try folder.observedCurves())
    manifest.answersDigest = RowsDigest.of(answers: try folder.storedAnswers())
    manifest.status = manifest.divergence == nil ? .finished : .diverged
    manifest.failure = nil
    try writeManifest()
  }

  /// Marks the run as stopped by what its training came to; the last checkpoint stays.
  func fail(_ reason: String) throws {
    manifest.status = .failed
    manifest.failure = reason
    try writeManifest()
  }

  /// Writes the manifest with the time and memory used up to now.
  func writeManifest() throws {
    let passed = (ContinuousClock.now - began).components
    let last = manifest.sessions.count - 1
    manifest.sessions[last].wallSeconds =
      earlier.wall + Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
    manifest.sessions[last].cpuSeconds = earlier.cpu + ProcessUsage.cpuSeconds - cpuAtStart
    manifest.peakMemoryBytes = max(manifest.peakMemoryBytes, ProcessUsage.peakMemoryBytes)
    try writeAtomically(manifest.json, to: folder.manifest)
  }
}

extension [String: Tensor] {
  /// SHA-256 over every name, shape and element: the format's header cannot tell that a number was changed on the disk.
  package var elementsDigest: String {
    var hash = SHA256()
    for (name, tensor) in sorted(by: { $0.key < $1.key }) {
      hash.update(data: Data("\(name) \(tensor.shape) \(tensor.dataType)\n".utf8))
      tensor.withBytes { hash.update(bufferPointer: $0) }
    }
    return hexadecimal(hash.finalize())
  }
}

/// A file of an unfinished run that cannot be gone on from.
public struct ResumeError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let problem: String

  /// Creates an error about the file at `path`.
  package init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// What is wrong and what to do, in one line.
  public var description: String {
    "\(path) \(problem). Restore the file, or start the run anew with --fresh"
  }
}

/// What a checkpoint tells beside its tensors.
private struct SavedPosition: Codable {
  let step, steps, epoch, epochs: Int
  let mean: EpochMean
  let multiplyAdds: Int?
  let curvesBytes: Int
  let curvesDigest: String

  init(
    progress: TrainingProgress, mean: EpochMean, multiplyAdds: Int?, curvesBytes: Int, curvesDigest: String
  ) {
    (step, steps, epoch, epochs) = (progress.step, progress.steps, progress.epoch, progress.epochs)
    self.mean = mean
    self.multiplyAdds = multiplyAdds
    self.curvesBytes = curvesBytes
    self.curvesDigest = curvesDigest
  }

  var progress: TrainingProgress { TrainingProgress(step: step, steps: steps, epoch: epoch, epochs: epochs) }
}
