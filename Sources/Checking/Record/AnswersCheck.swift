import Foundation
import Records

/// What one run's answers, its manifest and its scores say about each other.
struct AnswersCheck {
  let files: RecordedFiles
  let manifest: RunManifest

  private var path: String { files.answersPath(manifest.run) }

  /// Everything that contradicts something; nothing where the manifest vouches for no answers and there are none.
  var discrepancies: [Discrepancy] {
    let url = files.root.appending(path: path)
    guard FileManager.default.fileExists(atPath: url.path) else {
      return manifest.answersDigest == nil
        ? [] : [Discrepancy(files.manifestPath(manifest.run), "vouches for answers, but there is no \(path)")]
    }
    do {
      let rows = try AnswerRow.read(from: url)
      guard RowsDigest.of(answers: rows) == manifest.answersDigest else {
        let said = manifest.answersDigest == nil ? "vouches for none" : "vouches for others"
        return [Discrepancy(path, "was edited: \(files.manifestPath(manifest.run)) \(said)")]
      }
      let scores = files.scores.map(\.row).filter { $0.key.run == manifest.run }
      return rows.compactMap { row in
        row.key == manifest.key
          ? row.contradiction(with: scores).map { Discrepancy(path, $0) }
          : Discrepancy(path, "holds answers of another run than \(manifest.run)")
      }
    } catch {
      return [Discrepancy(path, error, root: files.root)]
    }
  }
}
