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

  private func lastOverFirst(_ row: Int, _ summary: Summary) throws -> Pairing {
    try summary.pairing(arms[row].last!, over: arms[row][0], measure)
  }

  /// A line per row: every arm, and the last column minus the first, paired by seed.
  func table(_ summary: Summary?, of experiment: any Experiment) throws -> MarkdownTable {
    let lines = try rows.indices.map { row in
      let cells = try arms[row].map { arm in
        try summary?.cell(of: arm, measure) ?? experiment.emptyCell(of: arm, measure)
      }
      return [rows[row]] + cells + [try summary.map { try lastOverFirst(row, $0).cell() } ?? "—"]
    }
    return MarkdownTable(
      header: [rowTitle] + columns.map { "\($0), \(measure.name) (%)" } + [
        "\(columns.last!) − \(columns[0])"
      ],
      rows: lines, alignments: [.leading] + (columns + [""]).map { _ in .trailing })
  }

  /// By how much the effect of the columns changes from the first row to the last, seed by seed.
  func interaction(_ summary: Summary) throws -> PairedDifference? {
    let effects = try [0, rows.count - 1].map { row in
      Dictionary(
        try lastOverFirst(row, summary).pairs.map { ($0.seed, $0.difference) },
        uniquingKeysWith: { first, _ in first })
    }
    let seeds = effects[0].keys.filter { effects[1][$0] != nil }.sorted()
    return try PairedDifference(seeds.map { effects[1][$0]! - effects[0][$0]! })
  }

  /// The interaction in words, and what has to be known besides.
  func remark(_ summary: Summary?) throws -> String {
    guard let found = try summary.flatMap(interaction) else { return note }
    let interval = found.interval().map { " (95 % interval \(Typography.interval($0)))" } ?? ""
    return
      "What \(columns.last!) adds over \(columns[0]) changes by \(Typography.difference(found.spread.mean)) points"
      + "\(interval) from \(rows[0]) to \(rows.last!), over \(Typography.count(found.spread.count, "seed")); "
      + "exploratory, without a verdict. \(note)"
  }

  /// The table as lines over its rows, and the columns' differences beside them; `nil` where nothing is recorded.
  func plot(_ summary: Summary, title: String) throws -> Plot? {
    let levels = try columns.indices.map { column in
      Plot.Series(
        name: columns[column], style: .joinedPoints, color: column,
        points: try rows.indices.compactMap {
          try Plot.Point(over: summary.rows(of: arms[$0][column], measure).map(\.value), at: Double($0))
        })
    }
    if levels.allSatisfy(\.points.isEmpty) { return nil }
    let differences = try rows.indices.compactMap { row in
      try Plot.Point(over: lastOverFirst(row, summary).pairs.map(\.difference), at: Double(row))
    }
    let left = Plot.Panel(
      title: self.title, x: "", y: "\(measure.name) (%)", series: levels, categories: rows)
    let right = Plot.Panel(
      title: "\(columns.last!) − \(columns[0])", x: "", y: "points",
      series: [Plot.Series(name: "", style: .bars, color: 6, points: differences)], categories: rows,
      guides: [0])
    return Plot(
      title: title, panels: differences.isEmpty ? [left] : [left, right],
      columns: differences.isEmpty ? 1 : 2)
  }
}
