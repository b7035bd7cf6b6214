import Foundation
import Harness

/// One line of `repro runs ls`.
struct RunEntry: Encodable {
  let run: String?
  let experiment: String?
  let arm: String?
  let seed: UInt64?
  let state: StoredRun.State
  let version: Int?
  let path: String
  let bytes: Int
  /// When a file of it was written last.
  let written: Date?
  /// The score that was asked for.
  let score: Double?

  init(_ stored: StoredRun, below root: URL, score measure: Measure? = nil) {
    let identity = stored.manifest?.identity
    run = stored.manifest?.run
    (experiment, arm, seed, version) = (
      identity?.experiment, identity?.arm, identity?.seed, identity?.version
    )
    state = stored.state
    path = stored.path(below: root)
    bytes = stored.bytes
    written = stored.folder.lastWritten
    score = measure.flatMap { measure in
      let rows = try? stored.folder.measuredScores()
      return rows?.first { $0.evaluation == measure.evaluation && $0.metric == measure.metric }?.value
    }
  }

  /// The entries in columns; scores where any was asked for and is there.
  static func table(_ entries: [RunEntry]) -> [String] {
    let hasScores = entries.contains { $0.score != nil }
    let rows: [[String]] = entries.map { entry in
      var row = [entry.run ?? "—", entry.state.rawValue, entry.version.map { "v\($0)" } ?? "—"]
      row += [DiskUse.text(entry.bytes), entry.written.map(day) ?? "—"]
      if hasScores { row.append(entry.score.map { String(format: "%.2f", $0) } ?? "—") }
      return row + [entry.path]
    }
    let columns = (rows.first?.count ?? 1) - 1
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let padded = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
      return (padded + [row[columns]]).joined(separator: "  ")
    }
  }

  private static func day(_ date: Date) -> String {
    let format = DateFormatter()
    (format.locale, format.dateFormat) = (Locale(identifier: "en_US_POSIX"), "yyyy-MM-dd HH:mm")
    return format.string(from: date)
  }
}
