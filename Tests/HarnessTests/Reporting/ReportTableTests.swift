import Evaluation
import Foundation
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

@Suite struct ReportTableTests {
  @Test func markdown() {
    let table = MarkdownTable(
      header: ["name", "n"], rows: [["a|b", "1"], ["two\nlines\\", "−12.5"], ["", "±"]],
      alignments: [.leading, .trailing])
    #expect(
      table.render() == """
        | name        |     n |
        | ----------- | ----: |
        | a\\|b        |     1 |
        | two lines\\\\ | −12.5 |
        |             |     ± |

        """)
    #expect(table.render(isPadded: false).hasPrefix("| name | n |\n| --- | --: |\n| a\\|b | 1 |\n"))
  }

  @Test func typography() {
    #expect(Typography.difference(0.001) == "0.00")
    #expect(Typography.difference(-0.001) == "0.00")
    #expect(Typography.difference(-0.25) == "−0.25")
    #expect(Typography.difference(2.9, decimals: 1) == "+2.9")
    #expect(Typography.number(-3) == "−3.00")
    #expect(Typography.dataset("cifar10:jpeg75") == "CIFAR-10 (jpeg75)")
    #expect(Typography.dataset("cifar10:custom:ab12") == "CIFAR-10 (custom:ab12)")
    #expect(Typography.probability(0.0004) == "below 0.001")
    #expect(Typography.list(["a", "b", "c"]) == "a, b and c")
  }

  @Test func aMeasureThatIsNoPercentageSaysWhatItCounts() throws {
    let folder = try ReportFolder.repository()
    let table = PaperTable(
      "Counts", arms: ["Base"],
      columns: [.init("labels", evaluation: "linear-v1", unit: "per class"), .init("rate", evaluation: "x")])
    let rows = try table.render(
      Summary(.sample), of: ReportedExperiment.declared(.reduced),
      paperTables: folder.url.appending(component: "paper-tables")
    ).rows
    #expect(rows.map { $0[3] } == ["labels (per class)", "rate (%)"])
  }

  @Test func paperBesideOurs() throws {
    let folder = try ReportFolder.repository()
    let tables = folder.url.appending(component: "paper-tables")
    let experiment = ReportedExperiment.declared(.reduced)
    let table = try experiment.tables[0].render(
      Summary(.sample), of: experiment, paperTables: tables)
    #expect(
      table.header == ["source", "data set", "setting", "measure", "Base", "Base + Term", "difference"])
    #expect(
      table.rows == [
        [
          "slides", "ImageNet-1K", "Base; ResNet-50, 200 epochs", "top-1 (%)", "60.6", "63.5",
          "+2.9",
        ],
        [
          "slides", "ImageNet-1K", "Base v2; ResNet-50, 200 epochs", "top-1 (%)", "67.5",
          "68.0",
          "+0.5",
        ],
        [
          "ours", "CIFAR-10 (jpeg75)", "reduced scale, version 2", "linear top-1 (%)", "70.15 ± 0.38 (n = 3)",
          "70.89 ± 0.17 (n = 3)", "+0.74 ± 0.22 (3 pairs)",
        ],
        [
          "ours", "CIFAR-10 (jpeg75)", "reduced scale, version 2", "kNN top-1 (%)", "67.15 ± 0.38 (n = 3)",
          "67.89 ± 0.17 (n = 3)", "+0.74 ± 0.22 (3 pairs)",
        ],
      ])
    let remark = try experiment.tables[0].remark(on: experiment.claims, scale: .reduced, paperTables: tables)
    #expect(remark.hasPrefix("Published differences, treatment minus baseline: 2 of 2 positive."))
    #expect(remark.contains("by the direction of their differences only"))
    let transfer = try experiment.tables[1].remark(
      on: experiment.claims, scale: .reduced, paperTables: tables)
    #expect(
      transfer
        == "Published differences, treatment minus baseline: 0 of 1 positive. This suite has no counterpart.")
  }

  @Test func nothingRecorded() throws {
    let folder = try ReportFolder.repository()
    let tables = folder.url.appending(component: "paper-tables")
    let experiment = ReportedExperiment.declared(.reduced)
    let table = try experiment.tables[0].render(
      nil, of: experiment, paperTables: tables)
    #expect(
      table.rows[2] == [
        "ours", "—", "reduced scale", "linear top-1 (%)", "no recorded result yet", "no recorded result yet",
        "—",
      ])
  }

  @Test func everyArm() throws {
    let report = try ExperimentReport(ReportedExperiment.declared(.reduced), results: .sample)
    let table = try #require(try report.armsTable())
    #expect(table.header == ["arm", "data set", "kNN top-1 (%)", "linear top-1 (%)", "remark"])
    #expect(
      table.rows.map { [$0[0], $0[4]] } == [
        ["Base", ""], ["Base + Term", ""], ["random encoder", "reference, untrained"],
        ["supervised", "reference, uses labels"], ["half a term", "exploratory (n = 1)"],
      ])
    #expect(
      report.caption
        == "Scale reduced; data CIFAR-10 (jpeg75), digest da7a00000000; version 2; n = 3 paired seeds (0, 1, 2); "
        + "10000 test images; commit 3820b8e5d4; bfloat16, 2 threads; machine Sample CPU (avx512_bf16).")
  }

  @Test func aMeasureThatIsNoneOfAnArmsIsADash() throws {
    var experiment = ReportedExperiment(scale: .reduced)
    experiment.evaluations = [NearestNeighbors(), LinearProbe(), ClassifierAccuracy()]
    let results = RecordedResults([
      SampleRun(arm: "Base"), SampleRun(arm: "supervised", evaluation: "classifier-v1"),
    ])
    let table = try #require(
      try ExperimentReport(Declaration(experiment, scale: .reduced), results: results).armsTable())
    #expect(table.header[3...4] == ["linear top-1 (%)", "classifier-v1 top1 (%)"])
    let cells = Dictionary(uniqueKeysWithValues: table.rows.map { ($0[0], Array($0[3...4])) })
    #expect(cells["Base"] == ["70.00 (n = 1)", "—"])
    #expect(cells["supervised"] == ["no recorded result yet", "70.00 (n = 1)"])
  }

  @Test func captionTellsWhatDiffers() throws {
    var runs = sampleRuns
    runs[0].processor = "Other CPU"
    runs[1].processor = "Other CPU"
    runs[0].commit = "fedcba9876543210"
    runs.append(SampleRun(arm: "Base", seed: 9))
    for index in runs.indices { runs[index].version = 1 }
    let report = try ExperimentReport(
      ReportedExperiment.declared(.reduced), results: RecordedResults(runs))
    let caption = try #require(report.caption)
    #expect(
      caption.contains("runs come from different machines: Other CPU (avx512_bf16) and Sample CPU")
    )
    #expect(caption.contains("commits 3820b8e5d4, fedcba9876"))
    #expect(caption.contains("left out of the pairs for want of a partner: Base seed 9"))
    #expect(caption.contains("the code has moved on to version 2"))
  }

  @Test func captionTellsWhichSeedsHadWhichPrecision() throws {
    let runs: [SampleRun] = (UInt64(0)..<3).flatMap { seed in
      ["Base", "Base + Term"].map {
        SampleRun(arm: $0, seed: seed, precision: seed == 0 ? .bfloat16 : .float32)
      }
    }
    let report = try ExperimentReport(
      ReportedExperiment.declared(.reduced), results: RecordedResults(runs))
    let caption = try #require(report.caption)
    #expect(caption.contains("n = 3 paired seeds (0, 1, 2)"))
    #expect(caption.contains("; bfloat16 (seed 0) and float32 (seeds 1, 2), 2 threads;"))
  }

  @Test func terminalReport() throws {
    let folder = try ReportFolder.repository()
    let tables = folder.url.appending(component: "paper-tables")
    let experiment = ReportedExperiment.declared(.reduced)
    let results = RecordedResults.sample
    let text = try Report.render(
      experiment, scores: results.scores, manifests: results.manifests, paperTables: tables)
    #expect(text.contains("| 63.5 ") || text.contains(" 63.5 |"))
    #expect(text.hasSuffix("reproduced.\n"))
    let elsewhere = try Report.render(
      experiment, scores: results.scores, manifests: results.manifests, paperTables: nil)
    #expect(!elsewhere.contains("63.5") && elsewhere.hasSuffix("reproduced.\n"))

    var synthetic = sampleRuns
    for index in synthetic.indices { synthetic[index].kind = "synthetic" }
    let made = RecordedResults(synthetic)
    let kept = try Report.render(
      experiment, scores: made.scores, manifests: made.manifests, paperTables: tables)
    #expect(!kept.contains("63.5"))
    #expect(kept.contains("CIFAR-10 (synthetic)"))
  }
}

