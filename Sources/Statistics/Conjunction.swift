/// Several comparisons that must all hold for a claim to hold.
///
/// Each is tested at the full level: a claim of comparisons that must *all* hold is wrongly `reproduced` no more often
/// than the weakest of them. `opposite` of m comparisons errs up to m times as often as that of one.
public enum Conjunction {
  /// The ending of a claim by those of its comparisons, each kept from the look that brought it; `nil` while it goes on.
  ///
  /// The first comparison to end `opposite` or `noDifference` decides, `opposite` before `noDifference` at the same look;
  /// identical arms end any claim. Else all have to end, and one `undecided` leaves the claim so.
  public static func ending(of comparisons: [Ended?]) -> Ended? {
    precondition(!comparisons.isEmpty, "a claim compares something")
    let ended = comparisons.compactMap(\.self)
    let deciding = ended.filter { $0.ending.isRefusing }
      .min { ($0.pairs, $0.ending.rank) < ($1.pairs, $1.ending.rank) }
    if let deciding { return deciding }
    if ended.count < comparisons.count { return nil }
    let pairs = ended.map(\.pairs).max() ?? 0
    if ended.contains(where: { $0.ending == .undecided }) { return Ended(.undecided, pairs: pairs) }
    let isSmall = ended.contains { $0.ending == .reproducedButSmall }
    return Ended(isSmall ? .reproducedButSmall : .reproduced, pairs: pairs)
  }
}

extension Ending {
  /// Whether it ends a claim of several comparisons alone.
  fileprivate var isRefusing: Bool { isOpposite || self == .noDifference || self == .identicalArms }

  fileprivate var rank: Int {
    switch self {
    case .identicalArms: 0
    case .opposite: 1
    case .oppositeButSmall: 2
    default: 3
    }
  }
}
