import Foundation

extension RunFolder {
  /// A finished run's rows, once they and its answers are known to be those that its manifest vouches for.
  ///
  /// Throws an `UnvouchedRows` where they are not, and a `CSVError` where they cannot be read.
  package func vouchedRows(by manifest: RunManifest) throws -> (scores: [ScoreRow], curves: [CurveRow]) {
    let (scores, curves) = (try measuredScores(), try observedCurves())
    guard RowsDigest.of(scores: scores, curves: curves) == manifest.rowsDigest,
      RowsDigest.of(answers: try storedAnswers()) == manifest.answersDigest
    else {
      throw UnvouchedRows(path: url.path)
    }
    return (scores, curves)
  }

  /// The scores as they may be shown: those of a finished run only as it vouches for them. Throws as `vouchedRows`.
  package func shownScores(of manifest: RunManifest) throws -> [ScoreRow] {
    manifest.isFinished ? try vouchedRows(by: manifest).scores : try measuredScores()
  }

  /// What was observed during training; nothing for a network that is not trained. Throws a `CSVError`.
  package func observedCurves() throws -> [CurveRow] {
    FileManager.default.fileExists(atPath: curves.path) ? try CurveRow.read(from: curves) : []
  }
}

/// The tables of a finished run are not those that it wrote.
public struct UnvouchedRows: Error, Equatable, CustomStringConvertible {
  /// The run's folder.
  public let path: String

  /// What is wrong, without the place.
  package static let reason = "its numbers are not those its run.json vouches for: a table was edited"

  /// What is wrong and what to do, in one line.
  public var description: String {
    "\(path): \(Self.reason). Restore scores.csv, curves.csv and answers.csv, or start the run anew with --fresh, which deletes them"
  }
}
