/// Where two texts differ, line by line.
package enum TextDifference {
  /// The lines taken away (`-`) and added (`+`), each with its number; empty for equal texts.
  package static func lines(from old: String, to new: String) -> [String] {
    func split(_ text: String) -> [Substring] {
      text.split(separator: "\n", omittingEmptySubsequences: false)
    }
    let changes = split(new).difference(from: split(old))
    let removed = changes.removals.map { change -> (Int, Int, String) in
      guard case .remove(let offset, let line, _) = change else { return (0, 0, "") }
      return (offset + 1, 0, "-\(offset + 1): \(line)")
    }
    let inserted = changes.insertions.map { change -> (Int, Int, String) in
      guard case .insert(let offset, let line, _) = change else { return (0, 0, "") }
      return (offset + 1, 1, "+\(offset + 1): \(line)")
    }
    return (removed + inserted).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }
}
