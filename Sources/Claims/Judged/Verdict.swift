import Records
import Statistics

/// What can be said of a claim now, one honest word for every end.
public enum Verdict: Sendable, Hashable {
  /// No pair of runs is on record.
  case unrecorded
  /// Synthetic images say nothing about a paper.
  case synthetic
  /// A condition on which runs are a test of the claim failed, whatever the differences say: what failed, with its number.
  case notATest([String])
  /// Alarms rang in runs of the pairs, and nobody has said why they count all the same: which, in words.
  case alarmed([String])
  /// An end is reached, but conditions for it cannot be judged yet: which, and why.
  case waiting([String])
  /// No look has brought an end yet: so many pairs of all that are planned, and those of the next look.
  case goingOn(pairs: Int, of: Int, next: Int)
  /// A look brought an end.
  case ended(Ended, margin: Double)

  /// Whether its p value counts in a family of claims; all others count as 1.
  var hasPValue: Bool {
    if case .ended(let ended, _) = self {
      ended.ending != .undecided && ended.ending != .identicalArms
    } else {
      false
    }
  }
}

extension Verdict: CustomStringConvertible {
  /// The verdict in words, as tables print it.
  public var description: String {
    switch self {
    case .unrecorded: "no recorded pair yet"
    case .synthetic: "no verdict, since synthetic images say nothing about the paper"
    case .notATest(let reasons): "not a test: \(reasons.joined(separator: "; "))"
    case .alarmed(let alarms):
      "alarm not acknowledged: \(alarms.first ?? "")"
        + (alarms.count > 1 ? " (and \(Typography.count(alarms.count - 1, "other alarm")))" : "")
    case .waiting(let reasons):
      "no verdict before its conditions are judged: \(reasons.joined(separator: "; "))"
    case .goingOn(let pairs, let all, let next):
      "going on: \(pairs) of \(Typography.count(all, "pair")), the next look at \(next)"
    case .ended(let ended, let margin): ended.ending.words(margin: margin)
    }
  }
}

extension Verdict {
  /// The verdict without its reasons and numbers, for a line of a table.
  package var short: String {
    switch self {
    case .unrecorded: "no pair yet"
    case .synthetic: "synthetic images"
    case .notATest: "not a test"
    case .alarmed: "alarm not acknowledged"
    case .waiting: "conditions open"
    case .goingOn(_, _, let next): "going on, next look at \(next)"
    case .ended(let ended, let margin): ended.ending.words(margin: margin)
    }
  }

  /// One word for programs: the ending, or why there is none.
  package var code: String {
    switch self {
    case .unrecorded: "unrecorded"
    case .synthetic: "synthetic"
    case .notATest: "notATest"
    case .alarmed: "alarmed"
    case .waiting: "waiting"
    case .goingOn: "goingOn"
    case .ended(let ended, _): ended.ending.rawValue
    }
  }
}

extension Ending {
  /// The ending in words.
  package func words(margin: Double) -> String {
    let within = "±\(Typography.points(margin))"
    return switch self {
    case .reproduced: "reproduced"
    case .reproducedButSmall: "reproduced, but smaller than \(within)"
    case .opposite: "opposite"
    case .oppositeButSmall: "opposite, but smaller than \(within)"
    case .noDifference: "no difference beyond \(within)"
    case .undecided: "undecided at the end"
    case .identicalArms: "identical arms"
    }
  }
}

extension Prediction {
  /// The probabilities of the endings in words, the likeliest first; those below half a per cent together.
  package func words(margin: Double) -> String {
    let known = Ending.allCases.compactMap { ending in probabilities[ending].map { (ending, $0) } }
    let told = known.filter { $0.1 >= 0.005 }.sorted { $0.1 > $1.1 }
    return told.map { ending, share in
      let text = share > 0.995 ? "above 99 %" : "\(Typography.number(100 * share, decimals: 0)) %"
      return "\(ending.words(margin: margin)) \(text)"
    }.joined(separator: ", ")
  }
}
