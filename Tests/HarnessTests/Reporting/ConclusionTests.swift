import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// The end of a run as a terminal shows it.
@Suite struct ConclusionTests {
  @Test func theVerdictComesFirstAndEveryLineFits() throws {
    for width in [60, 80, 100] {
      let lines = try Conclusion(.sample, results: .sample, width: width).lines
      #expect(lines[0].text == "reproduced" && lines[0].tone == .held)
      #expect(lines[1].text == "  The term improves the baseline." && lines[1].tone == nil)
      #expect(lines.allSatisfy { $0.text.count <= width }, "\(lines.map(\.text).joined(separator: "\n"))")
      let text = lines.map(\.text).joined(separator: "\n")
      #expect(text.contains("+0.74 points") && text.contains("published: +2.90 (ImageNet-1K, slides)"))
    }
  }

  @Test func armsStandWithTheirMeasureAndDifference() throws {
    let report = try ExperimentReport(.sample, results: .sample)
    let table = try Conclusion.table(of: report, in: report.experiment.claims[0].comparisons[0])
    #expect(table.header == ["arm", "linear top-1 (%)", "over Base"])
    #expect(table.rows[0] == ["Base", "70.15 ± 0.38 (n = 3)", ""])
    #expect(table.rows[1][2] == "+0.74 ± 0.22 (3 pairs)")
    #expect(
      table.rows.map { $0[0] } == ["Base", "Base + Term", "random encoder", "supervised", "half a term"])
  }

  @Test func syntheticImagesAndSmokeGetNoVerdict() throws {
    var runs = sampleRuns
    for index in runs.indices { runs[index].kind = "synthetic" }
    let synthetic = try Conclusion(.sample, results: RecordedResults(runs), width: 100).lines
    #expect(synthetic[0].text.hasPrefix("Synthetic images: this shows that everything works"))
    #expect(!synthetic.contains { $0.text.contains("reproduced") })
    for index in runs.indices { (runs[index].kind, runs[index].scale) = ("jpeg75", .smoke) }
    let smoke = try Conclusion(.sample(.smoke), results: RecordedResults(runs), width: 100).lines
    #expect(smoke[0].text.hasPrefix("Smoke scale") && !smoke.contains { $0.text.contains("reproduced") })
  }

  @Test(arguments: [Scale.smoke, .demo]) func belowTheScalesOfPapersEverythingInFullHasNoVerdict(scale: Scale)
    throws
  {
    var runs = sampleRuns
    for index in runs.indices { runs[index].scale = scale }
    let (rows, manifests) = (runs.flatMap(\.scores), runs.map(\.finishedManifest))
    let folder = try ReportFolder.repository()
    let text = try Report.render(
      .sample(scale), scores: rows, manifests: manifests,
      paperTables: folder.url.appending(component: "paper-tables"))
    #expect(text.contains("70.15 ± 0.38") && text.contains("\(scale.rawValue.capitalized) scale: this shows"))
    #expect(!text.contains("reproduced") && !text.contains("60.6"), "\(text)")
  }

  @Test func everyVerdictHasItsTone() {
    func tone(_ ending: Ending) -> Conclusion.Tone {
      Conclusion.tone(of: .ended(Ended(ending, pairs: 5), margin: 1))
    }
    #expect(tone(.reproduced) == .held && tone(.reproducedButSmall) == .held)
    #expect(tone(.opposite) == .failed && tone(.noDifference) == .failed && tone(.undecided) == .open)
    #expect(
      Conclusion.tone(of: .notATest(["x"])) == .void
        && Conclusion.tone(of: .goingOn(pairs: 1, of: 4, next: 3)) == .open)
  }

  @Test func standingsAndHours() throws {
    let early = RecordedResults(Array(sampleRuns.prefix(4)))
    #expect(
      try Report.standing(.sample, results: early)
        == "after 2 pairs: Base + Term +0.66 points over Base; going on, next look at 3")
    #expect(try Report.standing(.sample, results: RecordedResults([sampleRuns[0]])) == nil)
    // Ten minutes each on record.
    #expect(
      Report.hours(arms: ["Base", "Base + Term", "new"], seeds: 3, recorded: .sample)
        == "about 60 min on a machine like that of the record, Sample CPU (avx512_bf16); 1 of 3 arms not counted, having no run there"
    )
    #expect(Report.hours(arms: ["new"], seeds: 3, recorded: .sample) == nil)
  }
}
