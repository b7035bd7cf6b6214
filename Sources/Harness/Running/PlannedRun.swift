import Foundation
import Pretraining
import Tensors
import Vision

/// One arm with one seed, about to be run.
public struct PlannedRun: Sendable {
  /// The arm.
  public let arm: Arm
  /// What identifies the run.
  public let identity: RunIdentity
  /// What its rows carry.
  public let key: RunKey
  /// Where it writes.
  public let folder: RunFolder
  /// What `--set` changed.
  public let overrides: [Override]

  /// Plans `arm`, which may differ from the experiment's own of its name, with `seed` on the images of `data`, and on those of `inflation` where it adds any.
  public init(
    _ arm: Arm, seed: UInt64, of experiment: any Experiment, scale: Scale, dataset: DatasetReference,
    data: DataIdentity, inflation: DataIdentity? = nil, overrides: [Override] = [], output: URL
  ) {
    var plan = arm.plan
    plan.precision = plan.precision.resolved
    let type = type(of: experiment)
    let identity = RunIdentity(
      experiment: type.name, version: type.version, scale: scale, arm: arm.name, seed: seed,
      hyperparameters: arm.configuration.hyperparameters, plan: plan,
      pretrainingClasses: arm.pretrainingClasses, inflation: arm.inflation,
      inflationDigest: inflation?.digest, dataset: dataset, dataDigest: data.digest)
    let key = RunKey(
      run: identity.digest, experiment: type.name, version: type.version, scale: scale,
      data: "\(data.name):\(data.kind)", arm: arm.name, seed: seed)
    // What an arm's constants come to, rather than what was typed: a value that is the arm's own changes nothing.
    let changes = arm.changes(from: experiment.arms(seeing: arm.seen)) + overrides.filter(\.isOfData)
    self.arm = arm
    self.identity = identity
    self.key = key
    self.overrides = changes
    folder = RunFolder(output: output, key: key, overrides: changes)
  }
}

/// What a run's folder holds when the run is about to begin.
public enum FolderState: Sendable {
  /// Nothing.
  case empty
  /// A run of the same identity that has not come to its end.
  case unfinished(RunManifest)
  /// The run itself, finished.
  case finished(RunManifest)

  /// What the folder says of itself.
  package var manifest: RunManifest? {
    switch self {
    case .empty: nil
    case .unfinished(let manifest), .finished(let manifest): manifest
    }
  }
}

extension PlannedRun {
  /// What the run's folder holds; throws a `ForeignRun` when that is another run or one that cannot be gone on with here,
  /// a `ManifestError` when unreadable, an `UnvouchedRows` when it is finished and its rows were changed since.
  public func folderState(threads: Int, anyInstructionSet: Bool = false) throws -> FolderState {
    guard FileManager.default.fileExists(atPath: folder.manifest.path) else { return .empty }
    let found = try RunManifest(contentsOf: folder.manifest)
    guard found.run == key.run else {
      throw ForeignRun(
        path: folder.url.path, differences: differences(to: found.identity),
        versions: found.identity.version == identity.version
          ? nil : (found.identity.version, identity.version))
    }
    if found.isFinished {
      _ = try folder.vouchedRows(by: found)
      return .finished(found)
    }
    let obstacles = found.obstacles(threads: threads, anyInstructionSet: anyInstructionSet)
    if !obstacles.isEmpty { throw ForeignRun(path: folder.url.path, differences: obstacles) }
    return .unfinished(found)
  }

  private func differences(to other: RunIdentity) -> [String] {
    JSONValue(encoding: other).differences(from: JSONValue(encoding: identity)).map {
      "\($0.path): \($0.own?.description ?? "nothing") there, \($0.other?.description ?? "nothing") now"
    }
  }
}

/// A folder holds a run of another configuration, which is neither continued nor overwritten.
public struct ForeignRun: Error, CustomStringConvertible {
  /// The folder.
  public let path: String
  /// What differs, one phrase per constant.
  public let differences: [String]
  /// The experiment's version there, and now, where these differ.
  public let versions: (there: Int, now: Int)?

  init(path: String, differences: [String], versions: (there: Int, now: Int)? = nil) {
    (self.path, self.differences, self.versions) = (path, differences, versions)
  }

  /// What is wrong and what to do, in one line.
  public var description: String {
    if let versions {
      return
        "\(path) holds a run of version \(versions.there) of its experiment, which is at version \(versions.now) by "
        + "now: its numbers stay as they are and can be shown, but are neither gone on with nor compared with new ones. "
        + "Keep it and write elsewhere with --output DIR, or delete it with `repro runs prune --outdated` or --fresh"
    }
    let shown = differences.prefix(4).joined(separator: "; ")
    let more = differences.count > 4 ? "; and \(differences.count - 4) more" : ""
    return "\(path) holds a run of another configuration (\(shown)\(more)). "
      + "Start anew with --fresh, which deletes it, or write elsewhere with --output DIR"
  }
}
