import Records
import Statistics

/// What the recorded rows say about each arm, and about two arms seed by seed.
public struct Summary: Sendable {
  /// The rows, comparable throughout, and their runs.
  public let results: RecordedResults
  private let manifests: [String: RunManifest]

  /// Groups `results`; throws `Incomparable`, naming two runs, when the rows may not stand in one table.
  public init(_ results: RecordedResults) throws(Incomparable) {
    try Comparability.check(results)
    self.init(unchecked: results)
  }

  /// Groups rows of runs made together.
  package init(unchecked results: RecordedResults) {
    self.results = results
    manifests = Dictionary(results.manifests.map { ($0.run, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The arms' names in the order of their rows.
  public var arms: [String] { unique(results.scores.map(\.key.arm)) }

  /// What was measured, in the order of the rows.
  public var measures: [Measure] {
    unique(results.scores.map(\.measure))
  }

  /// The rows of one arm in one measure, by seed.
  public func rows(of arm: String, _ measure: Measure) -> [ScoreRow] {
    results.scores
      .filter { $0.key.arm == arm && $0.measure == measure }
      .sorted { $0.key.seed < $1.key.seed }
  }

  /// Mean and spread of one arm in one measure over its seeds; `nil` without rows. Throws `NotFinite`.
  public func spread(of arm: String, _ measure: Measure) throws(NotFinite) -> Spread? {
    try Spread(rows(of: arm, measure).map(\.value))
  }

  /// Two arms seed by seed; throws `Incomparable` when a pair differs in precision or threads.
  public func pairing(_ treatment: String, over baseline: String, _ measure: Measure) throws(Incomparable)
    -> Pairing
  {
    let better = rows(of: treatment, measure)
    let base = rows(of: baseline, measure)
    var pairs: [Pairing.Pair] = []
    for row in better {
      guard let partner = base.first(where: { $0.key.seed == row.key.seed }) else { continue }
      try Comparability.checkPair(manifests[row.key.run], manifests[partner.key.run])
      pairs.append(Pairing.Pair(seed: row.key.seed, baseline: partner.value, treatment: row.value))
    }
    let paired = Set(pairs.map(\.seed))
    let unpaired = (better + base).filter { !paired.contains($0.key.seed) }
    return Pairing(
      treatment: treatment, baseline: baseline, measure: measure, pairs: pairs,
      unpaired: unpaired.map { Pairing.Single(arm: $0.key.arm, seed: $0.key.seed) })
  }
}

/// Two arms in one measure, seed by seed.
public struct Pairing: Sendable {
  /// What both arms reached with one seed.
  public struct Pair: Sendable, Equatable {
    /// The seed.
    public let seed: UInt64
    /// What each arm reached.
    public let baseline, treatment: Double
    /// Treatment minus baseline.
    public var difference: Double { treatment - baseline }
  }

  /// A run whose partner is missing.
  public struct Single: Sendable, Equatable {
    /// Its arm.
    public let arm: String
    /// Its seed.
    public let seed: UInt64
  }

  /// The arms, and what was measured.
  public let treatment, baseline: String
  /// What was measured.
  public let measure: Measure
  /// The pairs, by seed.
  public let pairs: [Pair]
  /// The runs left out of the pairs.
  public let unpaired: [Single]

  /// The differences over all pairs; `nil` without any. Throws `NotFinite`.
  public func difference() throws(NotFinite) -> PairedDifference? {
    try PairedDifference(pairs.map(\.difference))
  }
}
