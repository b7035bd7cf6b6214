import Testing

@testable import Claims
@testable import Harness
@testable import Records

/// Two constants varied together: the table, the interaction and the figure.
@Suite struct ArmGridTests {
  private let grid = ArmGrid(
    "Rows and columns", rowTitle: "row", rows: ["low", "high"], columns: ["plain", "fancy"],
    arms: [["Base", "Base + Term"], ["random encoder", "supervised"]], evaluation: "linear-v1",
    note: "A note.")

  @Test func theTablePairsTheColumns() throws {
    let experiment = ReportedExperiment.declared(.reduced)
    let table = try grid.table(Summary(.sample), of: experiment)
    #expect(
      table.header == ["row", "plain, linear-v1 top1 (%)", "fancy, linear-v1 top1 (%)", "fancy − plain"])
    #expect(table.rows[0][1] == "70.15 ± 0.38 (n = 3)" && table.rows[1][1] == "42.50 (n = 1)")
    #expect(table.rows[0][3].hasPrefix("+0.74 ± ") && table.rows[1][3] == "+46.40 (1 pair)")
    let empty = try grid.table(nil, of: experiment)
    #expect(empty.rows[0][1...] == ["no recorded result yet", "no recorded result yet", "—"])
  }

  @Test func theInteractionIsTheDifferenceOfDifferences() throws {
    let found = try #require(try grid.interaction(Summary(.sample)))
    // Only seed 0 has all four: (88.9 − 42.5) − (70.92 − 70.10).
    #expect(found.spread.count == 1 && abs(found.spread.mean - 45.58) < 1e-9)
    let text = try grid.remark(Summary(.sample))
    #expect(
      text
        == "What fancy adds over plain changes by +45.58 points from low to high, over 1 seed; exploratory, without a "
        + "verdict. A note.")
    #expect(try grid.remark(nil) == "A note.")
  }

  @Test func theFigureShowsLevelsAndDifferences() throws {
    let plot = try #require(try grid.plot(Summary(.sample), subtitle: "t"))
    #expect(plot.panels.map { $0.series.count } == [2, 1])
    #expect(plot.panels[0].series.map(\.name) == ["plain", "fancy"])
    let first = plot.panels[0].series[0].points[0]
    #expect(abs(first.y - 70.15) < 1e-9 && first.low == 69.80 && first.high == 70.55)
    #expect(abs(plot.panels[1].series[0].points[1].y - 46.4) < 1e-9)
    let alone = RecordedResults(sampleRuns.filter { $0.arm == "Base" })
    #expect(try grid.plot(Summary(alone), subtitle: "t")?.panels.map(\.series.count) == [2])
    #expect(try grid.plot(Summary(RecordedResults()), subtitle: "t") == nil)
  }
}
