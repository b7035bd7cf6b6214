import Foundation

/// The committed page of one paper: `paper-tables/<paper>.md`.
struct PaperPage {
  let paper: Paper
  /// The paper's experiments at the scales with a record, in the catalogue's order.
  let reports: [ExperimentReport]
  /// Adjusted p values by experiment and scale, over all headline comparisons on record.
  let family: HeadlineFamily

  /// The page as text; the same for the same files. Throws what reading the published numbers throws.
  func render(paperTables: URL) throws -> String {
    var parts = [
      "<!-- Rendered by `repro table` from paper-tables/\(paper.folder)/*.csv and Results/. Do not edit. -->\n",
      "# \(paper.title)\n",
      "\(paper.authors). \(paper.venue). arXiv:\(paper.arXiv).\n",
    ]
    for report in reports { parts += try section(report, paperTables: paperTables) }
    return parts.joined(separator: "\n")
  }

  private func section(_ report: ExperimentReport, paperTables: URL) throws -> [String] {
    let type = type(of: report.experiment)
    var parts = ["## \(type.name), \(report.scale.rawValue) scale\n", "Claim: \(type.claim)\n"]
    parts.append("**\(report.sentence)**\n")
    if let correction = family.sentence(for: report) { parts.append(correction + "\n") }
    for table in report.experiment.tables {
      parts.append("### \(table.title)\n")
      let rendered = try table.render(
        report.summary, of: report.experiment, scale: report.scale, paperTables: paperTables)
      parts.append(rendered.render())
      parts.append(try table.remark(scale: report.scale, paperTables: paperTables) + "\n")
    }
    for grid in report.experiment.grids {
      parts.append("### \(grid.title)\n")
      parts.append(try grid.table(report.summary, of: report.experiment).render())
      parts.append(try grid.remark(report.summary) + "\n")
    }
    if let arms = try report.armsTable() {
      parts.append("### Every arm\n")
      parts.append(arms.render())
    }
    if let caption = report.caption { parts.append(caption + "\n") }
    let folder = "../Results/\(type.name)/\(report.scale.rawValue)/figures"
    for figure in try Figures.figures(of: report.experiment, scale: report.scale, report.results) {
      parts.append("![\(figure.name) of \(type.name)](\(folder)/\(figure.name).svg)\n")
    }
    let results = ResultsFolder(
      paperTables.deletingLastPathComponent().appending(component: "Results"), experiment: type.name,
      scale: report.scale)
    for (arm, name) in RecordedPicture.all(of: report.results.manifests, in: results) {
      let title = name.replacing("-of-\(arm.slug)-seed-0.png", with: "")
      parts.append("![\(title), \(arm), seed 0](\(folder)/\(name))\n")
    }
    return parts
  }
}

/// The headline comparisons that have a verdict, and Holm's correction over them.
struct HeadlineFamily {
  private struct Member: Hashable {
    let experiment: String
    let scale: Scale
  }
  private let adjusted: [Member: (plain: Double, corrected: Double)]

  /// Collects the p values of all reports.
  init(_ reports: [ExperimentReport]) {
    let members = reports.compactMap { report in
      report.pValue.map { (Member(experiment: report.name, scale: report.scale), $0) }
    }
    let corrected = Holm.adjusted(members.map(\.1))
    adjusted = Dictionary(
      zip(members, corrected).map { ($0.0, ($0.1, $1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The plain and the corrected p value in one sentence; `nil` without a verdict.
  func sentence(for report: ExperimentReport) -> String? {
    guard let p = adjusted[Member(experiment: report.name, scale: report.scale)] else { return nil }
    return "Two-sided p = \(Typography.probability(p.plain)); after Holm's correction over "
      + "\(Typography.count(adjusted.count, "headline comparison")) on record: \(Typography.probability(p.corrected))."
  }
}
