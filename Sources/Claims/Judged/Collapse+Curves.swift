import Recipes
import Records

extension Collapse {
  /// Whether the features of a run had become the same for every image at its last look at them.
  static func isSeen(in rows: [CurveRow]) -> Bool {
    func values(_ metric: String) -> [CurveRow] {
      rows.filter { $0.metric == metric }.sorted { $0.epoch < $1.epoch }
    }
    let (spreads, ranks) = (values(MonitorMetric.spread), values(MonitorMetric.rank))
    if let last = ranks.last, last.epoch > 0, last.value < smallestRank { return true }
    guard let first = spreads.first, let last = spreads.last, last.epoch > 0 else { return false }
    return last.value < max(smallestDeviation, remainingSpread * first.value)
  }
}
