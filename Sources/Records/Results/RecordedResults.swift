import Foundation
import Recipes

/// The committed record of one experiment at one scale: `Results/<experiment>/<scale>/`.
public struct ResultsFolder: Sendable, Hashable {
  /// The folder.
  public let url: URL

  /// The folder of `experiment` at `scale` under `root`, the folder of all results.
  public init(_ root: URL, experiment: String, scale: Scale) {
    url = root.appending(components: experiment, scale.rawValue)
  }

  private init(_ url: URL) { self.url = url }

  /// The folder of one part of the record.
  public func part(_ part: RecordPart) -> ResultsFolder {
    part.folder.map { ResultsFolder(url.appending(component: $0)) } ?? self
  }

  /// What the evaluations measured.
  public var scores: URL { url.appending(component: "scores.csv") }
  /// What was observed during training.
  public var curves: URL { url.appending(component: "curves.csv") }
  /// Why runs count although alarms rang in them.
  public var acknowledgements: URL { url.appending(component: "acknowledgements.csv") }
  /// Where the runs' manifests lie.
  public var manifests: URL { url.appending(component: "runs") }
  /// Where the figures lie.
  public var figures: URL { url.appending(component: "figures") }

  /// Where the runs' answers lie.
  public var answers: URL { url.appending(component: "answers") }

  /// The answers of one run, where it has any.
  public func answers(_ run: String) -> URL { answers.appending(component: "\(run).csv") }

  /// The manifest of one run.
  public func manifest(_ run: String) -> URL { manifests.appending(component: "\(run).json") }
}

/// The rows of finished runs of one experiment at one scale, with where each run comes from.
public struct RecordedResults: Sendable, Equatable {
  /// What the evaluations measured.
  public var scores: [ScoreRow]
  /// What was observed during training.
  public var curves: [CurveRow]
  /// Where the rows come from, one per run.
  public var manifests: [RunManifest]
  /// Why some of them count although alarms rang in them.
  public var acknowledgements: [Acknowledgement] = []
  /// Where the runs' answers lie, which are read only when they are asked for; `nil` for rows of no record.
  package var answersFolder: ResultsFolder?

  /// Whether both hold the same rows, wherever their answers lie.
  public static func == (a: RecordedResults, b: RecordedResults) -> Bool {
    a.scores == b.scores && a.curves == b.curves && a.manifests == b.manifests
      && a.acknowledgements == b.acknowledgements
  }

  /// Creates results from rows that need not come from files.
  public init(scores: [ScoreRow] = [], curves: [CurveRow] = [], manifests: [RunManifest] = []) {
    self.scores = scores
    self.curves = curves
    self.manifests = manifests
  }

  /// Reads a record; empty when there is none. Throws a `CSVError` or a `ManifestError`.
  public init(readingFrom folder: ResultsFolder) throws {
    self.init()
    func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
    if exists(folder.scores) { scores = try ScoreRow.read(from: folder.scores) }
    if exists(folder.curves) { curves = try CurveRow.read(from: folder.curves) }
    if exists(folder.acknowledgements) {
      acknowledgements = try Acknowledgement.read(from: folder.acknowledgements)
    }
    answersFolder = folder
    let runs = Set(scores.map(\.key.run)).union(curves.map(\.key.run)).sorted()
    manifests = try runs.map { try RunManifest(contentsOf: folder.manifest($0)) }
  }

  /// The answers that one score of `run` is made of; `nil` where none were kept. Throws a `CSVError`.
  package func answers(of run: String, _ measure: Measure) throws -> AnswerRow? {
    guard let file = answersFolder?.answers(run), FileManager.default.fileExists(atPath: file.path) else {
      return nil
    }
    return try AnswerRow.read(from: file)
      .first { $0.evaluation == measure.evaluation && $0.metric == measure.metric }
  }

  /// Reads what the record in `folder` holds of gates of one version; empty where there is nothing. Throws a `CSVError` or
  /// a `ManifestError`.
  public init(gatesIn folder: ResultsFolder, version: Int) throws {
    self = try RecordedResults(readingFrom: folder.part(.gates)).only(version: version)
  }

  /// The rows of one version.
  package func only(version: Int) -> RecordedResults {
    var own = self
    own.scores.removeAll { $0.key.version != version }
    own.curves.removeAll { $0.key.version != version }
    own.manifests.removeAll { $0.identity.version != version }
    let runs = Set(own.manifests.map(\.run))
    own.acknowledgements.removeAll { !runs.contains($0.run) }
    return own
  }

  /// Whether nothing has been recorded.
  public var isEmpty: Bool { scores.isEmpty }

  /// The seconds that runs of an arm took on average; `nil` without one.
  package func seconds(of arm: String) -> Double? {
    let runs = manifests.filter { $0.identity.arm == arm }
    return runs.isEmpty ? nil : runs.reduce(0) { $0 + $1.wallSeconds } / Double(runs.count)
  }

  /// Whether any row was made on procedural images.
  package var isSynthetic: Bool {
    scores.contains { $0.key.data.hasSuffix(":synthetic") }
      || manifests.contains { $0.data.kind == "synthetic" }
  }
}
