/// A table in GitHub's Markdown, with columns aligned in the source too.
public struct MarkdownTable: Sendable, Equatable {
  /// How a column's cells are set.
  public enum Alignment: Sendable { case leading, trailing }

  /// The columns' titles.
  public let header: [String]
  /// The cells, one array per line.
  public let rows: [[String]]
  /// How each column is set.
  public let alignments: [Alignment]

  /// Creates a table, set to the left unless told; traps when a row and the header differ in length.
  public init(header: [String], rows: [[String]], alignments: [Alignment]? = nil) {
    for row in rows {
      precondition(
        row.count == header.count, "a row of \(row.count) cells under \(header.count) titles: \(row)")
    }
    self.header = header
    self.rows = rows
    self.alignments = alignments ?? header.map { _ in .leading }
    precondition(
      self.alignments.count == header.count, "\(self.alignments.count) alignments for \(header.count) columns"
    )
  }

  /// The table as text, ending with a line feed; columns are aligned in the source too unless told otherwise.
  public func render(isPadded: Bool = true) -> String {
    let cells = ([header] + rows).map { $0.map(Self.escaped) }
    let widths = header.indices.map { column in
      isPadded ? cells.reduce(3) { max($0, $1[column].displayWidth) } : 3
    }
    func line(_ row: [String]) -> String {
      let padded = row.indices.map { column in
        let missing = isPadded ? widths[column] - row[column].displayWidth : 0
        let padding = String(repeating: " ", count: missing)
        return alignments[column] == .leading ? row[column] + padding : padding + row[column]
      }
      return "| " + padded.joined(separator: " | ") + " |\n"
    }
    let rules = header.indices.map { column in
      let dashes = String(repeating: "-", count: widths[column] - 1)
      return alignments[column] == .leading ? dashes + "-" : dashes + ":"
    }
    return line(cells[0]) + "| " + rules.joined(separator: " | ") + " |\n"
      + cells.dropFirst().map(line).joined()
  }

  /// A cell's text without what would end the cell or the line.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("|", with: "\\|")
      .split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

extension String {
  /// Columns that the text takes in a fixed-width font, combining marks aside.
  var displayWidth: Int { count }
}
