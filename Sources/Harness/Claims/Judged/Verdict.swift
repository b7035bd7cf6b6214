/// What paired seeds say about a claim, by one rule fixed before any number was seen.
public enum Verdict: Sendable, Hashable {
  /// The 95 % interval lies above zero, in the claim's direction.
  case reproduced
  /// The 95 % interval lies below zero.
  case opposite
  /// The 95 % interval lies inside ±`margin`.
  case noDifference
  /// The interval is too wide; if mean and spread stay as they are, about so many more pairs would narrow it to a verdict.
  indirect case undecided(furtherSeeds: Int, then: Verdict)
  /// Fewer than three pairs.
  case notEnoughSeeds

  /// Within how many points two arms count as equal.
  public static let margin = 0.5
  /// How many pairs a verdict takes.
  public static let fewestPairs = 3

  /// Applies the rule.
  public init(_ difference: PairedDifference?) {
    guard let difference, difference.spread.count >= Self.fewestPairs, let interval = difference.interval()
    else {
      self = .notEnoughSeeds
      return
    }
    if interval.lowerBound > 0 {
      self = .reproduced
    } else if interval.upperBound < 0 {
      self = .opposite
    } else if interval.lowerBound >= -Self.margin && interval.upperBound <= Self.margin {
      self = .noDifference
    } else {
      self = Self.undecided(after: difference.spread)
    }
  }

  /// How many more pairs bring a verdict, and which, if mean and spread stay as observed.
  ///
  /// An interval of half-width h around d decides when h < |d| (zero is outside) or h ≤ ½ − |d| (it is inside ±½).
  /// This is a projection, not a promise: where the true difference equals the observed one, chances are about even.
  private static func undecided(after spread: Spread) -> Verdict {
    let effect = spread.mean.magnitude
    func halfWidth(_ count: Int) -> Double {
      PairedDifference.halfWidth(deviation: spread.deviation ?? 0, count: count)
    }
    let count = smallest(above: spread.count) { halfWidth($0) < effect || halfWidth($0) <= margin - effect }
    let verdict: Verdict =
      halfWidth(count) >= effect ? .noDifference : spread.mean > 0 ? .reproduced : .opposite
    return .undecided(furtherSeeds: count - spread.count, then: verdict)
  }
}

extension Verdict: CustomStringConvertible {
  /// The verdict in words, as tables print it.
  public var description: String {
    switch self {
    case .reproduced: "reproduced"
    case .opposite: "opposite"
    case .noDifference: "no difference beyond ±\(Self.margin) points"
    case .undecided(let seeds, let verdict):
      "undecided (about \(Typography.count(seeds, "more seed")) of this mean and spread would say: \(verdict))"
    case .notEnoughSeeds: "not enough seeds"
    }
  }
}
