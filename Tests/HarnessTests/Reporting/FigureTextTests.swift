import Foundation
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// Whether what figures say can be read.
@Suite struct FigureTextTests {
  @Test(arguments: DrawnRecord.all) func noWordsLieOutsideOrUponOthers(_ record: DrawnRecord) async throws {
    let folder = try ReportFolder()
    do {
      let pictures = try await Figures.plot(record.declaration, record.results, into: folder.url)
      for url in pictures where url.pathExtension == "svg" {
        let svg = try String(contentsOf: url, encoding: .utf8)
        for fault in DrawnText.faults(in: svg) { Issue.record("\(url.lastPathComponent): \(fault)") }
        // An ampersand by itself ends a browser's patience.
        #expect(!svg.contains(/&(?!amp;|lt;|gt;|quot;|#)/), "\(url.lastPathComponent)")
      }
    } catch GnuplotError.notFound {
      print("gnuplot is not installed: the words of figures were not looked at")
    }
  }

  @Test func everyFigureIsDrawn() throws {
    let names = { (record: DrawnRecord) in
      try Figures.plots(of: record.declaration, record.results).map(\.name)
    }
    #expect(
      try names(.full) == [
        "pretraining", "pretraining-of-other-arms", "comparison", "inflation-and-augmentation", "few-labels",
      ])
    #expect(try names(.few) == ["pretraining", "comparison"])
    #expect(try Figures.plots(of: DrawnRecord.few.declaration, RecordedResults()).isEmpty)
  }

  /// What the check is for: a legend over a title, and a title that is cut.
  @Test func faultsAreFound() {
    func words(_ text: String, _ x: Int, _ y: Int, _ anchor: String = "start", _ more: String = "") -> String
    {
      "<g transform=\"translate(\(x).00,\(y).00)\(more)\" font-size=\"13.00\"  text-anchor=\"\(anchor)\">\n<text>\(text)</text>"
    }
    func faults(_ parts: String...) -> [String] {
      DrawnText.faults(in: "<svg viewBox=\"0 0 400 300\">" + parts.joined())
    }
    #expect(faults(words("a title", 20, 20), words("a &amp; name", 20, 40)).isEmpty)
    #expect(faults(words("a title", 20, 20), words("a name", 50, 24)) == ["“a title” lies upon “a name”"])
    #expect(faults(words("a title that goes on", 300, 20)) == ["“a title that goes on” lies outside"])
    #expect(faults(words("an axis", 8, 100, "middle", " rotate(-90)")) == ["“an axis” lies outside"])
    #expect(faults(words("an axis", 20, 100, "middle", " rotate(-90)")).isEmpty)
    #expect(faults(words("cut", 10, 20, "end")) == ["“cut” lies outside"])
    #expect(faults() == ["no words"])
  }

  @Test func axesAreRoundAndStayAboveZero() {
    let epochs = PlotAxis(covering: [0, 1], isWhole: true)
    #expect(epochs.marks.map(\.name) == ["0", "1"])
    #expect(PlotAxis(covering: [0, 6], isWhole: true).marks.allSatisfy { $0.place == $0.place.rounded() })
    #expect(PlotAxis(covering: [3, 57]).range.lowerBound == 0)
    #expect(PlotAxis(covering: [0.2, 0.2]).range.lowerBound >= 0)
    #expect(PlotAxis(covering: [0, 0]).range == 0...1)
    let signed = PlotAxis(covering: [-0.92, 1.35])
    #expect(signed.marks.map(\.name) == ["−1.0", "−0.5", "0.0", "0.5", "1.0", "1.5"])
    #expect(PlotAxis(covering: []).range == 0...1)
  }

  @Test func longWordsAreBroken() {
    let lines = TextWidth.lines("two words andonethatislongerthanalineisallowedtobe", within: 80, size: 13)
    #expect(lines.first == "two words" && lines.count > 3)
    #expect(lines.allSatisfy { TextWidth.pixels($0, size: 13) <= 80 })
    #expect(TextWidth.lines("", within: 80, size: 13).isEmpty)
  }
}

/// What figures say.
@Suite struct FigureContentTests {
  private func plot(_ name: String, _ record: DrawnRecord) throws -> Plot {
    try #require(try Figures.plots(of: record.declaration, record.results).first { $0.name == name }).plot
  }

  @Test func onePairHasNoMeanAndNoInterval() throws {
    let single = try plot("comparison", .single)
    #expect(single.panels[1].rows == ["seed 0", "published"])
    #expect(!single.caption.contains("95 %"))
    let few = try plot("comparison", .few)
    #expect(few.panels[1].rows == ["seed 0", "seed 1", "seed 2", "mean of 3", "published"])
    #expect(few.caption.contains("No interval before 5 pairs."))
    #expect(try plot("comparison", .full).caption.contains("the mean and its 95 % interval at 16 pairs"))
  }

