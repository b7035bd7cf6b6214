import Foundation
import Recipes

/// Where a run's numbers come from: written as `run.json` before its first step, and kept with its rows.
public struct RunManifest: Codable, Sendable, Equatable {
  /// How far a run has come.
  public enum Status: String, Codable, Sendable {
    /// Being trained or measured, or interrupted and waiting to be resumed.
    case running
    /// Everything is measured.
    case finished
    /// Everything is measured, but of the encoder that the seed began with: `divergence` tells why.
    case diverged
    /// Stopped by an error, which `failure` tells.
    case failed
  }

  /// A short digest of `identity`.
  public var run: String
  /// What identifies the run.
  public var identity: RunIdentity
  /// Which images these are, and where from.
  public var data: DataIdentity
  /// Which images were added to them; `nil` where none were.
  public var inflation: DataIdentity?
  /// Whose masks dense evaluations were measured on, where they are another data set's.
  public var segmentation: DataIdentity?
  /// The folder of one's own that they come from; `nil` for data sets by name.
  public var ownImages: OwnImages?
  /// What the arm is for.
  public var role: ArmRole
  /// Whether its method was handed labels.
  public var usesLabels: Bool
  /// What `--set` changed; such a run enters no table.
  public var overrides: [String]
  /// How far the run has come.
  public var status: Status
  /// Why it failed, where it did.
  public var failure: String?
  /// How its training ended, where it came to a loss or to features that are no numbers.
  public var divergence: Divergence?
  /// What rang while it was trained; none for nothing, `nil` in files older than alarms' being kept.
  public var alarms: [Alarm]?
  /// What its experiment claimed when it began; `nil` in older files.
  public var claims: [ClaimDigest]?
  /// The stretches it was trained in, the first of which gives the run's commit.
  public var sessions: [Session]
  /// Where it ran.
  public var machine: Machine
  /// The threads that computed.
  public var threads: Int
  /// How the program was compiled: `debug` or `release`.
  public var build: String
  /// The versions of the libraries that computed.
  public var libraries: [String: String]
  /// Optimizer steps, and images that they looked at.
  public var steps, imagesSeen: Int
  /// Multiply-adds of pre-training, its preparation included; `nil` in records older than the count.
  public var multiplyAdds: Int?
  /// The part of the time that went into what came before the first step; `nil` where nothing did.
  public var preparationSeconds: Double?
  /// The most memory that the process held during the run, in bytes.
  public var peakMemoryBytes: Int
  /// The run's rows as `RowsDigest` sees them, once it is finished.
  public var rowsDigest: String?
  /// The run's answers as `RowsDigest` sees them; `nil` where none were kept, as in records older than they are.
  public var answersDigest: String?

  /// Creates a manifest from its parts.
  package init(
    run: String, identity: RunIdentity, data: DataIdentity, inflation: DataIdentity? = nil,
    segmentation: DataIdentity? = nil, role: ArmRole, usesLabels: Bool, overrides: [String], status: Status,
    failure: String? = nil, divergence: Divergence? = nil, alarms: [Alarm]? = nil,
    claims: [ClaimDigest]? = nil, sessions: [Session], machine: Machine, threads: Int, build: String,
    libraries: [String: String], steps: Int, imagesSeen: Int, multiplyAdds: Int? = nil,
    preparationSeconds: Double? = nil, peakMemoryBytes: Int, rowsDigest: String? = nil,
    answersDigest: String? = nil
  ) {
    self.run = run
    self.identity = identity
    self.data = data
    self.inflation = inflation
    self.segmentation = segmentation
    self.role = role
    self.usesLabels = usesLabels
    self.overrides = overrides
    self.status = status
    self.failure = failure
    self.divergence = divergence
    self.alarms = alarms
    self.claims = claims
    self.sessions = sessions
    self.machine = machine
    self.threads = threads
    self.build = build
    self.libraries = libraries
    self.steps = steps
    self.imagesSeen = imagesSeen
    self.multiplyAdds = multiplyAdds
    self.preparationSeconds = preparationSeconds
    self.peakMemoryBytes = peakMemoryBytes
    self.rowsDigest = rowsDigest
    self.answersDigest = answersDigest
  }

