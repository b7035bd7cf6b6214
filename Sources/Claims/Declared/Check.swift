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
/// can move at all, or that it has come to rest.
public struct Gate: Sendable, Hashable, Codable {
  /// The seeds of the three pairs.
  public static let seeds: ClosedRange<UInt64> = 100...102
  /// An upper bound, such as an arm that is told the labels, or a longer training, against an arm of the claim.
  public let comparison: Comparison
  /// By how many points the treatment has to be better; `nil` where that is not asked.
  public let atLeast: Double?
  /// By fewer than how many points it has to be better; `nil` where that is not asked.
  public let lessThan: Double?

  /// Creates a gate that passes where the treatment, an upper bound, is better by more than `atLeast` points.
  public init(_ comparison: Comparison, atLeast: Double) {
    self.comparison = comparison
    self.atLeast = atLeast
    lessThan = nil
  }

  /// Creates a gate that passes where the treatment, which was given more, is better by less than `lessThan` points.
  public init(_ comparison: Comparison, lessThan: Double) {
    self.comparison = comparison
    self.lessThan = lessThan
    atLeast = nil
  }

  /// Whether a difference of `points` passes.
  func passes(_ points: Double) -> Bool {
    if let atLeast { return points > atLeast }
    return lessThan.map { points < $0 } ?? true
  }
}

extension Gate: CustomStringConvertible {
  /// The condition in words.
  public var description: String {
    let (treatment, baseline) = (comparison.treatment, comparison.baseline)
    let limit = Typography.points(atLeast ?? lessThan ?? 0)
    return atLeast == nil
      ? "\(treatment), which was given more, less than \(limit) above \(baseline) on held-out images"
      : "\(treatment) more than \(limit) above \(baseline), an upper bound, on held-out images"
  }
}
