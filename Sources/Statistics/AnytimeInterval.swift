import Numerics

/// An interval for those who add pairs as they like and stop when they like.
///
/// Whatever the rule of stopping, the intervals after 2, 3, … pairs *all* hold the true difference with probability
/// `level`. The price is width: never a verdict here. The test behind it is the t statistic's likelihood under a normal
/// prior N(0, g σ²) on the difference against that under none,
/// Eₙ = (1 + n g)^(−1/2) ((ν + t²) / (ν + t² / (1 + n g)))^(n / 2) with ν = n − 1. Wang and Ramdas, arXiv:2310.03722;
/// Pérez-Ortiz, Lardy, de Heide and Grünwald, arXiv:2208.07610.
public enum AnytimeInterval {
  /// The variance of the prior in units of σ².
  public static let priorVariance = 2.0

  /// The half-width in standard deviations of the differences; infinite for so few pairs that nothing is excluded.
  public static func halfWidth(pairs: Int, level: Double = 0.95) -> Double {
    precondition(pairs >= 2, "no interval from \(pairs) pairs")
    precondition(level > 0 && level < 1, "no interval of level \(level)")
    let n = Double(pairs)
    let scale = 1 + n * priorVariance
    let alpha = 1 - level
    let c = Double.exp((Double.log(scale) - 2 * Double.log(alpha)) / n)
    if c >= scale { return .infinity }
    return ((n - 1) / n).squareRoot() * ((c - 1) * scale / (scale - c)).squareRoot()
  }

  /// The evidence against no difference; over 1 / α with probability α at most, ever, where there is none.
  public static func evidence(statistic t: Double, pairs: Int) -> Double {
    precondition(pairs >= 2, "no evidence from \(pairs) pairs")
    let (n, ν, square) = (Double(pairs), Double(pairs - 1), t * t)
    let scale = 1 + n * priorVariance
    let ratio = Double.log((ν + square) / (ν + square / scale))
    return Double.exp(n / 2 * ratio - 0.5 * Double.log(scale))
  }
}

extension PairedDifference {
  /// The interval that may be looked at after every pair; `nil` for a single pair or where it would be infinite.
  ///
  /// The standard deviation is taken to be `leastDeviation` at least.
  public func anytimeInterval(leastDeviation: Double, level: Double = 0.95) -> ClosedRange<Double>? {
    guard let deviation = spread.deviation else { return nil }
    let half = max(deviation, leastDeviation) * AnytimeInterval.halfWidth(pairs: spread.count, level: level)
    return half.isFinite ? spread.mean - half...spread.mean + half : nil
  }

  /// The interval that holds the mean difference of `pairs` further pairs, trained alike, with probability `level`;
  /// `nil` for a single pair here.
  ///
  /// d ± t s √(1 / n + 1 / k): both what is not known here and what k pairs vary.
  public func interval(
    ofFurther pairs: Int, leastDeviation: Double, level: Double = 0.95
  ) -> ClosedRange<Double>? {
    precondition(pairs >= 1, "\(pairs) further pairs have no mean")
    guard let deviation = spread.deviation else { return nil }
    let t = StudentT(degreesOfFreedom: Double(spread.count - 1)).quantile(0.5 + level / 2)
    let half =
      t * max(deviation, leastDeviation) * (1 / Double(spread.count) + 1 / Double(pairs)).squareRoot()
    return spread.mean - half...spread.mean + half
  }
}
