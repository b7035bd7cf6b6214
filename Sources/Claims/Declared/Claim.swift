import Records
import Statistics

/// What a paper says, as something that runs can refute: judged by one rule, at looks fixed before the first run.
///
/// No claim is changed once its first seed is on record; `digest` tells whether it was.
public struct Claim: Sendable, Hashable, Codable {
  /// The claim in one falsifiable sentence.
  public let sentence: String
  /// What must all hold.
  public let comparisons: [Comparison]
  /// Within how many points two arms count as equal, and why so many.
  public let margin: Double, marginReason: String
  /// The numbers of pairs at which it is judged.
  public let looks: Looks
  /// The first seed; later ones follow without a gap. A new version's lies above all that its predecessors used.
  public let firstSeed: UInt64
  /// What recorded rows have to show for this to be a test of the claim.
  public let checks: [Check]
  /// What has to be shown before the first seed.
  public let gates: [Gate]
  /// The difference that the paper reports; `nil` where none was seen in a source.
  public let published: PublishedDifference?

  /// Creates a claim; traps without a comparison.
  ///
  /// - Parameters:
  ///   - margin: Within how many points two arms count as equal: half a point only where the published gain is that small.
  ///   - reason: Why so many.
  public init(
    _ sentence: String, _ comparisons: [Comparison], equalWithin margin: Double = 1, because reason: String,
    looks: Looks = .standard, firstSeed: UInt64 = 0, provided checks: [Check] = [], after gates: [Gate] = [],
    published: PublishedDifference? = nil
  ) {
    precondition(!comparisons.isEmpty, "“\(sentence)” compares nothing")
    precondition(margin > 0, "no two arms are equal within \(margin)")
    self.sentence = sentence
    self.comparisons = comparisons
    self.margin = margin
    marginReason = reason
    self.looks = looks
    self.firstSeed = firstSeed
    self.checks = checks
    self.gates = gates
    self.published = published
  }

  /// A short digest of all of this.
  public var digest: String { String(JSONValue(encoding: self).digest.prefix(12)) }

  /// The arms that are compared, each once.
  public var arms: [String] { unique(comparisons.flatMap(\.arms)) }

  /// The seeds of the first `pairs` pairs.
  package func seeds(_ pairs: Int) -> [UInt64] { (0..<UInt64(pairs)).map { firstSeed + $0 } }
}

/// A difference as a paper reports it.
public struct PublishedDifference: Sendable, Hashable, Codable {
  /// Treatment minus baseline.
  public let value: Double
  /// What it was measured on, and where it was seen.
  public let source: String

  /// Creates a difference that was read in `source`.
  public init(_ value: Double, _ source: String) {
    self.value = value
    self.source = source
  }
}

/// The question an experiment is judged by: one arm against another in one metric, paired by seed.
public struct Comparison: Sendable, Hashable, Codable {
  /// The arm that should be better, and the arm it is compared with.
  public let treatment, baseline: String
  /// The evaluation and the metric that decide.
  public let evaluation, metric: String
  /// What the baseline is measured by in that evaluation, where it is another metric.
  public let baselineMetric: String?
  /// A second arm, where the treatment is compared with the middle between it and the baseline.
  public let ceiling: String?
  /// Two further arms, where what is compared is a difference with another one: that of the treatment and the baseline less
  /// that of these.
  public let control: Control?

  /// Two arms whose difference is taken from that of two others.
  public struct Control: Sendable, Hashable, Codable {
    /// The arm that was given the same as the treatment, and the one that was not.
    public let treatment, baseline: String
  }

  /// Creates a comparison of two arms, or of one arm in two metrics.
  public init(
    _ treatment: String, over baseline: String, evaluation: String, metric: String = "top1",
    baselineMetric: String? = nil
  ) {
    self.init(treatment, baseline, nil, evaluation, metric, baselineMetric)
  }

  /// Creates a comparison of what `treatment` gains over `baseline` with what `control` gains over its own.
  public init(
    _ treatment: String, over baseline: String, minus control: (treatment: String, over: String),
    evaluation: String, metric: String = "top1"
  ) {
    self.init(
      treatment, baseline, nil, evaluation, metric, nil,
      Control(treatment: control.treatment, baseline: control.over))
  }

  /// Creates a comparison of an arm with the middle between two others.
  public init(
    _ treatment: String, overMiddleOf floor: String, and ceiling: String, evaluation: String,
    metric: String = "top1"
  ) {
    self.init(treatment, floor, ceiling, evaluation, metric, nil)
  }

  private init(
    _ treatment: String, _ baseline: String, _ ceiling: String?, _ evaluation: String, _ metric: String,
    _ baselineMetric: String?, _ control: Control? = nil
  ) {
    self.control = control
    self.treatment = treatment
    self.baseline = baseline
    self.ceiling = ceiling
    self.evaluation = evaluation
    self.metric = metric
    self.baselineMetric = baselineMetric
  }

  /// The arm, or the two, that the treatment is compared with.
  public var baselines: [String] { [baseline] + [ceiling].compactMap(\.self) }

  /// The arms, each once, the baseline first.
  public var arms: [String] {
    unique(baselines + [control?.baseline, control?.treatment].compactMap(\.self) + [treatment])
  }

  /// An arm's number and how much it counts for.
  struct Term {
    let arm: String, measure: Measure, weight: Double
  }

  /// What is added up on either side; their difference is what is compared.
  var sides: (treatment: [Term], baseline: [Term]) {
    if let control {
      return (
        [
          Term(arm: treatment, measure: measure, weight: 1),
          Term(arm: baseline, measure: measure, weight: -1),
        ],
        [
          Term(arm: control.treatment, measure: measure, weight: 1),
          Term(arm: control.baseline, measure: measure, weight: -1),
        ]
      )
    }
    return (
      [Term(arm: treatment, measure: measure, weight: 1)],
      baselines.map { Term(arm: $0, measure: baselineMeasure, weight: 1 / Double(baselines.count)) }
    )
  }

  /// What decides.
  public var measure: Measure { Measure(evaluation: evaluation, metric: metric) }
  /// What the baseline is measured by.
  public var baselineMeasure: Measure { Measure(evaluation: evaluation, metric: baselineMetric ?? metric) }

  /// What the treatment and the baseline are called.
  public var titles: (treatment: String, baseline: String) {
    if let control {
      return ("(\(treatment) − \(baseline))", "(\(control.treatment) − \(control.baseline))")
    }
    if let ceiling { return (treatment, "the middle of \(baseline) and \(ceiling)") }
    guard let baselineMetric else { return (treatment, baseline) }
    return ("\(treatment), \(metric)", "\(baseline), \(baselineMetric)")
  }
}

extension Looks: Codable {
  /// Reads the numbers of pairs; throws a `DecodingError` when they are none that looks can have.
  public init(from decoder: any Decoder) throws {
    let counts = try [Int](from: decoder)
    guard (counts.first ?? 0) >= 2, zip(counts, counts.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(counts) are no looks"))
    }
    self.init(counts)
  }

  /// Writes the numbers of pairs.
  public func encode(to encoder: any Encoder) throws { try counts.encode(to: encoder) }
}
