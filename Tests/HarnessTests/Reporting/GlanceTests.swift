import Foundation
import Testing

@testable import Claims
@testable import Records
@testable import Reporting

/// The first page's table: a line for each claim, rendered from the record.
@Suite struct GlanceTests {
  private func report(_ results: RecordedResults) throws -> ExperimentReport {
    try ExperimentReport(.sample, results: results)
  }

  @Test func aClaimIsOneLine() throws {
    let report = try report(.sample)
    let look = try #require(report.judgements[0].findings[0].look)
    #expect(
      Glance(reports: [report]).table.rows == [
        [
          "[Doe and Roe, ICLR 2021](paper-tables/sample.md)",
          "The term improves the baseline. (`sample-cifar10`)", "CIFAR-10 (jpeg75)", "+2.90",
          "+0.74 \(Typography.interval(look.direction))", "3 of 4",
          "[reproduced](paper-tables/README.md#sample-cifar10-reduced-scale)",
        ]
      ])
  }

  @Test func whatIsNotRecordedIsSaid() throws {
    let row = try #require(Glance(reports: [report(RecordedResults())]).table.rows.first)
    #expect(Array(row[2...5]) == ["CIFAR-10", "+2.90", "—", "0 of 4"])
    #expect(row[6].hasPrefix("[no pair yet]"))
  }

  @Test func beforeALookThereIsNoInterval() throws {
    let row = try #require(
      Glance(reports: [report(RecordedResults(Array(sampleRuns.prefix(2))))]).table.rows.first)
    #expect(row[4] == "+0.82" && row[5] == "1 of 4" && row[6].hasPrefix("[going on, next look at 3]"))
  }

  @Test func linesAreAsLongAsTheirText() throws {
    let text = try Glance(reports: [report(.sample)]).text
    #expect(!text.contains("  "), "\(text)")
    #expect(
      text.contains("| reproduced") == false && text.contains("[everything measured](paper-tables/README.md)")
    )
  }

  @Test func thePageHasTheSectionsThatVerdictsLeadTo() throws {
    let report = try report(.sample)
    let page = try ResultsPage(reports: [report]).render()
    let headings = page.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { heading in
      heading.dropFirst(3).lowercased().filter { $0.isLetter || $0.isNumber || " -".contains($0) }
        .replacing(" ", with: "-")
    }
    #expect(headings == [ResultsPage.anchor(of: report)])
    #expect(page.contains("**\(report.sentence)**") && page.contains("70.15 ± 0.38 (n = 3)"), "\(page)")
    #expect(page.contains("- [Sample: A Paper](sample.md)"))
  }

  @Test(arguments: [
    ("Doe", "Doe, X 2020"), ("Doe, Roe", "Doe and Roe, X 2020"), ("Doe, Roe, Poe", "Doe et al., X 2020"),
  ])
  func papersAreCitedShortly(authors: String, expected: String) {
    let paper = Paper("T", authors: authors, venue: "X 2020", arXiv: "2001.00001", folder: "t")
    #expect(paper.shortCitation == expected)
  }
}
