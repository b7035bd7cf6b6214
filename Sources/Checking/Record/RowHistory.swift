import Foundation
import Records

/// Finds out, from the repository's history, what was changed where a run's rows and digest no longer fit.
struct RowHistory {
  let files: RecordedFiles
  let run: String
  let manifest: RunManifest
  /// The digest of the rows as they are now.
  let digest: String

  private var manifestPath: String { files.manifestPath(run) }

  /// The rows that moved, or the digest that did; both files where history does not tell.
  func discrepancies() async -> [Discrepancy] {
    let git = Git(folder: files.root)
    for commit in await git.commits(changing: files.scoresPath, files.curvesPath) {
      if let found = await changes(since: commit, git), !found.isEmpty { return found }
    }
    let vouched = manifest.rowsDigest.map { "rowsDigest is \($0)" } ?? "has no rowsDigest"
    return [
      Discrepancy(
        manifestPath,
        "\(vouched), but the run's rows in \(files.scoresPath) and \(files.curvesPath) have \(digest): a row or the "
          + "digest was changed by hand")
    ]
  }

  private func changes(since commit: String, _ git: Git) async -> [Discrepancy]? {
    if let text = await git.text(of: manifestPath, at: commit),
      let old = try? RunManifest(json: Data(text.utf8)),
      old.rowsDigest == digest
    {
      return [
        Discrepancy(
          manifestPath,
          "rowsDigest is \(manifest.rowsDigest ?? "missing"), but was \(digest) at commit \(commit.prefix(10))"
        )
      ]
    }
    guard let scoresText = await git.text(of: files.scoresPath, at: commit),
      let scores = try? ScoreRow.numbered(in: scoresText, file: files.scoresPath).map(\.row)
    else { return nil }
    // A record of untrained networks alone has no curves.
    let curvesText = await git.text(of: files.curvesPath, at: commit) ?? CSVFile.line(CurveRow.columns)
    guard let curves = try? CurveRow.numbered(in: curvesText, file: files.curvesPath).map(\.row) else {
      return nil
    }
    let (oldScores, oldCurves) = (scores.filter { $0.key.run == run }, curves.filter { $0.key.run == run })
    guard RowsDigest.of(scores: oldScores, curves: oldCurves) == manifest.rowsDigest else { return nil }
    return moved(files.scores.filter { $0.row.key.run == run }, from: oldScores, in: files.scoresPath)
      + moved(files.curves.filter { $0.row.key.run == run }, from: oldCurves, in: files.curvesPath)
  }

  private func moved<Row: RecordedRow>(
    _ rows: [NumberedRow<Row>], from old: [Row], in path: String
  ) -> [Discrepancy] {
    guard rows.count == old.count else {
      return [Discrepancy(path, "holds \(rows.count) rows of run \(run), but \(old.count) were recorded")]
    }
    return zip(rows, old).filter { $0.row != $1 }.map { numbered, recorded in
      let row = numbered.row
      let what = "\(row.subject) of \(row.key.arm), seed \(row.key.seed)"
      return row.with(recorded.value) == recorded
        ? Discrepancy(
          path, line: numbered.line, "\(what) is \(Movement.text(from: recorded.value, to: row.value))")
        : Discrepancy(
          path, line: numbered.line,
          "“\(row.line.dropLast())” was recorded as “\(recorded.line.dropLast())”")
    }
  }
}

/// A row with one number, of either table.
protocol RecordedRow: CSVRow {
  var key: RunKey { get }
  var value: Double { get set }
  /// What the number is about.
  var subject: String { get }
}

extension RecordedRow {
  /// The same row with another number.
  fileprivate func with(_ value: Double) -> Self {
    var copy = self
    copy.value = value
    return copy
  }
}

extension ScoreRow: RecordedRow { var subject: String { measure.name } }
extension CurveRow: RecordedRow { var subject: String { "\(metric) at step \(step)" } }
