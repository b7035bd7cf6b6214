import Claims
import Foundation
import Records
import Statistics

/// What a command prints about an experiment's numbers.
public enum Report {
  /// The end of a run: every arm, the paper's numbers beside ours, and what the comparison shows, as Markdown.
  ///
  /// `paperTables` is the folder of published numbers, `nil` where there is none; synthetic images stay out of its tables,
  /// and smoke and demo scale out of verdicts too.
  /// Throws `Incomparable`, `NotFinite` or a `CSVError`.
  public static func render(
    _ experiment: Declaration, scores: [ScoreRow], manifests: [RunManifest], paperTables: URL?
  ) throws -> String {
    let runs = Set(scores.map(\.key.run))
    let results = RecordedResults(scores: scores, manifests: manifests.filter { runs.contains($0.run) })
    let report = try ExperimentReport(experiment, results: results)
    var parts: [String] = []
    if let table = try report.armsTable() { parts.append(table.render()) }
    let isAboutPaper = experiment.scale.isAboutPapers
    if let paperTables, !results.isSynthetic && isAboutPaper {
      for table in experiment.tables where !table.columns.isEmpty {
        let rendered = try table.render(report.summary, of: experiment, paperTables: paperTables).render()
        let remark = try table.remark(
          on: experiment.claims, scale: experiment.scale, paperTables: paperTables)
        parts.append("\(table.title)\n\n\(rendered)\n\(remark)\n")
      }
    }
    if let caption = report.caption { parts.append(caption + "\n") }
    if isAboutPaper {
      for judgement in report.judgements.dropFirst() { parts.append(judgement.sentence + "\n") }
      parts.append(report.sentence + "\n")
    } else {
      parts.append(Conclusion.disclaimer(of: experiment, results) + "\n")
    }
    return parts.joined(separator: "\n")
  }

  /// The claims of an experiment as the record in `folder` judges them, the headline first; none where nothing is
  /// recorded. Throws `Incomparable`, `NotFinite`, a `CSVError` or a `ManifestError`.
  public static func judgements(
    _ experiment: Declaration, recordedIn folder: ResultsFolder
  ) throws -> [Judgement] {
    try ExperimentReport(experiment, recordedIn: folder).judgements
  }

  /// The claims of an experiment as `results` judge them, the headline first; none without rows. Throws `Incomparable` or
  /// `NotFinite`.
  public static func judgements(
    _ experiment: Declaration, results: RecordedResults
  ) throws -> [Judgement] {
    try ExperimentReport(experiment, results: results).judgements
  }

  /// How the headline stands, in one line; `nil` without a pair. Throws `Incomparable` or `NotFinite`.
  public static func standing(_ experiment: Declaration, results: RecordedResults) throws -> String? {
    guard let judgement = try judgements(experiment, results: results).first else { return nil }
    let told = judgement.findings.compactMap { finding in
      finding.difference.map {
        "\(Typography.difference($0.spread.mean)) points over \(finding.comparison.titles.baseline)"
      }
    }
    guard !told.isEmpty, let pairs = judgement.findings.map(\.pairing.pairs.count).min() else { return nil }
    return
      "after \(Typography.count(pairs, "pair")): \(judgement.claim.comparisons[0].titles.treatment) \(Typography.list(told)); "
      + judgement.verdict.short
  }

  /// How long runs of `arms` with so many seeds take by those on record, in one phrase; `nil` where none of them is there.
  public static func hours(arms: [String], seeds: Int, recorded: RecordedResults) -> String? {
    let known = arms.map { recorded.seconds(of: $0) }
    let total = Double(seeds) * known.compactMap(\.self).reduce(0, +)
    guard total > 0 else { return nil }
    let machines = unique(
      recorded.manifests.flatMap(\.machines).map { "\($0.processor) (\($0.instructionSet))" })
    let unknown = known.count { $0 == nil }
    return
      "about \(Typography.duration(total)) on a machine like that of the record, \(Typography.list(machines.sorted()))"
      + (unknown == 0
        ? "" : "; \(unknown) of \(Typography.count(arms.count, "arm")) not counted, having no run there")
  }

  /// What of a claim was fixed before its first run, and how its conditions stand.
  public static func terms(of claim: Claim, _ judgement: Judgement?) -> String { claim.terms(judgement) }

  /// The retired claims of an experiment as `paperTables` lists them, a sentence each. Throws a `CSVError`.
  public static func retiredClaims(of experiment: String, paperTables: URL) throws -> [String] {
    try RetiredClaim.all(in: paperTables).filter { $0.experiment == experiment }.map(\.sentence)
  }

  /// What a number of paired seeds can show, in one sentence printed before a run starts; from the spread on record.
  public static func prospect(
    _ experiment: Declaration, seeds: Int, recorded: RecordedResults
  ) throws -> String {
    let planned = Typography.count(seeds, "paired seed")
    let claim = experiment.claims[0]
    let looks = "it is looked at after \(Typography.list(claim.looks.counts.map { "\($0)" })) pairs"
    let reached = claim.looks.reached(by: seeds)
    if reached == 0 { return "\(planned): no verdict, since \(looks)." }
    let pairs = claim.looks.counts[reached - 1]
    let constant = Boundary(claim.looks, level: 0.95).constants[reached - 1]
    let factor = Power.smallestDetectableEffect(deviation: 1, count: pairs, critical: constant) ?? .nan
    let report = try ExperimentReport(experiment, results: recorded)
    guard let deviation = report.judgements.first?.findings[0].difference?.spread.deviation else {
      return "\(planned): \(looks); no spread is on record yet; at the look of \(pairs) a difference of "
        + "\(Typography.number(factor, decimals: 1)) standard deviations of the paired differences would be found four "
        + "times in five."
    }
    return
      "\(planned): \(looks); at the spread on record (\(Typography.number(deviation)) points between pairs) the look "
      + "of \(pairs) would find a true difference of \(Typography.number(factor * deviation)) points four times in five."
  }
}
