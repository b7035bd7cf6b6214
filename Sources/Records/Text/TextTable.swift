/// A table in plain text, for a terminal.
package struct TextTable: Sendable {
  /// The columns' titles.
  package let header: [String]
  /// The cells, one array per line.
  package let rows: [[String]]
  /// How each column is set.
  package let alignments: [MarkdownTable.Alignment]

  /// Creates a table; traps when a row and the header differ in length.
  package init(header: [String], rows: [[String]], alignments: [MarkdownTable.Alignment]) {
    for row in rows {
      precondition(row.count == header.count, "a row of \(row.count) cells under \(header.count) titles")
    }
    (self.header, self.rows, self.alignments) = (header, rows, alignments)
  }

  /// The lines, each within `width` columns: the last columns are left out where they find no room, and the first one is cut.
  package func lines(width: Int) -> [String] {
    let cells = [header] + rows
    let widths = header.indices.map { column in cells.reduce(0) { max($0, $1[column].displayWidth) } }
    var shown = header.count
    func taken(_ first: Int) -> Int { first + widths[1..<shown].reduce(0) { $0 + 2 + $1 } }
    let narrowest = min(widths[0], 12)
    while shown > 2 && taken(narrowest) > width { shown -= 1 }
    let first = max(narrowest, min(widths[0], width - taken(0)))
    return cells.map { row in
      let texts = row.indices.prefix(shown).map { column in
        let text = column == 0 ? Self.cut(row[0], to: first) : row[column]
        let padding = String(
          repeating: " ", count: max(0, (column == 0 ? first : widths[column]) - text.displayWidth))
        return alignments[column] == .leading ? text + padding : padding + text
      }
      var line = texts.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  private static func cut(_ text: String, to width: Int) -> String {
    text.displayWidth <= width ? text : text.prefix(max(0, width - 1)) + "…"
  }
}
