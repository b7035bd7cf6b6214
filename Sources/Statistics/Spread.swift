/// Why a sample cannot be described.
public struct NotFinite: Error, CustomStringConvertible {
  /// The offending number and its place in the sample.
  public let value: Double, position: Int

  /// The number, its place and what to do.
  public var description: String {
    "a sample holds \(value) at position \(position); only finite numbers can be averaged: look for the run "
      + "that diverged and leave it out"
  }
}

/// The mean and the spread of a sample.
public struct Spread: Sendable, Equatable {
  /// How many numbers there are, at least one.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// Their standard deviation with n − 1 in the denominator; `nil` for a single number.
  public let deviation: Double?

  /// Describes `values`; `nil` when there are none, an error when one is not finite.
  public init?(_ values: [Double]) throws(NotFinite) {
    for (position, value) in values.enumerated() where !value.isFinite {
      throw NotFinite(value: value, position: position)
    }
    guard let first = values.first else { return nil }
    count = values.count
    // Shifted by the first value, so that equal numbers have exactly that mean and exactly no spread.
    let n = Double(values.count)
    let shift = values.reduce(0.0) { $0 + ($1 - first) } / n
    mean = first + shift
    guard count > 1 else {
      deviation = nil
      return
    }
    let squares = values.reduce(0.0) { $0 + ($1 - first - shift) * ($1 - first - shift) }
    deviation = (squares / (n - 1)).squareRoot()
  }
}

/// Differences treatment − baseline of runs paired by seed.
public struct PairedDifference: Sendable, Equatable {
  /// Mean and spread of the differences.
  public let spread: Spread

  /// Describes the differences of pairs; `nil` when there are none, an error when one is not finite.
  public init?(_ differences: [Double]) throws(NotFinite) {
    guard let spread = try Spread(differences) else { return nil }
    self.spread = spread
  }

  /// The t interval that holds the true difference with probability `level`; `nil` for a single pair.
  public func interval(level: Double = 0.95) -> ClosedRange<Double>? {
    guard let deviation = spread.deviation else { return nil }
    let half = Self.halfWidth(deviation: deviation, count: spread.count, level: level)
    return spread.mean - half...spread.mean + half
  }

  /// The two-sided p value of “there is no difference”; `nil` for a single pair.
  public var pValue: Double? {
    guard let deviation = spread.deviation else { return nil }
    if deviation == 0 { return spread.mean == 0 ? 1 : 0 }
    let t = spread.mean / (deviation / Double(spread.count).squareRoot())
    return 2 * StudentT(degreesOfFreedom: Double(spread.count - 1)).probability(above: t.magnitude)
  }

  package static func halfWidth(deviation: Double, count: Int, level: Double = 0.95) -> Double {
    let t = StudentT(degreesOfFreedom: Double(count - 1)).quantile(0.5 + level / 2)
    return t * deviation / Double(count).squareRoot()
  }
}
