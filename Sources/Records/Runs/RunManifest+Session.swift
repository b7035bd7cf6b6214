import Foundation

extension RunManifest {
  /// A stretch of a run without interruption: what it was computed by, on what, and where its time went.
  public struct Session: Codable, Sendable, Equatable {
    /// When it began.
    public var start: Date
    /// The commit that the program was built from; `nil` where git told none. In files without `machine`: the commit of
    /// the folder that the program was called in.
    public var commit: String?
    /// Whether what the program was built from differed from that commit.
    public var isDirty: Bool
    /// The files that did; `nil` where none did, and in older files.
    public var changedFiles: [String]?
    /// Git's own words, where it told no commit.
    public var commitProblem: String?
    /// Time passed, and time of all processors together, in seconds.
    public var wallSeconds, cpuSeconds: Double
    /// The computer's name; `nil` in older files, as is everything that follows.
    public var host: String?
    /// The computer.
    public var machine: Machine?
    /// The versions of the libraries that computed.
    public var libraries: [String: String]?
    /// The threads that computed.
    public var threads: Int?
    /// How the program was compiled: `debug` or `release`.
    public var build: String?
    /// What a scheduler called the job, by the names of its variables; `nil` without one.
    public var jobs: [String: String]?
    /// Where the time went.
    public var phases: Phases?

    /// Creates a session that has taken no time yet.
    public init(start: Date, source: SourceState) {
      self.start = start
      commit = source.commit
      isDirty = source.isDirty
      changedFiles = source.changedFiles.isEmpty ? nil : source.changedFiles
      commitProblem = source.problem
      wallSeconds = 0
      cpuSeconds = 0
    }
  }

  /// Seconds by what they went into.
  public struct Phases: Codable, Sendable, Equatable {
    /// Reading the images, told in the first run of a command, which reads them once for all.
    public var reading: Double?
    /// What came before the first step.
    public var preparation = 0.0
    /// Optimizer steps, from image bytes to updated weights, and the part of it that waited for views of the images.
    public var training = 0.0, waitingForData = 0.0
    /// Looks at the features while they were trained.
    public var monitoring = 0.0
    /// Each evaluation, by name.
    public var evaluations: [String: Double] = [:]

    /// Creates phases that have taken no time yet.
    public init(reading: Double? = nil) { self.reading = reading }
  }

  /// The computers that the run was computed on, each once; older files know the first alone.
  public var machines: [Machine] {
    let known = sessions.compactMap(\.machine)
    return known.isEmpty ? [machine] : unique(known)
  }

  /// The instruction sets that the run was computed with, in their order.
  public var instructionSets: [String] { unique(machines.map(\.instructionSet)) }
}

/// What one claim of an experiment was when a run began: a claim that is changed afterwards has another digest.
public struct ClaimDigest: Codable, Sendable, Hashable {
  /// The claim in one sentence.
  public var claim: String
  /// A short digest of everything that it is judged by.
  public var digest: String

  /// Creates a digest.
  public init(claim: String, digest: String) {
    self.claim = claim
    self.digest = digest
  }
}
