import Foundation

/// A claim of a version that has a successor: what its rows said when they were last rendered.
///
/// The rows themselves stand in the history, and no page mixes them with those of a later version.
public struct RetiredClaim: Sendable, Equatable {
  /// The experiment, and the version that was retired.
  public let experiment: String, version: Int
  /// The sentence that was claimed.
  public let claim: String
  /// The images, as rows name them.
  public let data: String
  /// The difference as it was printed, with its interval or its number of pairs.
  public let found: String
  /// The verdict as it was printed.
  public let verdict: String
  /// A commit whose pages and rows show it.
  public let commit: String
  /// Why it was retired.
  public let reason: String

  /// Its file under `paper-tables/`.
  package static let file = "retired.csv"

  /// Those of every experiment, as listed in `paperTables`; none where nothing was retired. Throws a `CSVError`.
  package static func all(in paperTables: URL) throws -> [RetiredClaim] {
    let url = paperTables.appending(component: file)
    return FileManager.default.fileExists(atPath: url.path) ? try read(from: url) : []
  }

  /// All of it in one sentence.
  package var sentence: String {
    "Version \(version) claimed on \(Typography.dataset(data)): “\(claim)” \(found): \(verdict). Retired because \(reason); "
      + "its rows are those of commit \(commit)."
  }
}

extension RetiredClaim: CSVRow {
  /// `experiment,version,claim,data,found,verdict,commit,reason`.
  public static let columns = [
    "experiment", "version", "claim", "data", "found", "verdict", "commit", "reason",
  ]

  /// The claim's fields, in the order of `columns`.
  public var fields: [String] {
    [experiment, "\(version)", claim, data, found, verdict, commit, reason]
  }

  /// Reads a claim; throws a `CSVError` when the version is no number.
  public init(_ fields: CSVFields) throws {
    experiment = fields.text("experiment")
    version = try fields.value("version", "a version, e.g. 1")
    claim = fields.text("claim")
    data = fields.text("data")
    found = fields.text("found")
    verdict = fields.text("verdict")
    commit = fields.text("commit")
    reason = fields.text("reason")
  }
}
