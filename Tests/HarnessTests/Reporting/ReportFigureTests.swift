import Foundation
import Testing

@testable import Harness
@testable import Records
@testable import Reporting

@Suite struct ReportFigureTests {
  private let experiment = ReportedExperiment.declared(.reduced)

  @Test func scriptsHoldTheirDataAndAreDeterministic() throws {
    let figures = try Figures.figures(of: experiment, .sample)
    #expect(figures.map(\.name) == ["pretraining", "pretraining-of-other-arms", "comparison"])
    #expect(try Figures.figures(of: experiment, .sample) == figures)
    #expect(figures[0].script.contains("$panel0_series0 << END"))
    #expect(figures[0].script.contains("Base + Term (3 seeds)"))
    #expect(figures[2].script.contains("3 pairs"))
    #expect(try Figures.figures(of: experiment, RecordedResults()).isEmpty)
  }

  @Test func meansAndBandsOverSeeds() throws {
    let plot = Plot.pretraining(.sample, of: experiment, subtitle: "s")
    #expect(
      plot.panels.map(\.title) == [
        "Loss", "Term of the loss: instance", "Monitor: accuracy of nearest neighbours",
      ])
    #expect(plot.panels.map(\.y) == ["loss", "term", "accuracy (%)"])
    #expect(plot.panels.map { $0.series.count } == [3, 3, 4])
    let monitor = try #require(plot.panels.last?.series.first { $0.name == "Base (3 seeds)" })
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
          "pretraining.svg", "pretraining.png", "pretraining-of-other-arms.svg",
          "pretraining-of-other-arms.png", "comparison.svg", "comparison.png",
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
      title: #"a "quoted" \ title"#, x: #"a "quoted" \ axis"#, y: "y",
      series: [Plot.Series("", .points, .other(9), [Plot.Point(0, 1)])])
    let script = Gnuplot.script(
      for: Plot(title: "t & u", subtitle: "", caption: "", panels: [panel], columns: 1), name: "n")
    #expect(script.contains(#"set label "a \"quoted\" \\ axis" noenhanced"#))
    #expect(script.contains(#"set label "{/:Bold a \"quoted\" \\\\ title}""#))
    #expect(script.contains(#"set label "t & u" noenhanced"#))
  }
}
