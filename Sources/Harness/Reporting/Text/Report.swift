import Foundation

/// What a command prints about an experiment's numbers.
public enum Report {
  /// The end of a run: every arm, the paper's numbers beside ours, and what the comparison shows, as Markdown.
  ///
  /// `paperTables` is the folder of published numbers, `nil` where there is none; synthetic images stay out of its tables.
  /// Throws `Incomparable`, `NotFinite` or a `CSVError`.
  public static func render(
    _ experiment: any Experiment, scale: Scale, scores: [ScoreRow], manifests: [RunManifest],
    paperTables: URL?
  ) throws -> String {
    let runs = Set(scores.map(\.key.run))
    let results = RecordedResults(scores: scores, manifests: manifests.filter { runs.contains($0.run) })
    let report = try ExperimentReport(experiment, scale: scale, results: results)
    var parts: [String] = []
    if let table = try report.armsTable() { parts.append(table.render()) }
    if let paperTables, !results.isSynthetic {
      for table in experiment.tables where !table.columns.isEmpty {
        let rendered = try table.render(
          report.summary, of: experiment, scale: scale, paperTables: paperTables
        ).render()
        let remark = try table.remark(scale: scale, paperTables: paperTables)
        parts.append("\(table.title)\n\n\(rendered)\n\(remark)\n")
      }
    }
    if let caption = report.caption { parts.append(caption + "\n") }
    parts.append(report.sentence + "\n")
    return parts.joined(separator: "\n")
  }

  /// What a number of paired seeds can show, in one sentence printed before a run starts; from the spread on record.
  public static func prospect(
    _ experiment: any Experiment, scale: Scale, seeds: Int, recorded: RecordedResults
  ) throws -> String {
    let planned = Typography.count(seeds, "paired seed")
    if seeds < Verdict.fewestPairs {
      return "\(planned): a verdict takes at least \(Verdict.fewestPairs)."
    }
    let report = try ExperimentReport(experiment, scale: scale, results: recorded)
    guard let deviation = report.finding?.difference?.spread.deviation,
      let effect = Power.smallestDetectableEffect(deviation: deviation, count: seeds)
    else {
      let factor = Power.smallestDetectableEffect(deviation: 1, count: seeds) ?? .nan
      return
        "\(planned): no spread is on record yet; a difference of \(Typography.number(factor, decimals: 1)) "
        + "standard deviations of the paired differences would be found four times in five."
    }
    let margin = Verdict.margin
    let needed = Power.pairsNeeded(toDetect: margin, deviation: deviation)
    return
      "\(planned): at the spread on record (\(Typography.number(deviation)) points between pairs), a true "
      + "difference of \(Typography.number(effect)) points would be found four times in five; one of \(margin) points "
      + "takes \(Typography.count(needed, "pair"))."
  }
}
