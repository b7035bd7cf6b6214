import Claims
import Foundation
import Records

/// The committed page of one paper: `paper-tables/<paper>.md`.
struct PaperPage {
  let paper: Paper
  /// The paper's experiments at the scales with a record, in the catalogue's order.
  let reports: [ExperimentReport]
  /// Adjusted p values of the headlines, each over the family it was announced in.
  let families: FamilyCorrection

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
    let experiment = report.experiment
    var parts = ["## \(report.name), \(report.scale.rawValue) scale\n"]
    for (place, claim) in experiment.claims.enumerated() {
      let judgement = report.judgements.indices.contains(place) ? report.judgements[place] : nil
      parts.append("Claim: \(claim.sentence)\n")
      parts.append("**\(judgement?.sentence ?? report.sentence)**\n")
      parts.append(claim.terms(judgement) + "\n")
      if place == 0, let correction = families.sentence(for: report) { parts.append(correction + "\n") }
    }
    if let note = report.dataNote { parts.append(note + "\n") }
    let retired = try Report.retiredClaims(of: report.name, paperTables: paperTables)
    if !retired.isEmpty { parts.append(retired.map { "- \($0)" }.joined(separator: "\n") + "\n") }
    for table in experiment.tables {
      parts.append("### \(table.title)\n")
      let rendered = try table.render(
        report.summary, of: experiment, paperTables: paperTables)
      parts.append(rendered.render())
      let remark = try table.remark(
        on: experiment.claims, scale: report.scale, paperTables: paperTables)
      parts.append(remark + "\n")
    }
    for grid in experiment.grids {
      parts.append("### \(grid.title)\n")
      parts.append(try grid.table(report.summary, of: experiment).render())
      parts.append(try grid.remark(report.summary) + "\n")
    }
    if let arms = try report.armsTable() {
      parts.append("### Every arm\n")
      parts.append(arms.render())
    }
    if let caption = report.caption { parts.append(caption + "\n") }
    let folder = "../Results/\(report.name)/\(report.scale.rawValue)/figures"
    for figure in try Figures.figures(of: experiment, report.results) {
      parts.append("![\(figure.title) (\(report.name))](\(folder)/\(figure.name).svg)\n")
    }
    let results = ResultsFolder(
      paperTables.deletingLastPathComponent().appending(component: "Results"), experiment: report.name,
      scale: report.scale)
    let seed = report.experiment.claims[0].firstSeed
    for (arm, name) in RecordedPicture.all(of: report.results.manifests, seed: seed, in: results) {
      let title = name.replacing("-of-\(arm.slug)-seed-\(seed).png", with: "")
      parts.append("![\(title), \(arm), seed \(seed)](\(folder)/\(name))\n")
    }
    return parts
  }
}
