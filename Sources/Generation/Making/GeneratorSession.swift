import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// What happens while a generator is made.
public enum GeneratorEvent: Sendable {
  /// Training begins, or goes on after a step.
  case began(resumedAt: TrainingProgress?)
  /// A step was taken.
  case stepped(StepReport)
  /// An epoch is over; its mean loss.
  case endedEpoch(TrainingProgress, loss: Double)
  /// So many images are drawn.
  case drawn(GeneratorQuality, count: Int, of: Int)
  /// The images were there already.
  case kept(GeneratorQuality, URL)
  /// Images are compared with real ones.
  case measuring(GeneratorQuality)
}

/// The making of one generator in its folder: trained, or gone on with, and asked for images.
///
/// What it writes is a function of its identity, the precision and the number of threads, however often it was stopped.
public final class GeneratorSession {
  /// Where everything lies.
  public let folder: GeneratorFolder
  /// What makes the generator this one.
  public let identity: GeneratorIdentity
  let images: ImageSet
  let shouldStop: () -> Bool
  let watch: (GeneratorEvent) throws -> Void
  var manifest: GeneratorManifest
  let source: SourceState
  private let lock: RunLock
  private let began = ContinuousClock.now

  var recipe: GeneratorRecipe { identity.recipe }
  var dataType: DataType { recipe.plan.precision.dataType }

  /// Takes the folder of the generator of `identity`, which learns `images`; `isFresh` deletes what an earlier one left.
  ///
  /// - Throws: `FolderInUse`, `StorageError`, `ManifestError`, and `GeneratorError.otherIdentity` where the folder holds
  ///   another generator.
  public init(
    _ identity: GeneratorIdentity, images: ImageSet, data: DataIdentity, output: URL, source: SourceState,
    isFresh: Bool = false, shouldStop: @escaping () -> Bool = { Interruption.isRequested },
    watch: @escaping (GeneratorEvent) throws -> Void = { _ in }
  ) throws {
    var identity = identity
    identity.recipe.plan.precision = identity.recipe.plan.precision.resolved
    let folder = GeneratorFolder(output: output, identity: identity, data: data)
    let lock = try RunLock(RunFolder(folder.url))
    if isFresh { try folder.clear() }
    let known = try GeneratorManifest.read(from: folder.manifest)
    if let known, known.generator != identity.digest {
      throw GeneratorError.otherIdentity(path: folder.url.path)
    }
    self.folder = folder
    self.identity = identity
    self.images = images
    self.source = source
    self.lock = lock
    self.shouldStop = shouldStop
    self.watch = watch
    let isBegun = FileManager.default.fileExists(atPath: folder.checkpoint.path)
    manifest =
      known.flatMap { $0.isTrained || isBegun ? $0 : nil }
      ?? GeneratorManifest(identity, data: data, imageCount: images.count)
  }

  // MARK: Training

  /// Trains the generator to the end of its plan, from its last checkpoint where there is one.
  ///
  /// - Throws: `Interrupted` after saving, `GeneratorError.otherThreads`, `GeneratorError.lostWeights`,
  ///   `PretrainingError`, `ResumeError`, `CheckpointError`, `StorageError`.
  public func train() throws {
    let isComplete = GeneratorQuality.allCases.allSatisfy {
      FileManager.default.fileExists(atPath: folder.weights($0).path)
    }
    if manifest.isTrained {
      if isComplete { return }
      throw GeneratorError.lostWeights(path: folder.url.path)
    }
    let training = DiffusionTraining(recipe, on: images, seed: identity.seed, dataType: dataType)
    let pretrainer = try Pretrainer(
      method: training, plan: recipe.plan, images: images, standardization: .none, seed: identity.seed)
    var position = Position()
    let isResumed = FileManager.default.fileExists(atPath: folder.checkpoint.path)
    guard !isResumed || manifest.threads == WorkerPool.threads else {
      throw GeneratorError.otherThreads(what: "training", before: manifest.threads, now: WorkerPool.threads)
    }
    if isResumed { position = try resume(pretrainer) }
    manifest.sessions.append(RunManifest.Session(start: .wholeSeconds, source: source))
    try watch(.began(resumedAt: isResumed ? pretrainer.progress : nil))
    try writeManifest()
    try Interruption.deferred {
      while !pretrainer.isFinished { try runEpoch(pretrainer, training, &position) }
    }
    manifest.isTrained = true
    try writeManifest()
  }

  private func runEpoch(
    _ pretrainer: Pretrainer, _ training: DiffusionTraining, _ position: inout Position
  ) throws {
    let stepsPerEpoch = pretrainer.progress.steps / pretrainer.progress.epochs
    do {
      try pretrainer.runEpoch { report in
        position.losses.append(report.loss)
        position.multiplyAdds += report.multiplyAdds
        try watch(.stepped(report))
        if report.progress.step % stepsPerEpoch != 0 && shouldStop() { throw Interrupted() }
      }
    } catch is Interrupted {
      try save(pretrainer, position)
      throw Interrupted()
    }
    let loss = position.losses.reduce(0) { $0 + Double($1) } / Double(max(1, position.losses.count))
    position.epochs.append(loss)
    position.losses = []
    let epoch = pretrainer.progress.epoch
    // Before the checkpoint: one that lies beyond an epoch vouches for its weights.
    if epoch == recipe.earlyEpoch { try writeWeights(training, .early, epoch: epoch) }
    if pretrainer.isFinished { try writeWeights(training, .last, epoch: epoch) }
    try save(pretrainer, position)
    try watch(.endedEpoch(pretrainer.progress, loss: loss))
    if shouldStop() && !pretrainer.isFinished { throw Interrupted() }
  }

