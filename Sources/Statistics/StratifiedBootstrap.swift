/// Intervals by drawing runs anew within each stratum, such as a data set and a method, with replacement (Agarwal et al.,
/// NeurIPS 2021, arXiv:2108.13264, as the package rliable does by its percentile method).
public struct StratifiedBootstrap: Sendable, Hashable {
  /// How often runs are drawn anew.
  public let replicates: Int
  /// Where the draws begin: equal seeds give equal intervals on every machine.
  public let seed: UInt64

  /// Creates a bootstrap; traps without a replicate.
  public init(replicates: Int = 2_000, seed: UInt64 = 0) {
    precondition(replicates > 0, "an interval of \(replicates) draws")
    (self.replicates, self.seed) = (replicates, seed)
  }

  /// The interval that holds the middle `level` of `statistic` over samples drawn anew from `strata`, each as large as it is.
  ///
  /// A stratum of a single run is the same in every sample: the interval then says nothing of how runs differ. Traps
  /// where a stratum is empty.
  public func interval(
    of strata: [[Double]], level: Double = 0.95, _ statistic: ([[Double]]) -> Double
  ) -> ClosedRange<Double> {
    precondition(strata.allSatisfy { !$0.isEmpty }, "there is nothing to draw from")
    precondition(0 < level && level < 1, "an interval of level \(level)")
    var draws = NormalDraws(seed: seed)
    var sample = strata
    let values = (0..<replicates).map { _ in
      for (place, stratum) in strata.enumerated() {
        for run in stratum.indices { sample[place][run] = stratum[draws.index(below: stratum.count)] }
      }
      return statistic(sample)
    }.sorted()
    return Self.quantile((1 - level) / 2, of: values)...Self.quantile((1 + level) / 2, of: values)
  }

  /// The quantile of `sorted` numbers, between two neighbours on the line that joins them.
  static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}

extension NormalDraws {
  /// A whole number from zero up to `count`, all equally likely but for a part in 2^53.
  mutating func index(below count: Int) -> Int {
    min(count - 1, Int(Double(bits() >> 11) * 0x1p-53 * Double(count)))
  }
}
