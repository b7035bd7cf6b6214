import Records
import Statistics

/// Compares pairs that somebody trained anew with where the recorded ones expect them.
public struct Replication: Sendable {
  /// One comparison's new pairs beside the record's.
  public struct Line: Sendable, CustomStringConvertible {
    /// What is compared.
    public let comparison: Comparison
    /// The mean difference of the new pairs, how many they are, and how many are on record.
    public let mean: Double, pairs: Int, recorded: Int
    /// Where 95 % of such means lie.
    public let expected: ClosedRange<Double>

    /// Whether the new mean lies there.
    public var isWithin: Bool { expected.contains(mean) }

    /// The new mean and the interval, in one line.
    public var description: String {
      "\(comparison.titles.treatment) minus \(comparison.titles.baseline), \(comparison.measure.name): "
        + "\(Typography.difference(mean)) points over \(Typography.count(pairs, "new pair")); 95 % of such means lie "
        + "within \(Typography.interval(expected)) by the \(recorded) recorded"
    }
  }

  private let findings: [Finding]
  private let seeds: [UInt64]

  /// Prepares the comparison of runs of `seeds` with the record.
  ///
  /// Throws a `RunProblem` where a seed is on record or fewer than two pairs are, an `Incomparable` or a `NotFinite`.
  public init(_ claim: Claim, recorded: RecordedResults, seeds: [UInt64]) throws {
    let used = Set(recorded.manifests.map(\.identity.seed))
    if let taken = seeds.first(where: used.contains) {
      throw RunProblem(
        "seed \(taken) is on record: a replication takes seeds of its own, e.g. --first-seed 1000000")
    }
    let summary = try Summary(recorded)
    findings = try claim.comparisons.map { try Finding($0, of: claim, summary) }
    self.seeds = seeds
    for finding in findings where (finding.difference?.spread.count ?? 0) < 2 {
      let comparison = finding.comparison
      throw RunProblem(
        "fewer than two pairs of \(comparison.treatment) and \(comparison.baseline) are on record: they have no spread to "
          + "say where further pairs should lie")
    }
  }

  /// How the scores of the new runs compare; throws a `RunProblem` where one is missing, or a `NotFinite`.
  public func lines(_ anew: [ScoreRow]) throws -> [Line] {
    try findings.map { finding in
      let comparison = finding.comparison
      let pairs = try Summary(unchecked: RecordedResults(scores: anew)).pairing(comparison).pairs
      let differences = try seeds.map { seed in
        if let pair = pairs.first(where: { $0.seed == seed }) { return pair.difference }
        throw RunProblem(
          "\(comparison.measure.name) of \(comparison.arms.joined(separator: " and ")) was not measured with seed \(seed)"
        )
      }
      guard let mean = try Spread(differences)?.mean, let known = finding.difference,
        let expected = known.interval(ofFurther: seeds.count, leastDeviation: finding.rule.leastDeviation)
      else { throw RunProblem("there is nothing to compare") }
      return Line(
        comparison: comparison, mean: mean, pairs: seeds.count, recorded: known.spread.count,
        expected: expected)
    }
  }
}
