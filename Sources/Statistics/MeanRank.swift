/// The places that methods take against each other, averaged over seeds.
public enum MeanRank {
  /// The place of each of `values`, the largest first and 1; equal ones share the mean of theirs.
  public static func ranks(of values: [Double]) -> [Double] {
    values.map { value in
      let above = values.count { $0 > value }
      let equal = values.count { $0 == value }
      return Double(above) + Double(equal + 1) / 2
    }
  }

  /// The mean place of each method over `rows`, of which each holds one number per method; none without rows. Traps unless
  /// all rows are as long.
  public static func mean(over rows: [[Double]]) -> [Double] {
    guard let first = rows.first else { return [] }
    precondition(rows.allSatisfy { $0.count == first.count }, "methods are missing in some rows")
    let all = rows.map(ranks)
    return first.indices.map { method in all.reduce(0) { $0 + $1[method] } / Double(rows.count) }
  }
}
