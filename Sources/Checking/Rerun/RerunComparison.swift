import Claims
import Records
import Statistics

/// Compares one pair of runs trained anew with what is on record.
public struct RerunComparison: Sendable {
  /// One number of the new pair beside the record's.
  public struct Line: Sendable, CustomStringConvertible {
    /// What the number is.
    public let subject: String
    /// The number anew, what it is expected near, and how far from there it may be.
    public let value, expected, allowed: Double
    /// Where the allowance comes from.
    public let basis: String

    /// Whether the number is where the record allows it.
    public var isWithin: Bool { (value - expected).magnitude <= allowed }

    /// The number, the record's, and by how much it moved, in one line.
    public var description: String {
      "\(subject): \(Typography.number(value)) anew, \(Typography.number(expected)) on record, "
        + "\(Typography.difference(value - expected)) points; ±\(Typography.number(allowed)) allowed by \(basis)"
    }
  }

  /// The rule in words, as the command's help tells it.
  public static let rule = """
    Each arm's headline metric, and with three recorded pairs or more their difference too, must lie in the 99 % \
    prediction interval of a further seed: mean ± t(n − 1) s √(1 + 1/n). With fewer recorded seeds there is no spread \
    to go by; the number must then be as near to that of the same seed as the sampling of the test images allows, \
    2.58 √(2 p (1 − p) / images), or, where it is no share of images, within two points.
    """

  /// How many seeds make a spread to go by.
  private static let fewestSeeds = 3
  /// How sure the allowance is.
  private static let level = 0.99

  /// The numbers compared.
  public let lines: [Line]
  /// The arms whose every score that is on record for this seed is the recorded one to the last digit.
  public let identicalArms: [String]

  /// Compares `anew`, the scores of one seed of the headline pair, with the rows in `recorded`.
  ///
  /// Throws `Incomparable` where rows may not stand in one table, a `NotFinite`, or a `RunProblem` where one is missing.
  public init(_ comparison: Comparison, anew: [ScoreRow], recorded: RecordedResults) throws {
    let summary = try Summary(recorded)
    let fresh = Summary(unchecked: RecordedResults(scores: anew))
    var lines = try comparison.arms.map { arm in
      let measure = arm == comparison.treatment ? comparison.measure : comparison.baselineMeasure
      return try Self.line(of: arm, measure, fresh.rows(of: arm, measure).first, summary)
    }
    let pairing = try summary.pairing(comparison)
    if let spread = try pairing.difference()?.spread, spread.count >= Self.fewestSeeds,
      let pair = try fresh.pairing(comparison).pairs.first
    {
      lines.append(
        Line(
          subject: "\(comparison.titles.treatment) minus \(comparison.titles.baseline)",
          value: pair.difference, expected: spread.mean, allowed: Self.allowance(spread),
          basis: "the spread of \(spread.count) recorded pairs"))
    }
    self.lines = lines
    identicalArms = comparison.arms.filter { arm in
      let pairs = anew.filter { $0.key.arm == arm }.compactMap { row in
        recorded.scores.first { $0.isOfSameMeasuring(as: row) }.map { ($0.value, row.value) }
      }
      return !pairs.isEmpty && pairs.allSatisfy { $0 == $1 }
    }
  }

  /// Whether everything is where the record allows it.
  public var agrees: Bool { lines.allSatisfy(\.isWithin) }

  private static func line(
    of arm: String, _ measure: Measure, _ fresh: ScoreRow?, _ summary: Summary
  ) throws -> Line {
    let rows = summary.rows(of: arm, measure)
    guard let fresh, let spread = try summary.spread(of: arm, measure) else {
      throw RunProblem("\(measure.name) of \(arm) is not both on record and measured anew")
    }
    let subject = "\(arm), seed \(fresh.key.seed), \(measure.name)"
    if spread.count >= fewestSeeds {
      return Line(
        subject: subject, value: fresh.value, expected: spread.mean, allowed: allowance(spread),
        basis: "the spread of \(spread.count) recorded seeds")
    }
    let same = rows.first { $0.key.seed == fresh.key.seed } ?? rows[0]
    // An intersection over union is a mean of ratios over pixels: no share of so many images.
    guard measure.metric.hasPrefix("top") else {
      return Line(
        subject: subject, value: fresh.value, expected: same.value, allowed: 2,
        basis: "convention, for want of recorded seeds")
    }
    let share = min(max(same.value / 100, 0), 1)
    let sampling = (2 * share * (1 - share) / Double(same.count)).squareRoot()
    return Line(
      subject: subject, value: fresh.value, expected: same.value, allowed: 2.58 * 100 * sampling,
      basis: "the sampling of \(same.count) test images")
  }

  private static func allowance(_ spread: Spread) -> Double {
    let t = StudentT(degreesOfFreedom: Double(spread.count - 1)).quantile(0.5 + level / 2)
    return t * (spread.deviation ?? 0) * (1 + 1 / Double(spread.count)).squareRoot()
  }
}

extension ScoreRow {
  fileprivate func isOfSameMeasuring(as other: ScoreRow) -> Bool {
    key.arm == other.key.arm && key.seed == other.key.seed && measure == other.measure
  }
}
