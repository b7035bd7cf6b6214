import Records

/// What recorded rows have to show for runs to be a test of their claim: a fixed number, judged at looks only by the mean
/// over the look's seeds at the last epoch.
public enum Check: Sendable, Hashable, Codable {
  /// The treatment acted: what it minimizes lies at least this share below what the baseline, which only watches it, has.
  case term(metric: String, of: String, below: String, by: Double)
  /// Every compared arm is better than the encoder as initialized in what decides.
  case beats(floor: String)
  /// The treatment leads in what it was made for.
  case leads(treatment: String, over: String, evaluation: String, metric: String)
  /// A baseline is healthy: in what decides it is at most this many points below another method's arm.
  case keepsUp(String, with: String, within: Double)
  /// At most a quarter of an arm's seeds have collapsed, so no more than one of five.
  case notCollapsed
}

extension Check: CustomStringConvertible {
  /// The condition in words.
  public var description: String {
    switch self {
    case .term(let metric, let treatment, let baseline, let share):
      "\(metric) of \(treatment) at least \(Typography.percent(share)) below that of \(baseline)"
    case .beats(let floor): "every compared arm above “\(floor)” in what decides"
    case .leads(let treatment, let baseline, let evaluation, let metric):
      "\(treatment) above \(baseline) in \(evaluation) \(metric)"
    case .keepsUp(let arm, let other, let points):
      "\(arm) at most \(Typography.points(points)) below \(other) in what decides"
    case .notCollapsed: "at most a quarter of an arm's seeds collapsed"
    }
  }

  /// Arms that have to be on record besides those compared.
  package var arms: [String] {
    switch self {
    case .beats(let floor): [floor]
    case .keepsUp(let arm, let other, _): [arm, other]
    case .term, .leads, .notCollapsed: []
    }
  }
}

/// What has to be shown before a claim's first seed, on seeds 100 to 102 and held-out training images: that the measure
/// can move at all.
public struct Gate: Sendable, Hashable, Codable {
  /// The seeds of the three pairs.
  public static let seeds: ClosedRange<UInt64> = 100...102
  /// An upper bound, such as an arm that is told the labels, against an arm of the claim.
  public let comparison: Comparison
  /// By how much more than nothing the bound has to move the measure, in points.
  public let atLeast: Double

  /// Creates a gate.
  public init(_ comparison: Comparison, atLeast: Double) {
    self.comparison = comparison
    self.atLeast = atLeast
  }
}

extension Gate: CustomStringConvertible {
  /// The condition in words.
  public var description: String {
    "\(comparison.treatment) more than \(Typography.points(atLeast)) above \(comparison.baseline), an upper bound, on "
      + "held-out images"
  }
}
