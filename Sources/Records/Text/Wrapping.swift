/// Text laid out for a terminal.
package enum Wrapping {
  /// The columns that a line is given where nobody says how many there are.
  package static let usualWidth = 100

  /// The words of `text` in lines of at most `width` columns, all but the first indented by `indent`.
  ///
  /// A word that is longer than a line has one of its own. `first` columns of the first line are taken already.
  package static func lines(_ text: String, width: Int, indent: Int = 0, first: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    var taken = first
    for word in text.split(whereSeparator: \.isWhitespace).map(String.init) {
      if !line.isEmpty && taken + line.displayWidth + 1 + word.displayWidth > width {
        lines.append(line)
        (line, taken) = ("", indent)
      }
      line += line.isEmpty ? word : " " + word
    }
    lines.append(line)
    let margin = String(repeating: " ", count: indent)
    return lines.enumerated().map { $0.offset == 0 ? $0.element : margin + $0.element }
  }

  /// `label` in a column of its own, and `text` beside it, wrapped within `width`.
  package static func entry(_ label: String, _ text: String, column: Int, width: Int) -> [String] {
    let padded = label + String(repeating: " ", count: max(1, column - label.displayWidth))
    let lines = Self.lines(text, width: width, indent: column, first: padded.displayWidth)
    return [padded + lines[0]] + lines.dropFirst()
  }

  /// Parts of a line joined by two spaces, with the least important left out until `width` columns hold it; the order stays.
  ///
  /// `rank` says how soon a part is left out: those of rank 0 never are.
  package static func fitted(_ parts: [(text: String, rank: Int)], width: Int) -> String {
    var kept = parts.filter { !$0.text.isEmpty }
    func joined() -> String { kept.map(\.text).joined(separator: "  ") }
    while joined().displayWidth > width, let last = kept.map(\.rank).max(), last > 0,
      let place = kept.lastIndex(where: { $0.rank == last })
    {
      kept.remove(at: place)
    }
    return joined()
  }
}
