import Claims
import Foundation
import Recipes
import Records
import Statistics

/// Everything a report says about one experiment at one scale, piece by piece.
package struct ExperimentReport {
  package let experiment: Declaration
  package let results: RecordedResults
  /// `nil` where nothing is recorded.
  package let summary: Summary?
  /// The claims as these rows judge them, the headline first; none where nothing is recorded, of gates neither.
  package let judgements: [Judgement]

  /// Throws `Incomparable` or `NotFinite` where the rows make no table. `pilot` holds the rows that gates are judged by.
  package init(
    _ experiment: Declaration, results: RecordedResults, pilot: RecordedResults = RecordedResults()
  ) throws {
    self.experiment = experiment
    self.results = results
    summary = results.isEmpty ? nil : try Summary(results)
    let judged = summary ?? (pilot.isEmpty ? nil : Summary(unchecked: RecordedResults()))
    judgements =
      try judged.map { rows in
        try experiment.claims.map { try Judgement($0, rows, scale: experiment.scale, pilot: pilot) }
      } ?? []
  }

  /// The report on what is recorded in `folder`; throws besides what reading it throws.
  package init(_ experiment: Declaration, recordedIn folder: ResultsFolder) throws {
    try self.init(
      experiment, results: RecordedResults(readingFrom: folder),
      pilot: RecordedResults(gatesIn: folder, version: experiment.version))
  }

  /// Whether no row is of an earlier version, which answered another question.
  package var isOfThisVersion: Bool {
    results.manifests.allSatisfy { $0.identity.version == experiment.version }
  }

  /// How the claim at `place` stands by rows of this version; `nil` where nothing is recorded of it.
  package func currentJudgement(at place: Int) -> Judgement? {
    isOfThisVersion && judgements.indices.contains(place) ? judgements[place] : nil
  }

  /// The sequential p value of the headline; `nil` where it counts as 1. Throws `NotFinite`.
  func pValue() throws(NotFinite) -> Double? { try judgements.first?.pValue() }

  /// What the headline's rows say, in one sentence.
  package var sentence: String {
    judgements.first?.sentence ?? "\(name) at \(scale.rawValue) scale: no recorded result yet."
  }

  /// What a reader has to know of the images beside their name; `nil` where they are the official ones.
  package var dataNote: String? {
    guard results.scores.contains(where: { $0.key.data.hasSuffix(":jpeg75") }) else { return nil }
    return
      "These rows are of a copy of the images that had been through JPEG at quality 75 (`jpeg75`), not of the official "
      + "files."
  }

  package var caption: String? {
    guard let summary, let headline = judgements.first else { return nil }
    return Caption(
      summary: summary, scale: scale, currentVersion: experiment.version,
      pairing: headline.findings[0].pairing
    ).text
  }

  /// Every arm with everything measured: the headline, what places it between floor and ceiling, and explorations.
  package func armsTable() throws -> MarkdownTable? {
    guard let summary else { return nil }
    let titles = Dictionary(
      experiment.tables.flatMap(\.columns).map { ($0.measure, $0.title) },
      uniquingKeysWith: { first, _ in first })
    let measures = summary.measures.filter(\.isAccuracy)
    let known = experiment.arms
    let names = unique(known.map(\.name) + summary.arms).filter {
      summary.arms.contains($0) || isExpected($0)
    }
    let rows = try names.map { name in
      let arm = known.first { $0.name == name }
      let cells = try measures.map { try summary.cell(of: name, $0) ?? experiment.emptyCell(of: name, $0) }
      return [name, dataset(of: name)] + cells + [remark(on: arm, summary.spreadCount(of: name))]
    }
    return MarkdownTable(
      header: ["arm", "data set"] + measures.map { "\(titles[$0] ?? $0.name) (%)" } + ["remark"], rows: rows,
      alignments: [.leading, .leading] + measures.map { _ in .trailing } + [.leading])
  }

  package var name: String { experiment.name }
  package var scale: Scale { experiment.scale }

  private func isExpected(_ name: String) -> Bool {
    experiment.arms.contains { $0.name == name && $0.role != .exploratory }
  }

  private func dataset(of arm: String) -> String {
    let row = results.scores.first { $0.key.arm == arm }
    return row.map { Typography.dataset($0.key.data) } ?? "—"
  }

  private func remark(on arm: DeclaredArm?, _ count: Int) -> String {
    guard let arm else { return "not an arm of the current version" }
    var remarks: [String] = []
    switch arm.role {
    case .headline: break
    case .reference: remarks.append("reference")
    case .exploratory: remarks.append("exploratory (n = \(count))")
    }
    if arm.usesLabels { remarks.append("uses labels") }
    if let half = arm.pretrainingClasses {
      remarks.append("pre-trained on the \(half.rawValue) half of the classes, which labels chose")
    }
    if let inflation = arm.inflation { remarks.append("with \(inflation.description)") }
    if arm.plan.epochs == 0 { remarks.append("untrained") }
    return remarks.joined(separator: ", ")
  }
}

extension Summary {
  /// How many seeds an arm has.
  fileprivate func spreadCount(of arm: String) -> Int {
    Set(results.scores.filter { $0.key.arm == arm }.map(\.key.seed)).count
  }
}