@Suite struct ReportPageTests {
  private let catalogue = Catalogue([ReportedExperiment.self])

  @Test func rendersChecksAndRepairs() throws {
    let folder = try ReportFolder.repository()
    #expect(
      try Tables.check(catalogue.declarations, root: folder.url).map(\.path) == [
        "paper-tables/sample.md", "paper-tables/README.md", "README.md",
      ])
    let written = try Tables.renderAll(catalogue.declarations, root: folder.url)
    #expect(written == ["paper-tables/sample.md", "paper-tables/README.md", "README.md"])
    #expect(try Tables.check(catalogue.declarations, root: folder.url).isEmpty)
    #expect(try Tables.renderAll(catalogue.declarations, root: folder.url).isEmpty)

    let page = try folder.text("paper-tables/sample.md")
    #expect(page.contains("**sample-cifar10 at reduced scale: no recorded result yet.**"))
    #expect(page.contains("no recorded result yet |"))
    let readme = try folder.text("README.md")
    #expect(readme.contains("`sample-cifar10`") && readme.hasSuffix("\(ReadmeResults.end)\n\nAfter.\n"))
    #expect(!readme.contains("old"))

    try folder.write(page.replacing("63.5", with: "63.9"), to: "paper-tables/sample.md")
    let stale = try #require(try Tables.check(catalogue.declarations, root: folder.url).first)
    #expect(stale.path == "paper-tables/sample.md")
    #expect(stale.lines.count == 2)
    #expect(stale.lines[0].hasPrefix("-") && stale.lines[0].contains("63.9"))
    #expect(stale.lines[1].hasPrefix("+") && stale.lines[1].contains("63.5"))
  }

  /// The family is what was announced: a member that nobody recorded counts.
  @Test func holmsCorrectionIsShown() throws {
    let report = try ExperimentReport(ReportedExperiment.declared(.reduced), results: .sample)
    func sentence(_ report: ExperimentReport, _ members: [String]) throws -> String? {
      try FamilyCorrection([ClaimFamily("2026: a test", of: members)], [report]).sentence(for: report)
    }
    // t = .7433 / (.2155 / √3) = 5.975, whose two tails are 2.69 %; 4/3 of it is spent by the look at three of four.
    #expect(
      try sentence(report, [report.name])
        == "Two-sided p = 0.036, sequential over the looks; after Holm's correction over the family “2026: a test” "
        + "(1 claim): 0.036.")
    #expect(try sentence(report, ["unrecorded", report.name])?.hasSuffix("(2 claims): 0.072.") == true)
    #expect(try sentence(report, ["unrecorded"]) == nil)
    let early = try ExperimentReport(
      ReportedExperiment.declared(.reduced), results: RecordedResults(Array(sampleRuns.prefix(2))))
    #expect(
      try sentence(early, [report.name])
        == "In the family “2026: a test” (1 claim) it counts as p = 1 until it has a verdict.")
  }

  /// A line that no claim compares, such as a network trained with labels, agrees with nobody.
  @Test func onlyClaimedDifferencesAreCounted() throws {
    let folder = try ReportFolder.repository()
    let tables = folder.url.appending(component: "paper-tables")
    func remark(_ arms: [PaperTable.Line]) throws -> String {
      try PaperTable("T", published: "sample/linear.csv", arms: arms, columns: [])
        .remark(on: ReportedExperiment(scale: .reduced).claims, scale: .reduced, paperTables: tables)
    }
    let supervised = PaperTable.Line("supervised", published: ["Another"])
    #expect(try remark(["Base", supervised]) == "This suite has no counterpart.")
    #expect(
      try remark(["Base", "Base + Term", supervised])
        == "Published differences, treatment minus baseline: 1 of 1 positive. This suite has no counterpart.")
    // The baseline is the claim's, wherever it stands.
    #expect(
      try remark(["Base + Term", "Base"])
        == "Published differences, treatment minus baseline: 1 of 1 positive. This suite has no counterpart.")
  }

  @Test func differences() {
    #expect(TextDifference.lines(from: "a\nb\nc", to: "a\nx\nc\nd") == ["-2: b", "+2: x", "+4: d"])
    #expect(TextDifference.lines(from: "a", to: "a").isEmpty)
  }
}
