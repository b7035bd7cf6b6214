import Claims
import Foundation
import Records

/// What to cite, as BibTeX.
public enum Citation {
  /// The suite as `CITATION.cff` has it; a test compares the two.
  public static let suite = (
    title: "repro: reproductions of self-supervised vision papers on the CPU, in Swift",
    authors: "The repro maintainers", version: "0.1.0", released: "2026-11-22"
  )

  /// The paper that makes a claim, with its authors' surnames as the suite has them.
  public static func bibTeX(_ paper: Paper) -> String {
    let names = paper.authors.components(separatedBy: ", ")
    let words = paper.venue.split(separator: " ").map(String.init)
    let year =
      words.last.flatMap { $0.count == 4 && Int($0) != nil ? $0 : nil } ?? "20\(paper.arXiv.prefix(2))"
    let venue = words.filter { $0 != year }.joined(separator: " ")
    let word = paper.title.split { !$0.isLetter && !$0.isNumber }.first.map(String.init) ?? ""
    return entry(
      venue.isEmpty ? "misc" : "inproceedings", key: (names[0] + year + word).lowercased(),
      [
        ("title", "{\(escaped(paper.title))}"), ("author", names.map(escaped).joined(separator: " and ")),
        ("booktitle", escaped(venue)), ("year", year), ("eprint", paper.arXiv), ("archiveprefix", "arXiv"),
      ])
  }

  /// The suite itself, at `commit` where that is known.
  public static func bibTeX(suiteAt commit: String?) -> String {
    entry(
      "software", key: "repro",
      [
        ("title", "{\(suite.title)}"), ("author", "{\(suite.authors)}"), ("version", suite.version),
        ("year", String(suite.released.prefix(4))), ("note", commit.map { "commit \($0)" } ?? ""),
      ])
  }

  /// One run: what was trained, on which bytes, by which code.
  public static func bibTeX(_ manifest: RunManifest) -> String {
    let identity = manifest.identity
    let what =
      "\(identity.experiment), version \(identity.version), \(identity.scale.rawValue) scale: \(identity.arm), seed "
      + "\(identity.seed)"
    let commit = manifest.commit.map { "commit \($0)\(manifest.isDirty ? " with changed files" : "")" }
    let note = [
      "run \(manifest.run)", commit ?? "no commit",
      "\(manifest.data.name) (\(manifest.data.kind)), digest \(manifest.data.digest)",
      manifest.rowsDigest.map { "rows \($0)" },
    ]
    let year = manifest.sessions.first.map {
      Calendar(identifier: .gregorian).component(.year, from: $0.start)
    }
    return entry(
      "misc", key: "repro-\(manifest.run)",
      [
        ("title", "{\(escaped(what))}"), ("author", "{\(suite.authors)}"),
        ("year", year.map(String.init) ?? ""),
        ("note", escaped(note.compactMap(\.self).joined(separator: "; "))),
      ])
  }

  private static func entry(_ kind: String, key: String, _ fields: [(name: String, value: String)]) -> String
  {
    let told = fields.filter { !$0.value.isEmpty }
    let lines = told.map { "  \($0.name.padding(toLength: 13, withPad: " ", startingAt: 0)) = {\($0.value)}" }
    return "@\(kind){\(key),\n\(lines.joined(separator: ",\n"))\n}"
  }

  /// Text in which nothing means anything to TeX.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "&%$#_{}".contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
