import Claims
import Foundation
import Records

/// What one run's manifest and its rows say about each other.
struct ManifestCheck {
  let files: RecordedFiles
  let experiment: Declaration
  let part: RecordPart
  let run: String
  let described: RecordedFiles.Described

  private var manifest: RunManifest { described.manifest }
  private var scores: [NumberedRow<ScoreRow>] { files.scores.filter { $0.row.key.run == run } }
  private var curves: [NumberedRow<CurveRow>] { files.curves.filter { $0.row.key.run == run } }

  /// Everything about the run that contradicts itself or the code.
  var discrepancies: [Discrepancy] { identityProblems + provenanceProblems + keyProblems + valueProblems }

  /// The digest of the run's rows as they are now.
  var digest: String { RowsDigest.of(scores: scores.map(\.row), curves: curves.map(\.row)) }

  /// Whether the rows are those that the manifest vouches for.
  var vouchesForRows: Bool { manifest.rowsDigest == digest }

  private func here(_ detail: String) -> Discrepancy { Discrepancy(described.path, detail) }

  private var identityProblems: [Discrepancy] {
    var found: [Discrepancy] = []
    if manifest.run != run { found.append(here("names run \(manifest.run), not \(run)")) }
    let digest = manifest.identity.digest
    if digest != manifest.run {
      found.append(
        here(
          "what identifies the run (\(summary)) has the digest \(digest), not \(manifest.run): a constant was changed"
        ))
    }
    if manifest.identity.dataDigest != manifest.data.digest {
      found.append(
        here(
          "data.digest is \(manifest.data.digest), but identity.dataDigest is \(manifest.identity.dataDigest)"
        ))
    }
    if manifest.identity.inflationDigest != manifest.inflation?.digest {
      found.append(here("inflation.digest is not identity.inflationDigest"))
    }
    return found
  }

  private var summary: String {
    "version \(manifest.identity.version), arm \(manifest.identity.arm), seed \(manifest.identity.seed)"
  }

  private var provenanceProblems: [Discrepancy] {
    var problems = manifest.provenanceProblems(inRecordOf: experiment, part: part)
    if !manifest.isFinished { problems.append("status is \(manifest.status.rawValue), not finished") }
    let current = experiment.version
    if manifest.identity.version > current {
      problems.append("version is \(manifest.identity.version), but the code is at version \(current)")
    } else if manifest.identity.version == current {
      problems += manifest.configurationProblems(under: experiment, part: part)
      problems += manifest.claimProblem(under: experiment).map { [$0] } ?? []
    }
    do {
      problems += try manifest.inflationProblem(root: files.root).map { [$0] } ?? []
    } catch {
      problems.append("\(error)")
    }
    return problems.map(here)
  }

  // MARK: Rows

  private var keyProblems: [Discrepancy] {
    guard files.hasReadableRows else { return [] }
    guard !scores.isEmpty else { return [here("vouches for rows, but \(files.scoresPath) has none of them")] }
    return [
      firstForeignKey(scores.map { ($0.line, $0.row.key) }, in: files.scoresPath),
      firstForeignKey(curves.map { ($0.line, $0.row.key) }, in: files.curvesPath),
    ].compactMap(\.self)
  }

  private func firstForeignKey(_ keys: [(line: Int, key: RunKey)], in path: String) -> Discrepancy? {
    guard let (line, key) = keys.first(where: { $0.key != manifest.key }) else { return nil }
    let fields = zip(RunKey.columns, zip(key.fields, manifest.key.fields)).filter { $1.0 != $1.1 }
    let told = fields.map { "\($0) is \($1.0), but \(described.path) says \($1.1)" }
    return Discrepancy(path, line: line, told.joined(separator: "; "))
  }

  private var valueProblems: [Discrepancy] {
    scores.compactMap { numbered in
      problem(with: numbered.row).map { Discrepancy(files.scoresPath, line: numbered.line, $0) }
    }
      + curves.filter { !$0.row.value.isFinite }.map {
        Discrepancy(
          files.curvesPath, line: $0.line, "\($0.row.metric) is \($0.row.value), which is no number")
      }
  }

  private func problem(with row: ScoreRow) -> String? {
    let name = "\(row.measure.name) is \(row.value)"
    if !row.value.isFinite { return "\(name), which is no number" }
    if row.measure.isPercentage && !(0...100).contains(row.value) { return "\(name), which is no percentage" }
    if row.count <= 0 { return "\(name) over \(row.count) images" }
    let known = experiment.evaluations
    if !known.isEmpty && !known.contains(row.evaluation) {
      return "evaluation \(row.evaluation) is none of the experiment's (\(known.joined(separator: ", ")))"
    }
    return nil
  }
}
