import Claims
import Records
import Statistics

extension Claim {
  /// What was fixed before the first run, and how its conditions stand, in one paragraph.
  package func terms(_ judgement: Judgement?) -> String {
    var parts = ["Equal means within ±\(Typography.points(margin)): \(marginReason)."]
    if let published {
      parts.append("Published: \(Typography.difference(published.value)) (\(published.source)).")
    }
    parts.append("Looks after \(Typography.list(looks.counts.map { "\($0)" })) pairs\(seedsNote).")
    if comparisons.count > 1 {
      parts.append(
        "All of its \(comparisons.count) comparisons must hold; `opposite` errs up to \(comparisons.count) times 2.5 %."
      )
    }
    let ahead =
      judgement.map { $0.checks.isEmpty ? checks.map(\.description) : $0.checks.map(\.words) }
      ?? checks.map(\.description)
    if !ahead.isEmpty { parts.append("A test only if, at a look: \(ahead.joined(separator: "; ")).") }
    let before = judgement.map { $0.gates.map(\.words) } ?? gates.map(\.description)
    if !before.isEmpty { parts.append("Before the first seed: \(before.joined(separator: "; ")).") }
    return parts.joined(separator: " ")
  }

  private var seedsNote: String { firstSeed == 0 ? "" : ", from seed \(firstSeed) on" }
}

extension CheckOutcome {
  /// The condition, how it stands and its numbers.
  fileprivate var words: String { "\(condition): \(state.word) (\(numbers))" }
}

extension CheckOutcome.State {
  /// How it stands, in one word.
  fileprivate var word: String {
    switch self {
    case .passed: "yes"
    case .failed: "no"
    case .open: "open"
    }
  }
}
