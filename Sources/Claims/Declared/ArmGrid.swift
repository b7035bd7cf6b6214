import Records

/// Arms in rows and columns: each row one value of one constant, each column one of another.
///
/// Shows whether the effect of the one depends on the other, which no list of arms does.
public struct ArmGrid: Sendable {
  /// The heading.
  public let title: String
  /// What the rows and the columns are values of, and their names.
  public let rowTitle: String, rows: [String], columns: [String]
  /// The arms' names, row by row.
  public let arms: [[String]]
  /// What of the arms is compared.
  public let measure: Measure
  /// What has to be known besides, in full sentences.
  public let note: String

  /// Creates a grid; traps unless there are two rows and two columns at least and an arm for each pair.
  public init(
    _ title: String, rowTitle: String, rows: [String], columns: [String], arms: [[String]],
    evaluation: String,
    metric: String = "top1", note: String
  ) {
    precondition(
      rows.count > 1 && columns.count > 1 && arms.count == rows.count
        && arms.allSatisfy { $0.count == columns.count }, "the grid “\(title)” has gaps")
    (self.title, self.rowTitle, self.rows, self.columns, self.arms) = (title, rowTitle, rows, columns, arms)
    measure = Measure(evaluation: evaluation, metric: metric)
    self.note = note
  }
}
