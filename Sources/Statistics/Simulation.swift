import Numerics

/// How often the rule says what, over many sequences of normal differences: what its promises are checked with.
package enum Simulation {
  /// The endings of many comparisons.
  package struct Outcome: Sendable {
    /// How many there were.
    package let trials: Int
    /// How many ended in each way.
    package let counts: [Ending: Int]
    /// The pairs that a comparison took on average.
    package let meanPairs: Double

    /// The share of comparisons whose ending satisfies a condition.
    package func share(where holds: (Ending) -> Bool) -> Double {
      Double(counts.reduce(0) { $0 + (holds($1.key) ? $1.value : 0) }) / Double(trials)
    }
  }

  /// Follows comparisons whose differences come from `next`, which is handed a generator.
  package static func outcomes(
    _ rule: LookRule, trials: Int, seed: UInt64, next: (inout NormalDraws) -> Double
  ) -> Outcome {
    var draws = NormalDraws(seed: seed)
    var counts: [Ending: Int] = [:]
    var pairs = 0
    for _ in 0..<trials {
      var path = RunningSpread()
      let ended = rule.follow(&path) { next(&draws) }
      counts[ended.ending, default: 0] += 1
      pairs += ended.pairs
    }
    return Outcome(trials: trials, counts: counts, meanPairs: Double(pairs) / Double(trials))
  }

  /// Follows comparisons with this true difference and standard deviation.
  package static func outcomes(
    _ rule: LookRule, effect: Double, deviation: Double, trials: Int, seed: UInt64
  ) -> Outcome {
    outcomes(rule, trials: trials, seed: seed) { effect + deviation * $0.normal() }
  }

  /// How often the intervals at the looks miss the truth: at a look chosen by lot, and at any look at all.
  package static func misses(_ boundary: Boundary, trials: Int, seed: UInt64) -> (byLot: Double, ever: Double)
  {
    var draws = NormalDraws(seed: seed)
    var (byLot, ever) = (0, 0)
    for _ in 0..<trials {
      var path = RunningSpread()
      let chosen = Int(draws.bits() % UInt64(boundary.looks.counts.count))
      var isMissed = false
      for (place, pairs) in boundary.looks.counts.enumerated() {
        while path.count < pairs { path.add(draws.normal()) }
        let error = path.deviation / Double(pairs).squareRoot()
        if path.mean.magnitude <= boundary.constants[place] * error { continue }
        isMissed = true
        if place == chosen { byLot += 1 }
      }
      if isMissed { ever += 1 }
    }
    return (Double(byLot) / Double(trials), Double(ever) / Double(trials))
  }

  /// How often anytime-valid intervals after 2, 3, …, `pairs` pairs miss the truth at least once.
  package static func anytimeMisses(pairs: Int, trials: Int, seed: UInt64) -> Double {
    var draws = NormalDraws(seed: seed)
    let halfWidths = (2...pairs).map { AnytimeInterval.halfWidth(pairs: $0) }
    var misses = 0
    for _ in 0..<trials {
      var path = RunningSpread()
      path.add(draws.normal())
      for half in halfWidths {
        path.add(draws.normal())
        if path.mean.magnitude > half * path.deviation {
          misses += 1
          break
        }
      }
    }
    return Double(misses) / Double(trials)
  }

  /// How often an interval d ± constant · s / √n of differences from a gamma distribution of shape four, less its mean,
  /// lies above the truth, and below it: what a skew of 1 does to intervals made for normal differences.
  package static func skewedTails(
    pairs: Int, constant: Double, trials: Int, seed: UInt64
  ) -> (above: Double, below: Double) {
    var draws = NormalDraws(seed: seed)
    var (above, below) = (0, 0)
    for _ in 0..<trials {
      var path = RunningSpread()
      for _ in 0..<pairs { path.add(draws.gamma(4) - 4) }
      let half = constant * path.deviation / Double(pairs).squareRoot()
      if path.mean > half { above += 1 }
      if path.mean < -half { below += 1 }
    }
    return (Double(above) / Double(trials), Double(below) / Double(trials))
  }
}