  /// Whether there is nothing left to do, however its training ended.
  public var isFinished: Bool { status == .finished || status == .diverged }
  /// The commit the run was begun at.
  public var commit: String? { sessions.first?.commit }
  /// Whether any part of the run was made from changed files.
  public var isDirty: Bool { sessions.contains(where: \.isDirty) }
  /// Whether `--set` changed anything.
  public var isModified: Bool { !overrides.isEmpty }
  /// When the run was begun.
  public var start: Date? { sessions.first?.start }
  /// Time passed over all sessions, in seconds.
  public var wallSeconds: Double { sessions.reduce(0) { $0 + $1.wallSeconds } }
  /// Processor time over all sessions, in seconds.
  public var cpuSeconds: Double { sessions.reduce(0) { $0 + $1.cpuSeconds } }

  /// What the run's rows carry.
  public var key: RunKey {
    RunKey(
      run: run, experiment: identity.experiment, version: identity.version, scale: identity.scale,
      data: "\(data.name):\(data.kind)", arm: identity.arm, seed: identity.seed)
  }
}

/// What makes a run this run and no other: two runs of equal identity give equal rows.
public struct RunIdentity: Codable, Sendable, Equatable {
  /// The experiment.
  public var experiment: String
  /// Its version.
  public var version: Int
  /// How much of the recipe.
  public var scale: Scale
  /// The arm.
  public var arm: String
  /// The seed that decides everything random.
  public var seed: UInt64
  /// Every constant of the method.
  public var hyperparameters: JSONValue
  /// How it is trained; the precision is the one that this machine resolves it to.
  public var plan: TrainingPlan
  /// The classes whose images it is pre-trained on; `nil`, and no part of the digest, where those are all.
  public var pretrainingClasses: ClassHalf?
  /// What was added to the images, and the digest of its bytes; `nil`, and no part of the digest, where nothing was.
  public var inflation: Inflation?
  public var inflationDigest: String?
  /// Which part of which data set.
  public var dataset: DatasetReference
  /// The digest of the data set's bytes.
  public var dataDigest: String

  /// Creates an identity from its parts.
  package init(
    experiment: String, version: Int, scale: Scale, arm: String, seed: UInt64, hyperparameters: JSONValue,
    plan: TrainingPlan, pretrainingClasses: ClassHalf? = nil, inflation: Inflation? = nil,
    inflationDigest: String? = nil, dataset: DatasetReference, dataDigest: String
  ) {
    self.experiment = experiment
    self.version = version
    self.scale = scale
    self.arm = arm
    self.seed = seed
    self.hyperparameters = hyperparameters
    self.plan = plan
    self.pretrainingClasses = pretrainingClasses
    self.inflation = inflation
    self.inflationDigest = inflationDigest
    self.dataset = dataset
    self.dataDigest = dataDigest
  }

  /// A short digest of all of this.
  public var digest: String { String(JSONValue(encoding: self).digest.prefix(12)) }
}

// MARK: The file

extension RunManifest {
  /// The manifest in the file at `url`; throws a `ManifestError`.
  public init(contentsOf url: URL) throws {
    do {
      try self.init(json: Data(contentsOf: url))
    } catch let error as DecodingError {
      throw ManifestError(path: url.path, reason: error.shortDescription)
    } catch {
      throw ManifestError(path: url.path, reason: error.localizedDescription)
    }
  }

  /// The manifest in the text of its file; throws a `DecodingError`.
  package init(json: Data) throws {
    self = try ReadableJSON.decode(RunManifest.self, from: json)
  }

  /// The manifest as the text of its file.
  public var json: Data {
    do {
      return try ReadableJSON.data(self) + Data("\n".utf8)
    } catch {
      fatalError("a manifest cannot be written as JSON: \(error)")
    }
  }
}

/// A `run.json` that cannot be read.
public struct ManifestError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it.
  public let reason: String

  /// Creates an error about the file at `path`.
  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// What is wrong and what to do, in one line.
  public var description: String {
    "\(path): is no run's manifest (\(reason)). Restore the file, or start the run anew with --fresh."
      .onOneLine
  }
}

extension DecodingError {
  /// What is wrong and where, in one phrase.
  var shortDescription: String {
    func place(_ context: Context) -> String {
      context.codingPath.isEmpty ? "" : " at " + context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch self {
    case .keyNotFound(let key, let context): return "no “\(key.stringValue)”\(place(context))"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "no \(type)\(place(context))"
    case .dataCorrupted(let context): return "\(context.debugDescription)\(place(context))"
    @unknown default: return "\(self)"
    }
  }
}
