import Numerics

/// The rule that ends a comparison at the first look where one holds.
///
/// The 95 % repeated interval above zero says `reproduced`, below zero `opposite`, else the 90 % interval within
/// ±`margin` says `noDifference`, as two one-sided tests at 5 % (Schuirmann 1987) do.
public struct LookRule: Sendable, Hashable {
  /// The looks.
  public let looks: Looks
  /// Within how many points two arms count as equal.
  public let margin: Double
  /// What the standard deviation of the differences is never taken to be below: what one test image more or less makes.
  public let leastDeviation: Double
  /// The constants of the 95 % intervals, which decide about the direction.
  public let direction: Boundary
  /// The constants of the 90 % intervals, which decide about the size.
  public let size: Boundary

  /// Creates the rule; traps unless `margin` and `leastDeviation` are positive.
  public init(_ looks: Looks = .standard, margin: Double, leastDeviation: Double) {
    precondition(margin > 0, "no two arms are equal within \(margin)")
    precondition(leastDeviation > 0, "a standard deviation of \(leastDeviation) is no lower bound")
    self.looks = looks
    self.margin = margin
    self.leastDeviation = leastDeviation
    direction = Boundary(looks, level: 0.95)
    size = Boundary(looks, level: 0.90)
  }

  /// What one image of `images` more or less makes of a share in per cent.
  public static func leastDeviation(images: Int) -> Double { 100 / Double(max(1, images)) }

  /// Mean and spread of the pairs of one look.
  public struct Look: Sendable, Hashable {
    /// The pairs.
    public let pairs: Int
    /// The mean difference, and the standard deviation of the differences, not below the rule's least.
    public let mean, deviation: Double
    /// The 95 % and the 90 % repeated interval.
    public let direction, size: ClosedRange<Double>
    /// The t statistic.
    public var statistic: Double { mean / deviation * Double(pairs).squareRoot() }
  }

  /// The looks that `differences`, by consecutive seeds, reach. Throws `NotFinite`.
  public func looks(at differences: [Double]) throws(NotFinite) -> [Look] {
    guard try Spread(differences) != nil else { return [] }
    var found: [Look] = []
    for (place, pairs) in looks.counts.enumerated() where pairs <= differences.count {
      guard let spread = try Spread(Array(differences.prefix(pairs))) else { continue }
      found.append(look(place, mean: spread.mean, deviation: spread.deviation ?? 0))
    }
    return found
  }

  /// The ending at the first look that brings one; `nil` while the comparison goes on. Throws `NotFinite`.
  ///
  /// `differences` are treatment − baseline by consecutive seeds. What the last look leaves open is `undecided`.
  public func ending(of differences: [Double]) throws(NotFinite) -> Ended? {
    let reached = try looks(at: differences)
    for look in reached {
      if let ending = ending(at: look) { return Ended(ending, pairs: look.pairs) }
    }
    return reached.count == looks.counts.count ? Ended(.undecided, pairs: looks.last) : nil
  }

  /// The sequential p value of “there is no difference” by the looks reached so far, the one that ended it the last.
  public func pValue(of differences: [Double]) throws(NotFinite) -> Double {
    let reached = try looks(at: differences)
    let last = reached.firstIndex { ending(at: $0) != nil } ?? reached.count - 1
    return SequentialP.value(reached.prefix(last + 1).map(\.statistic), at: looks)
  }

  /// What one look says; `nil` for nothing.
  public func ending(at look: Look) -> Ending? {
    let isSmall = look.size.lowerBound >= -margin && look.size.upperBound <= margin
    if look.direction.lowerBound > 0 { return isSmall ? .reproducedButSmall : .reproduced }
    if look.direction.upperBound < 0 { return isSmall ? .oppositeButSmall : .opposite }
    return isSmall ? .noDifference : nil
  }

  /// The look at `place` in the list of looks.
  func look(_ place: Int, mean: Double, deviation: Double) -> Look {
    let pairs = looks.counts[place]
    let deviation = max(deviation, leastDeviation)
    let error = deviation / Double(pairs).squareRoot()
    func interval(_ boundary: Boundary) -> ClosedRange<Double> {
      let half = boundary.constants[place] * error
      return mean - half...mean + half
    }
    return Look(
      pairs: pairs, mean: mean, deviation: deviation, direction: interval(direction), size: interval(size))
  }
}
