import Claims
import Records

extension ArmGrid {
  /// A line per row: every arm, and the last column minus the first, paired by seed.
  package func table(_ summary: Summary?, of experiment: Declaration) throws -> MarkdownTable {
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

  /// The interaction in words, and what has to be known besides.
  package func remark(_ summary: Summary?) throws -> String {
    guard let found = try summary.flatMap(interaction) else { return note }
    let interval = found.interval().map { " (95 % interval \(Typography.interval($0)))" } ?? ""
    return
      "What \(columns.last!) adds over \(columns[0]) changes by \(Typography.difference(found.spread.mean)) points"
      + "\(interval) from \(rows[0]) to \(rows.last!), over \(Typography.count(found.spread.count, "seed")); "
      + "exploratory, without a verdict. \(note)"
  }

  /// The table as lines over its rows, and the columns' differences beside them; `nil` where nothing is recorded.
  package func plot(_ summary: Summary, subtitle: String) throws -> Plot? {
    let levels = try columns.indices.map { column in
      let ink = column == 0 ? Ink.baseline : column == columns.count - 1 ? .treatment : .other(column - 1)
      return Plot.Series(
        columns[column], .joinedPoints, ink,
        try rows.indices.compactMap {
          try Plot.Point(over: summary.rows(of: arms[$0][column], measure).map(\.value), at: Double($0))
        })
    }
    if levels.allSatisfy(\.points.isEmpty) { return nil }
    let differences = try rows.indices.compactMap { row in
      try Plot.Point(over: lastOverFirst(row, summary).pairs.map(\.difference), at: Double(row))
    }
    var left = Plot.Panel(title: "By \(rowTitle)", x: "", y: "\(measure.words) (%)", series: levels)
    var right = Plot.Panel(
      title: "\(columns.last!) minus \(columns[0])", x: "", y: "percentage points",
      series: [Plot.Series("", .bars, .difference, differences)])
    (left.columns, right.columns) = (rows, rows)
    right.horizontalGuide = 0
    let panels = differences.isEmpty ? [left] : [left, right]
    return Plot(
      title: title, subtitle: subtitle, caption: Plot.meansCaption, panels: panels, columns: panels.count)
  }
}
