import Numerics

/// What the looks to come are likely to bring, given the pairs so far.
///
/// With the prior 1/σ on mean and spread, the posterior of σ² is (n − 1) s² / χ²ₙ₋₁ and that of the mean given σ is
/// normal around the mean difference with variance σ² / n; pairs to come are drawn from it and judged by the rule. It
/// is a forecast of verdicts, never one itself.
public struct Prediction: Sendable, Hashable {
  /// How many futures are drawn.
  public static let draws = 20_000

  /// The probability of each ending.
  public let probabilities: [Ending: Double]

  /// Forecasts the ending of a comparison that has none yet; `nil` with fewer than two pairs, or where it has ended.
  ///
  /// The draws are the same each time for the same number of pairs. Throws `NotFinite`.
  public init?(_ differences: [Double], by rule: LookRule) throws(NotFinite) {
    guard let spread = try Spread(differences), let observed = spread.deviation,
      try rule.ending(of: differences) == nil
    else { return nil }
    let deviation = max(observed, rule.leastDeviation)
    let n = Double(spread.count)
    var draws = NormalDraws(seed: UInt64(spread.count))
    var counts: [Ending: Int] = [:]
    for _ in 0..<Self.draws {
      let σ = deviation * ((n - 1) / draws.chiSquared(spread.count - 1)).squareRoot()
      let mean = spread.mean + σ / n.squareRoot() * draws.normal()
      var path = RunningSpread(count: spread.count, mean: spread.mean, deviation: deviation)
      let ended = rule.follow(&path) { mean + σ * draws.normal() }
      counts[ended.ending, default: 0] += 1
    }
    probabilities = counts.mapValues { Double($0) / Double(Self.draws) }
  }
}

/// Mean and spread of numbers that arrive one by one, by Welford's recurrence.
struct RunningSpread {
  private(set) var count = 0
  private(set) var mean = 0.0
  private var squares = 0.0

  init() {}

  init(count: Int, mean: Double, deviation: Double) {
    self.count = count
    self.mean = mean
    squares = deviation * deviation * Double(count - 1)
  }

  var deviation: Double { count > 1 ? (squares / Double(count - 1)).squareRoot() : 0 }

  mutating func add(_ value: Double) {
    count += 1
    let step = value - mean
    mean += step / Double(count)
    squares += step * (value - mean)
  }
}

extension LookRule {
  /// Adds differences until a look ends the comparison.
  func follow(_ path: inout RunningSpread, next: () -> Double) -> Ended {
    for (place, pairs) in looks.counts.enumerated() where pairs > path.count {
      while path.count < pairs { path.add(next()) }
      let look = look(place, mean: path.mean, deviation: path.deviation)
      if let ending = ending(at: look) { return Ended(ending, pairs: pairs) }
    }
    return Ended(.undecided, pairs: looks.last)
  }
}
