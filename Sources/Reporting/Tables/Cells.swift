import Claims
import Records
import Statistics

extension Summary {
  /// `71.23 ± 0.21 (n = 3)`: mean, standard deviation over seeds and their number; `nil` without rows.
  package func cell(of arm: String, _ measure: Measure) throws(NotFinite) -> String? {
    guard let spread = try spread(of: arm, measure) else { return nil }
    let mean = Typography.number(spread.mean)
    guard let deviation = spread.deviation else { return "\(mean) (n = 1)" }
    return "\(mean) ± \(Typography.number(deviation)) (n = \(spread.count))"
  }
}

extension Declaration {
  /// What stands where there is no row: a dash where `measure` is none of the arm's, and else that it is still to come.
  func emptyCell(of arm: String, _ measure: Measure) -> String {
    measures(arm, by: measure.evaluation) ? "no recorded result yet" : "—"
  }
}

extension Pairing {
  /// `+0.52 ± 0.63 (3 pairs)`: mean and standard deviation of the differences and number of pairs; intervals are a claim's,
  /// at its looks.
  package func cell() throws(NotFinite) -> String {
    guard let spread = try difference()?.spread else { return "no pairs" }
    let deviation = spread.deviation.map { " ± \(Typography.number($0))" } ?? ""
    return "\(Typography.difference(spread.mean))\(deviation) (\(Typography.count(spread.count, "pair")))"
  }
}
