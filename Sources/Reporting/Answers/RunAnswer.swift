import Records

/// A run with its numbers, for programs: the members of its manifest, and `scores` beside them.
public struct RunAnswer: Encodable, Sendable {
  /// One number of the run.
  public struct Measured: Encodable, Sendable {
    /// The evaluation with its version, and what it measured.
    public let evaluation, metric: String
    /// The number, and how many images it is about.
    public let value: Double, count: Int
  }

  /// Where the numbers come from.
  public let manifest: RunManifest
  /// The numbers.
  public let scores: [Measured]

  /// Creates the answer for a run that measured `scores`.
  public init(_ manifest: RunManifest, scores: [ScoreRow]) {
    self.manifest = manifest
    self.scores = scores.map {
      Measured(evaluation: $0.evaluation, metric: $0.metric, value: $0.value, count: $0.count)
    }
  }

  private enum Keys: CodingKey { case scores }

  /// Writes the manifest's members and the scores as one object.
  public func encode(to encoder: any Encoder) throws {
    try manifest.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(scores, forKey: .scores)
  }
}

/// What a command's runs came to, for programs.
public struct RunsAnswer: Encodable, Sendable {
  /// The experiment and its scale.
  public let experiment, scale: String
  /// The runs in their order.
  public let runs: [RunAnswer]
  /// The claims as these runs judge them; none where runs say nothing of a paper.
  public let claims: [ClaimAnswer]
  /// What a demonstration came to; `nil` for other runs.
  public let demonstration: DemonstrationOutcome?

  /// Creates the answer.
  public init(
    experiment: String, scale: String, runs: [RunAnswer], claims: [ClaimAnswer],
    demonstration: DemonstrationOutcome? = nil
  ) {
    (self.experiment, self.scale, self.runs, self.claims) = (experiment, scale, runs, claims)
    self.demonstration = demonstration
  }
}
