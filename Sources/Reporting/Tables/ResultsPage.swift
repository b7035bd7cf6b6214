import Records

/// Everything measured, on one page: of each experiment the verdict, every arm, and what the numbers rest on.
struct ResultsPage {
  /// Where it lies under the repository.
  static let path = "paper-tables/README.md"
  let reports: [ExperimentReport]

  /// The page as text; the same for the same files. Throws `NotFinite`.
  func render() throws -> String {
    let papers = unique(reports.map(\.experiment.paper)).map { "- [\($0.title)](\($0.folder).md)" }
    let head = """
      <!-- Rendered by `repro table` from Results/. Do not edit. -->

      # Everything measured

      One section for each experiment and scale: its verdict, every arm with all that was measured of it, and what the numbers \
      rest on. [How to read it](../Documentation/Reading.md). The papers' own numbers beside ours:

      \(papers.joined(separator: "\n"))

      """
    return ([head] + (try reports.map(section))).joined(separator: "\n")
  }

  /// What GitHub calls the heading of a report's section in a link.
  static func anchor(of report: ExperimentReport) -> String {
    "\(report.name)-\(report.scale.rawValue)-scale"
  }

  private func section(_ report: ExperimentReport) throws -> String {
    let page = "[beside the paper's numbers](\(report.experiment.paper.folder).md)"
    var parts = [
      "## \(report.name), \(report.scale.rawValue) scale\n", "**\(report.sentence)** (\(page))\n",
    ]
    if let note = report.dataNote { parts.append(note + "\n") }
    if let table = try report.armsTable() { parts.append(table.render()) }
    if let caption = report.caption { parts.append(caption + "\n") }
    return parts.joined(separator: "\n")
  }
}
