import Foundation
import Testing

@testable import Harness
@testable import Records
@testable import Reporting

@Suite struct ReportFigureTests {
  private let experiment = ReportedExperiment.declared(.reduced)

  @Test func scriptsHoldTheirDataAndAreDeterministic() throws {
    let figures = try Figures.figures(of: experiment, .sample)
    #expect(figures.map(\.name) == ["pretraining", "comparison"])
    #expect(try Figures.figures(of: experiment, .sample) == figures)
    #expect(figures[0].script.contains("$panel0_series0 << END"))
    #expect(figures[0].script.contains("mean and range over up to 3 seeds"))
    #expect(figures[1].script.contains("3 pairs"))
    #expect(try Figures.figures(of: experiment, RecordedResults()).isEmpty)
  }

  @Test func meansAndBandsOverSeeds() throws {
    let plot = Plot.pretraining(.sample, usingLabels: ["supervised"], title: "t")
    #expect(plot.panels.map(\.title) == ["loss", "instance loss", "monitor: knn"])
    #expect(plot.panels.map(\.y) == ["", "", "accuracy (%)"])
    #expect(plot.panels.map { $0.series.count } == [4, 4, 5])
    let monitor = try #require(plot.panels.last?.series.first { $0.name == "Base" })
    #expect(monitor.points.count == 3)
    let last = monitor.points[2]
    #expect(abs(last.y - 32.1) < 1e-9 && last.low == 32 && abs(last.high - 32.2) < 1e-9)
  }

  @Test func drawsWithGnuplot() async throws {
    let folder = try ReportFolder()
    do {
      let pictures = try await Figures.plot(experiment, .sample, into: folder.url)
      #expect(
        pictures.map(\.lastPathComponent) == [
          "pretraining.svg", "pretraining.png", "comparison.svg", "comparison.png",
        ])
      for picture in pictures { #expect(try Data(contentsOf: picture).count > 1_000) }
    } catch GnuplotError.notFound {
      // The scripts are kept for whoever has the program.
      #expect(folder.exists("pretraining.gp") && folder.exists("comparison.gp"))
    }
  }

  @Test func refusedScriptsAreNamed() async throws {
    let folder = try ReportFolder()
    try folder.write("plot nonsense(\n", to: "bad.gp")
    do {
      try await Gnuplot.draw("bad", in: folder.url)
      Issue.record("gnuplot drew nonsense")
    } catch GnuplotError.failed(let script, let message) {
      #expect(script.hasSuffix("bad.gp") && !message.isEmpty)
    } catch GnuplotError.notFound {
    }
  }

  @Test func quotesAreKeptOutOfTheScript() {
    let panel = Plot.Panel(
      title: #"a "quoted" \ title"#, x: "x", y: "y",
      series: [Plot.Series(name: "", style: .joinedPoints, color: 9, points: [Plot.Point(0, 1)])])
    let script = Gnuplot.script(for: Plot(title: "t", panels: [panel], columns: 1), name: "n")
    #expect(script.contains(#"set title "a \"quoted\" \\ title" noenhanced"#))
    #expect(script.contains("notitle"))
  }
}
