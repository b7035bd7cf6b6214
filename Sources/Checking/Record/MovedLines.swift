import Records
import Reporting

/// Says in single lines where a committed file and its rendering part.
enum MovedLines {
  /// How many lines of one file are told one by one.
  private static let shown = 4

  /// One discrepancy per line that moved, and one for all beyond the first few.
  static func discrepancies(in stale: Tables.Stale) -> [Discrepancy] {
    let committed = numbered(stale.lines, "-")
    let rendered = numbered(stale.lines, "+")
    if committed.isEmpty || committed.count != rendered.count {
      let example = (rendered.first ?? committed.first).map { ", such as “\(shortened($0.text))”" } ?? ""
      return [
        Discrepancy(
          stale.path, line: (committed.first ?? rendered.first)?.number,
          "\(committed.count) lines are to be replaced by \(rendered.count)\(example): run repro table")
      ]
    }
    // A longer number widens its column: lines that only the widths of columns move say nothing.
    let pairs = zip(committed, rendered).filter { words($0.text) != words($1.text) }
    if pairs.isEmpty {
      return [Discrepancy(stale.path, line: committed[0].number, "only spaces moved: run repro table")]
    }
    let moved = pairs.map { old, new in
      Discrepancy(stale.path, line: old.number, difference(from: old.text, to: new.text))
    }
    if moved.count <= shown { return moved }
    return moved.prefix(shown) + [
      Discrepancy(stale.path, "and \(moved.count - shown) more lines; repro table --check shows them")
    ]
  }

  private static func numbered(_ lines: [String], _ mark: Character) -> [(number: Int, text: String)] {
    lines.filter { $0.first == mark }.map { line in
      let rest = line.dropFirst()
      let number = rest.prefix { $0.isNumber }
      return (Int(number) ?? 0, String(rest.dropFirst(number.count + 2)))
    }
  }

  /// The words that differ, with the change where they are numbers; the lines' differing ends otherwise.
  static func difference(from old: String, to new: String) -> String {
    let (before, after) = (words(old), words(new))
    if before.count == after.count {
      let pairs = zip(before, after).filter { $0 != $1 }
      let words = pairs.prefix(3).map { old, new in
        "“\(old)” committed, “\(new)” by its numbers" + (change(from: old, to: new).map { " (\($0))" } ?? "")
      }
      let more = pairs.count > 3 ? "; and \(pairs.count - 3) more" : ""
      return words.joined(separator: "; ") + more
    }
    let common = zip(old, new).prefix { $0 == $1 }.count
    return
      "“\(shortened(old.dropFirst(common)))” committed, “\(shortened(new.dropFirst(common)))” by its numbers"
  }

  /// The words of a line, a rule of a table being one whatever its length.
  private static func words(_ line: String) -> [Substring] {
    line.split(separator: " ").map { word in
      word.allSatisfy { "|-:".contains($0) } && word.contains("--") ? "---" : word
    }
  }

  private static func change(from old: Substring, to new: Substring) -> String? {
    guard let before = number(old), let after = number(new) else { return nil }
    return Movement.change(after - before)
  }

  private static func number(_ word: Substring) -> Double? {
    let text = word.replacing("−", with: "-").trimmingPrefix { "[(*".contains($0) }
    return Double(text.prefix { $0.isNumber || "+-.e".contains($0) })
  }

  private static func shortened(_ text: some StringProtocol) -> String {
    text.count > 100 ? text.prefix(100) + "…" : String(text)
  }
}
