import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// Measures over one constant: the figure.
@Suite struct MeasureCurvesTests {
  private let curves = MeasureCurves(
    "Levels", x: "labels per class", y: "top-1 (%)", places: ["20", "100"],
    lines: [
      .init("base", arm: "Base", evaluation: "linear-v1", metrics: ["top1", "missing"]),
      .init("none", arm: "Base", evaluation: "linear-v1", metrics: ["missing", "top1"]),
    ])

  @Test func aPlaceHasTheMeanAndTheRangeOverSeeds() throws {
    let plot = try #require(try curves.plot(Summary(.sample), subtitle: "t"))
    let panel = plot.panels[0]
    #expect(plot.title == "Levels" && plot.subtitle == "t" && plot.panels.count == 1)
    #expect(panel.columns == ["20", "100"] && panel.x == "labels per class" && panel.y == "top-1 (%)")
    #expect(panel.series.map(\.name) == ["base", "none"])
    #expect(panel.series.map(\.ink) == [.treatment, .baseline])
    let point = try #require(panel.series[0].points.first)
    #expect(point.x == 0 && abs(point.y - 70.15) < 1e-9 && point.low == 69.80 && point.high == 70.55)
  }

  @Test func whatIsNotRecordedLeavesAGapAtItsPlace() throws {
    let plot = try #require(try curves.plot(Summary(.sample), subtitle: "t"))
    #expect(plot.panels[0].series.map { $0.points.map(\.x) } == [[0], [1]])
    #expect(try curves.plot(Summary(RecordedResults()), subtitle: "t") == nil)
  }
}
