import Foundation
import Testing

@testable import Claims
@testable import Records
@testable import Reporting

/// BibTeX of papers, of the suite and of runs.
@Suite struct CitationTests {
  @Test func aPaper() {
    let paper = Paper(
      "CO2: Consistent & Contrast", authors: "Wei, Wang", venue: "ICLR 2021", arXiv: "2010.02217",
      folder: "co2")
    #expect(
      Citation.bibTeX(paper) == """
        @inproceedings{wei2021co2,
          title         = {{CO2: Consistent \\& Contrast}},
          author        = {Wei and Wang},
          booktitle     = {ICLR},
          year          = {2021},
          eprint        = {2010.02217},
          archiveprefix = {arXiv}
        }
        """)
    let preprint = Paper("G", authors: "Poe", venue: "2020", arXiv: "2009.12007", folder: "g")
    #expect(Citation.bibTeX(preprint).hasPrefix("@misc{poe2020g,"))
    #expect(!Citation.bibTeX(preprint).contains("booktitle"))
  }

  @Test func aRunNamesItsBytesAndItsCode() throws {
    let run = SampleRun(seed: 3)
    let text = Citation.bibTeX(run.finishedManifest)
    #expect(text.hasPrefix("@misc{repro-\(run.key.run),"))
    for part in [
      "Base, seed 3", "cifar10 (jpeg75)", "da7a00000000", SampleRun.sourceCommit, "year          = {2027}",
    ] {
      #expect(text.contains(part), "\(text)")
    }
    let rows = try #require(run.finishedManifest.rowsDigest)
    #expect(text.contains("rows \(rows)"))
  }

  /// The two places that say what to cite.
  @Test func theSuiteIsCitedAsItsFileSays() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = try String(contentsOf: root.appending(component: "CITATION.cff"), encoding: .utf8)
    let suite = Citation.suite
    for line in [
      "title: \"\(suite.title)\"", "  - name: \"\(suite.authors)\"", "version: \(suite.version)",
      "date-released: \(suite.released)",
    ] {
      #expect(file.contains("\n\(line)\n"), "CITATION.cff lacks \(line)")
    }
  }

  @Test func nothingMeansAnythingToTeX() {
    #expect(Citation.escaped("50 % of a_b & {c}") == "50 \\% of a\\_b \\& \\{c\\}")
  }
}