  /// What a checkpoint tells beside its tensors.
  struct Position: Codable {
    /// The mean loss of every epoch that is over.
    var epochs: [Double] = []
    /// The losses of the epoch that was begun.
    var losses: [Float] = []
    var multiplyAdds = 0
  }

  private func save(_ pretrainer: Pretrainer, _ position: Position) throws {
    let tensors = pretrainer.state()
    let metadata = [
      "generator": identity.digest, "position": JSONValue(encoding: position).description,
      "elements": tensors.elementsDigest,
    ]
    let rows = position.epochs.enumerated().map { "\($0 + 1),\($1)\n" }
    try writeAtomically(Data(("epoch,loss\n" + rows.joined()).utf8), to: folder.curves)
    try Checkpoint.write(tensors, metadata: metadata, to: folder.checkpoint)
    manifest.steps = pretrainer.progress.step
    manifest.multiplyAdds = position.multiplyAdds
    try writeManifest()
  }

  private func resume(_ pretrainer: Pretrainer) throws -> Position {
    let checkpoint = try Checkpoint.read(from: folder.checkpoint)
    guard checkpoint.metadata["generator"] == identity.digest, let text = checkpoint.metadata["position"],
      let position = try? JSONDecoder().decode(Position.self, from: Data(text.utf8))
    else { throw ResumeError(path: folder.checkpoint.path, problem: "belongs to another generator") }
    guard checkpoint.metadata["elements"] == checkpoint.tensors.elementsDigest else {
      throw ResumeError(
        path: folder.checkpoint.path, problem: "is damaged: its numbers are not those that were saved")
    }
    try pretrainer.restore(checkpoint.tensors)
    return position
  }

  private func writeWeights(_ training: DiffusionTraining, _ quality: GeneratorQuality, epoch: Int) throws {
    let tensors = Checkpoint.state(of: training.average.network)
    try Checkpoint.write(
      tensors,
      metadata: [
        "generator": identity.digest, "epoch": "\(epoch)", "elements": tensors.elementsDigest,
      ], to: folder.weights(quality))
  }

  /// The network with the weights of `quality`, and their epoch.
  func network(_ quality: GeneratorQuality) throws -> (network: UNet, epoch: Int) {
    let file = folder.weights(quality)
    let checkpoint = try Checkpoint.read(from: file)
    guard checkpoint.metadata["generator"] == identity.digest,
      let epoch = checkpoint.metadata["epoch"].flatMap({ Int($0) })
    else { throw ResumeError(path: file.path, problem: "belongs to another generator") }
    guard checkpoint.metadata["elements"] == checkpoint.tensors.elementsDigest else {
      throw ResumeError(path: file.path, problem: "is damaged: its numbers are not those that were saved")
    }
    var random = Random(seed: identity.seed, stream: "generator.weights")
    let network = UNet(recipe.network, using: &random)
    try checkpoint.restore(network)
    return (network, epoch)
  }

  private func writeManifest() throws {
    let last = manifest.sessions.count - 1
    manifest.sessions[last].wallSeconds = (ContinuousClock.now - began) / .seconds(1)
    manifest.sessions[last].cpuSeconds = ProcessUsage.cpuSeconds
    try ReadableJSON.write(manifest, to: folder.manifest)
  }
}

extension Date {
  /// Now, to the second, as JSON keeps it.
  static var wholeSeconds: Date {
    Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
  }
}

/// A generator that cannot be made, or asked.
public enum GeneratorError: Error, Equatable, CustomStringConvertible {
  /// The folder holds a generator of another recipe, data set or precision.
  case otherIdentity(path: String)
  /// It was begun with another number of threads, which rounds differently.
  case otherThreads(what: String, before: Int, now: Int)
  /// It was trained to the end, and weights are gone.
  case lostWeights(path: String)
  /// An image has numbers that are not finite.
  case nonFiniteImages(quality: String, first: Int)

  /// What is wrong and what to do, in one line.
  public var description: String {
    switch self {
    case .otherIdentity(let path):
      "\(path) holds a generator of another recipe, other images or another precision: begin anew with --fresh, or "
        + "write elsewhere with --output DIR"
    case .otherThreads(let what, let before, let now):
      "the \(what) was begun with \(Typography.count(before, "thread")) and cannot go on with \(now), which round "
        + "differently: go on with --threads \(before), or begin anew with --fresh"
    case .lostWeights(let path):
      "\(path) holds a finished generator without its weights (last.safetensors and early.safetensors): bring them back, or "
        + "begin anew with --fresh"
    case .nonFiniteImages(let quality, let first):
      "the \(quality) generator drew numbers that are not finite (from image \(first) on): its training has failed; "
        + "begin anew with --fresh and a smaller learning rate"
    }
  }
}
