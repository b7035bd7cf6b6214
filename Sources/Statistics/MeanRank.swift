/// The places that methods take against each other.
public enum MeanRank {
  /// The place of each of `values`, the largest first and 1; equal ones share the mean of theirs.
  public static func ranks(of values: [Double]) -> [Double] {
    values.map { value in
      let above = values.count { $0 > value }
      let equal = values.count { $0 == value }
      return Double(above) + Double(equal + 1) / 2
    }
  }

  /// The place that a run of each method takes on average against a run of every other: the mean of `ranks(of:)` over all
  /// ways to choose one run of each, which is 1 + Σ_j P(X_j > X_i). Methods need not have the same seeds.
  ///
  /// `nil` where a method has no run. Throws `NotFinite`.
  public static func expected(of runs: [[Double]]) throws(NotFinite) -> [Double]? {
    var ranks: [Double] = []
    for (place, own) in runs.enumerated() {
      guard try Spread(own) != nil else { return nil }
      let others = runs.enumerated().filter { $0.offset != place }
      ranks.append(
        1 + others.reduce(0.0) { $0 + ProbabilityOfImprovement.share(of: $1.element, above: own) })
    }
    return ranks
  }
}
