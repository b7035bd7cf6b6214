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
    if let control = comparison.control { return try pairing(comparison, minus: control) }
    let better = rows(of: comparison.treatment, comparison.measure)
    let bases = comparison.baselines.map { rows(of: $0, comparison.baselineMeasure) }
    var pairs: [Pairing.Pair] = []
    for row in better {
      let partners = bases.compactMap { base in base.first { $0.key.seed == row.key.seed } }
      if partners.count < bases.count { continue }
      for partner in partners {
        try Comparability.checkPair(manifests[row.key.run], manifests[partner.key.run])
      }
      let baseline = partners.reduce(0) { $0 + $1.value } / Double(partners.count)
      pairs.append(Pairing.Pair(seed: row.key.seed, baseline: baseline, treatment: row.value))
    }
    let paired = Set(pairs.map(\.seed))
    let unpaired = (better + bases.flatMap(\.self)).filter { !paired.contains($0.key.seed) }
    return Pairing(
      comparison, pairs: pairs,
      unpaired: unpaired.map { Pairing.Single(arm: $0.key.arm, seed: $0.key.seed) })
  }
}

extension Summary {
  /// What two arms gain over two others, seed by seed: in place of what each arm reached stand the two gains.
  private func pairing(
    _ comparison: Comparison, minus control: Comparison.Control
  ) throws(Incomparable) -> Pairing {
    let own = try pairing(comparison.treatment, over: comparison.baseline, comparison.measure)
    let other = try pairing(control.treatment, over: control.baseline, comparison.measure)
    var pairs: [Pairing.Pair] = []
    for pair in own.pairs {
      guard let beside = other.pairs.first(where: { $0.seed == pair.seed }) else { continue }
      let runs = [comparison.treatment, control.treatment].map { arm in
        rows(of: arm, comparison.measure).first { $0.key.seed == pair.seed }.flatMap { manifests[$0.key.run] }
      }
      try Comparability.checkPair(runs[0], runs[1])
      pairs.append(
        Pairing.Pair(seed: pair.seed, baseline: beside.difference, treatment: pair.difference))
    }
    let paired = Set(pairs.map(\.seed))
    let unpaired = comparison.arms.flatMap { rows(of: $0, comparison.measure) }
      .filter { !paired.contains($0.key.seed) }
    return Pairing(
      comparison, pairs: pairs,
      unpaired: unpaired.map { Pairing.Single(arm: $0.key.arm, seed: $0.key.seed) })
  }
}

/// A comparison seed by seed.
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
