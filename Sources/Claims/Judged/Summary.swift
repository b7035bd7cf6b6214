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
    try pairing(
      Comparison(treatment, over: baseline, evaluation: measure.evaluation, metric: measure.metric))
  }

  /// What is compared, seed by seed; throws `Incomparable` when runs of one seed differ in precision or threads.
  public func pairing(_ comparison: Comparison) throws(Incomparable) -> Pairing {
    let (better, base) = comparison.sides
    let all = (better + base).map { rows(of: $0.arm, $0.measure) }
    var pairs: [Pairing.Pair] = []
    for first in all[0] {
      let own = all.compactMap { rows in rows.first { $0.key.seed == first.key.seed } }
      if own.count < all.count { continue }
      for other in own.dropFirst() {
        try Comparability.checkPair(manifests[first.key.run], manifests[other.key.run])
      }
      func sum(_ terms: [Comparison.Term], _ rows: some Sequence<ScoreRow>) -> Double {
        zip(terms, rows).reduce(0) { $0 + $1.0.weight * $1.1.value }
      }
      pairs.append(
        Pairing.Pair(
          seed: first.key.seed, baseline: sum(base, own.dropFirst(better.count)), treatment: sum(better, own))
      )
    }
    let paired = Set(pairs.map(\.seed))
    let unpaired = all.flatMap(\.self).filter { !paired.contains($0.key.seed) }
    return Pairing(
      comparison, pairs: pairs,
      unpaired: unpaired.map { Pairing.Single(arm: $0.key.arm, seed: $0.key.seed) })
  }
}

/// A comparison seed by seed.
public struct Pairing: Sendable {
  /// What both sides reached with one seed: two arms, or what two arms gained over two others.
  public struct Pair: Sendable, Equatable {
    /// The seed.
    public let seed: UInt64
    /// What each side reached.
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

  /// What is compared.
  public let comparison: Comparison
  /// The pairs, by seed.
  public let pairs: [Pair]
  /// The runs left out of the pairs.
  public let unpaired: [Single]

  init(_ comparison: Comparison, pairs: [Pair], unpaired: [Single]) {
    self.comparison = comparison
    self.pairs = pairs
    self.unpaired = unpaired
  }

  /// What was measured.
  public var measure: Measure { comparison.measure }

  /// The differences over all pairs; `nil` without any. Throws `NotFinite`.
  public func difference() throws(NotFinite) -> PairedDifference? {
    try PairedDifference(pairs.map(\.difference))
  }
}
