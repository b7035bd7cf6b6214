import Claims
import Records
import Statistics

/// The results at a glance: one line per claim, as the first page shows them.
struct Glance {
  let reports: [ExperimentReport]

  /// The lines, and under them what their columns say.
  var text: String {
    """
    \(table.render(isPadded: false))
    Differences are in points, treatment minus baseline, with the 95 % interval of the newest look where one is reached. A paper \
    leads to its own numbers beside ours, a verdict to [everything measured](\(ResultsPage.path)).

    """
  }

  /// Paper, claim, images, what was published, ours, pairs and verdict.
  var table: MarkdownTable {
    MarkdownTable(
      header: ["paper", "claim", "on", "published", "ours", "pairs", "verdict"],
      rows: reports.flatMap { report in report.experiment.claims.indices.map { line($0, of: report) } },
      alignments: [.leading, .leading, .leading, .trailing, .trailing, .trailing, .leading])
  }

  private func line(_ place: Int, of report: ExperimentReport) -> [String] {
    let claim = report.experiment.claims[place]
    // Rows of an earlier version answered another question: they stand on the page of everything measured alone.
    let judgement = report.currentJudgement(at: place)
    let paper = report.experiment.paper
    let images =
      judgement.flatMap { $0.dataset.isEmpty ? nil : $0.dataset }
      ?? Typography.dataset(report.experiment.dataset.name.rawValue)
    let pairs = judgement?.findings.map(\.differences.count).min() ?? 0
    return [
      "[\(paper.shortCitation)](paper-tables/\(paper.folder).md)",
      "\(claim.sentence) (`\(report.name)`)",
      report.scale == .reduced ? images : "\(images), \(report.scale.rawValue) scale",
      claim.published.map { Typography.difference($0.value) } ?? "—",
      judgement.map(ours) ?? "—",
      "\(pairs) of \(claim.looks.last)",
      "[\((judgement?.verdict ?? .unrecorded).short)](\(ResultsPage.path)#\(ResultsPage.anchor(of: report)))",
    ]
  }

  /// The mean difference of each comparison, with its interval.
  private func ours(_ judgement: Judgement) -> String {
    let told = judgement.findings.compactMap { finding -> String? in
      guard let difference = finding.difference else { return nil }
      let interval = finding.look.map { look in
        " " + Typography.interval(look.direction)
          + (look.pairs == finding.differences.count ? "" : " at \(look.pairs)")
      }
      let over = judgement.findings.count > 1 ? " over \(finding.comparison.titles.baseline)" : ""
      return Typography.difference(difference.spread.mean) + (interval ?? "") + over
    }
    return told.isEmpty ? "—" : told.joined(separator: "; ")
  }
}

extension Paper {
  /// `Wei et al., ICLR 2021`.
  package var shortCitation: String {
    let names = authors.components(separatedBy: ", ")
    let told = names.count > 2 ? "\(names[0]) et al." : names.joined(separator: " and ")
    return "\(told), \(venue)"
  }
}