  @Test func namesAreWordsAndAxesHaveUnits() throws {
    #expect(try plot("comparison", .few).panels[0].y == "linear probe, top-1 accuracy (%)")
    for record in DrawnRecord.all {
      for (_, plot) in try Figures.plots(of: record.declaration, record.results) {
        for panel in plot.panels {
          #expect(!panel.title.contains("-v1") && !panel.y.contains("-v1"))
          #expect(!panel.y.isEmpty || !panel.rows.isEmpty)
        }
      }
    }
    #expect(
      Measure(evaluation: "semi-supervised-10-v1", metric: "top5").words
        == "fine-tuning on 10 % of the labels, top-5 accuracy")
    #expect(
      Measure(evaluation: "conv-classifier-conv2-v1", metric: "top1").words
        == "convolutional classifier on block 2, top-1 accuracy")
    #expect(Measure(evaluation: "own-thing-v3", metric: "some-number").words == "own thing, some number")
  }

  /// Colours follow what an arm is for, whatever its name and whichever others are there.
  @Test func colorsAreThoseOfRoles() throws {
    let first = try plot("pretraining", .full)
    let inks = Dictionary(first.legend.map { ($0.name, $0.ink) }, uniquingKeysWith: { first, _ in first })
    #expect(inks["Base (16 seeds)"] == .baseline && inks["Base + Term (16 seeds)"] == .treatment)
    #expect(inks["supervised (1 seed)"] == .reference(1) && inks.count == 4)
    let second = try plot("pretraining-of-other-arms", .full)
    #expect(second.legend.prefix(2).map(\.ink) == [.baseline, .treatment])
    #expect(
      second.legend.count == 11 && Set(second.legend.map { "\($0.ink.color) \($0.ink.dash)" }).count == 11)
    #expect(try plot("comparison", .few).legend.map(\.ink) == [.baseline, .treatment])
  }

  @Test func theOnlyTermOfALossIsDrawnOnce() throws {
    var record = DrawnRecord.few
    record.results.curves.removeAll { $0.metric.hasPrefix("loss/") }
    record.results.curves += record.results.curves.filter { $0.metric == "loss" }.map {
      CurveRow(key: $0.key, epoch: $0.epoch, step: $0.step, metric: "loss/contrast", value: $0.value)
    }
    let titles = try plot("pretraining", record).panels.map(\.title)
    #expect(titles.filter { $0.lowercased().contains("loss") } == ["Loss (contrast)"])
    // A term that is not the loss stays.
    #expect(try plot("pretraining", .few).panels.map(\.title).filter { $0.contains("oss") }.count == 3)
  }

  @Test func rowsOfAnEarlierVersionStandUnderNoClaimOfToday() throws {
    var record = DrawnRecord.few
    let own = record.declaration
    record.declaration = Declaration(
      name: own.name, version: own.version + 1, scale: own.scale, paper: own.paper, cost: own.cost,
      dataset: own.dataset, arms: own.arms, commonEvaluations: [], evaluations: [], claims: own.claims,
      tuning: nil, tables: [], grids: [], curves: [])
    let plot = try plot("comparison", record)
    #expect(plot.title == "Base + Term against Base" && plot.subtitle.contains("the code is at version 3"))
    #expect(!plot.panels[1].rows.contains("published"))
  }
}

/// Whether pictures are those of their record.
@Suite struct FigureStampTests {
  @Test func picturesOfOtherNumbersAreFound() async throws {
    let repository = try ReportFolder()
    let folder = ResultsFolder(repository.url, experiment: "sample", scale: .reduced)
    let (few, single) = (DrawnRecord.few, DrawnRecord.single)
    func flaws(_ record: DrawnRecord) throws -> [String] {
      try Figures.flaws(of: record.declaration, record.results, in: folder).map { "\($0.file) \($0.detail)" }
    }
    do {
      try await Figures.plot(few.declaration, few.results, into: folder.figures)
    } catch GnuplotError.notFound {
      print("gnuplot is not installed: pictures were not compared with their record")
      return
    }
    #expect(try flaws(few).isEmpty)
    #expect(try flaws(single).map { $0.prefix(15) } == ["pretraining.svg", "comparison.svg "])
    // A PNG that is not the SVG's, and a picture of a run that is not on record.
    let png = folder.figures.appending(component: "comparison.png")
    try writeAtomically(Data("another".utf8), to: png)
    try writeAtomically(Data(), to: folder.figures.appending(component: "clusters-of-gone-seed-0.png"))
    #expect(
      try flaws(few).map { $0.prefix(35) } == [
        "comparison.svg was not drawn, with its PNG, from the record's numbers".prefix(35),
        "clusters-of-gone-seed-0.png belongs to no figure".prefix(35),
      ])
    try FileManager.default.removeItem(at: png)
    #expect(try flaws(few).first?.hasPrefix("comparison.png is not there") == true)
  }

  @Test func figuresThatAreDrawnNoMoreAreRemoved() async throws {
    let folder = try ReportFolder()
    do {
      try await Figures.plot(DrawnRecord.full.declaration, DrawnRecord.full.results, into: folder.url)
    } catch GnuplotError.notFound {
      print("gnuplot is not installed: what is drawn no more was not looked at")
      return
    }
    try folder.write("plot x\n", to: "own.gp")
    try await Figures.plot(DrawnRecord.few.declaration, DrawnRecord.few.results, into: folder.url)
    #expect(folder.exists("comparison.svg") && folder.exists("own.gp"))
    for ending in ["gp", "svg", "png"] { #expect(!folder.exists("few-labels.\(ending)")) }
  }
}
