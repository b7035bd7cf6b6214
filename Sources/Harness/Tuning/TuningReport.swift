/// What the trials of an experiment came to, for readers.
public struct TuningReport: Sendable, Encodable {
  /// One configuration of one arm.
  public struct Line: Sendable, Encodable {
    /// The arm, the constants tried, and the part of the horizon.
    public let arm, constants: String, share: Double
    /// The mean of the measure over the seeds.
    public let value: Double
    /// The checks it fails, in words.
    public let failures: [String]
    /// Whether the arm is represented by it.
    public let isChosen: Bool
  }

  /// What was measured, e.g. `linear-v1 top1`.
  public let measure: String
  /// The configurations, arm by arm, longest trainings and best ones first.
  public let lines: [Line]
  /// What deserves a sentence: ends of axes, horizons spent, arms without a choice.
  public let remarks: [String]
  /// How many trials are missing before the next decision, and the horizons that they take.
  public let missingTrials: Int, missingHorizons: Double

  /// Describes `progress` in a grid.
  public init(_ progress: TuningProgress, of grid: TuningGrid) {
    measure = grid.measure.name
    lines = progress.arms.flatMap { arm in
      arm.results.map { result in
        Line(
          arm: arm.name, constants: result.constants.words, share: result.share, value: result.value,
          failures: result.failures, isChosen: result == arm.choice)
      }
    }
    remarks =
      progress.arms.flatMap(\.edges)
      + progress.arms.map { "“\($0.name)” was trained for \($0.horizons.rounded(to: 1)) horizons" }
      + (progress.obstacle.map { ["not a test: \($0)"] } ?? [])
    missingTrials = progress.missing.count
    missingHorizons = progress.missing.reduce(0) { $0 + $1.share }
  }

  /// The configurations as a table.
  public var table: MarkdownTable {
    MarkdownTable(
      header: ["arm", "constants", "horizon", measure, ""],
      rows: lines.map { line in
        let remark = line.isChosen ? "chosen" : line.failures.joined(separator: "; ")
        return [line.arm, line.constants, line.share.rounded(to: 2), line.value.rounded(to: 2), remark]
      })
  }
}
