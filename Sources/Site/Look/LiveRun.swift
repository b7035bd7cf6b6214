import Claims
import Foundation
import Records

/// A run as it stands in its folder, perhaps while a process writes there.
struct LiveRun {
  let stored: StoredRun, manifest: RunManifest

  init(_ stored: StoredRun, _ manifest: RunManifest) { (self.stored, self.manifest) = (stored, manifest) }

  /// What was observed so far; none where that cannot be read.
  var curves: [CurveRow] { Self.rows(stored.folder.curves) }
  /// What was measured so far; none where that cannot be read.
  var scores: [ScoreRow] { Self.rows(stored.folder.scores) }

  /// The whole lines of a file that may be growing.
  private static func rows<Row: CSVRow>(_ file: URL) -> [Row] {
    guard let text = try? String(contentsOf: file, encoding: .utf8), let end = text.lastIndex(of: "\n") else {
      return []
    }
    let rows = try? Row.numbered(in: String(text[...end]), file: file.path).map(\.row)
    return rows ?? []
  }

  /// Epochs done and epochs planned.
  func progress(_ rows: [CurveRow]) -> (done: Int, planned: Int) {
    let planned = manifest.identity.plan.epochs
    let own = rows.filter { !$0.metric.hasPrefix(PreparationMetric.prefix) }
    return (min(planned, own.map(\.epoch).max() ?? 0), planned)
  }

  /// When a file of its last changed; `nil` without one.
  var lastWrite: Date? {
    [stored.folder.curves, stored.folder.scores, stored.folder.manifest].compactMap { file in
      (try? FileManager.default.attributesOfItem(atPath: file.path))?[.modificationDate] as? Date
    }.max()
  }

  /// `2026-12-01 14:03 UTC`.
  static func time(_ date: Date) -> String {
    var text = date.ISO8601Format(.init(timeZone: .gmt))
    text = text.replacing("T", with: " ").replacing("Z", with: "")
    return String(text.prefix(16)) + " UTC"
  }
}
