import Foundation
import Testing

@testable import Records
@testable import Site

/// Charts as inline SVG: where things lie, and that nothing lies outside.
@Suite struct ChartTests {
  @Test(arguments: [Axis.Form.linear, .logarithmic, .stretched])
  func theEndsOfTheDomainAreTheEndsOfTheAxis(_ form: Axis.Form) {
    let axis = Axis(1...100, form: form, from: 40, to: 240)
    #expect(axis.place(1) == 40 && abs(axis.place(100) - 240) < 1e-9)
    #expect(axis.place(10) > 40 && axis.place(10) < 240)
    #expect(axis.ticks().allSatisfy(axis.domain.contains) && axis.ticks().count > 2)
  }

  @Test func formsSpreadNumbersAsTheySay() {
    #expect(Axis(0...10, from: 0, to: 100).place(5) == 50)
    #expect(abs(Axis(1...100, form: .logarithmic, from: 0, to: 100).place(10) - 50) < 1e-9)
    let stretched = Axis(-20...20, form: .stretched, from: 0, to: 100)
    #expect(stretched.place(0) == 50)
    // One point near zero takes more room than one far from it.
    #expect(stretched.place(1) - stretched.place(0) > 4 * (stretched.place(20) - stretched.place(19)))
    #expect(stretched.ticks() == [-20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20])
  }

  @Test func ticksAreRound() {
    #expect(
      Axis(0...1, from: 0, to: 1).ticks(5).map { ($0 * 10).rounded() / 10 } == [0, 0.2, 0.4, 0.6, 0.8, 1])
    #expect(Axis(-0.3...0.3, from: 0, to: 1).ticks(3).map(Axis.label) == ["−0.2", "0", "0.2"])
    #expect(Axis.roundStep(0.011) == 0.02 && Axis.roundStep(6) == 10 && Axis.roundStep(2) == 2)
    #expect(
      [0, 1_000, 20_000, 998_400, 104_530_083_840_000].map(Axis.label) == [
        "0", "1000", "20k", "998.4k", "104.53T",
      ])
  }

  /// A single number still makes an axis.
  @Test(arguments: [Axis.Form.linear, .logarithmic])
  func aSingleNumberLiesWithin(_ form: Axis.Form) {
    let axis = Axis(7...7, form: form, from: 0, to: 10)
    #expect(axis.place(7) > 0 && axis.place(7) < 10)
  }

  private func chart(_ points: [Chart.Point], _ form: Chart.Series.Form = .dots) -> Chart {
    Chart(
      title: "T <1>", x: "epoch", y: "points",
      series: [Chart.Series(name: "A & B", hue: .treatment, form: form, points: points)], guides: [0],
      band: -1...1)
  }

  /// Every coordinate of what is drawn.
  private func coordinates(_ svg: String, _ names: String) throws -> [Double] {
    svg.matches(of: try Regex(" (?:\(names))=\"(-?[0-9.]+)\"")).compactMap {
      Double($0.output[1].substring ?? "")
    }
  }

  @Test func everythingLiesWithinTheChart() throws {
    let points = (0..<40).map {
      Chart.Point(Double($0), sin(Double($0)) * 30, low: -31, high: 31, title: "t")
    }
    for form in [Chart.Series.Form.dots, .line, .joined] {
      let svg = chart(points, form).svg
      #expect(try coordinates(svg, "x|x1|x2|cx").allSatisfy { (0...340).contains($0) })
      #expect(try coordinates(svg, "y|y1|y2|cy").allSatisfy { (0...230).contains($0) })
      #expect(svg.contains("T &lt;1&gt;") && svg.contains("<title>A &amp; B</title>") && !svg.contains("nan"))
    }
  }

  @Test func whatIsNoNumberIsLeftOut() {
    let svg = chart([.init(0, 1), .init(1, .nan), .init(2, .infinity), .init(3, 2)], .joined).svg
    #expect(svg.matches(of: /<circle/).count == 2 && !svg.contains("nan") && !svg.contains("inf"))
  }

  @Test func anEmptyChartSaysSo() { #expect(chart([]).svg.contains("nothing yet")) }

  @Test func aBandIsDrawnOnlyWhereThereIsOne() {
    #expect(!chart([.init(0, 1), .init(1, 2)], .line).svg.contains("class=\"band\""))
    #expect(
      chart([.init(0, 1, low: 0, high: 2), .init(1, 2, low: 1, high: 3)], .line).svg.contains(
        "class=\"band\""))
  }

  @Test func longNamesAreCutToTheirRoom() {
    #expect(Chart.fitted("MoCo", to: 140) == "MoCo")
    let cut = Chart.fitted("MoCo + CO2, consistency temperature 0.1", to: 140)
    #expect(cut.count == 25 && cut.hasSuffix("…"))
  }

  @Test func aForestRowHasItsParts() {
    let row = ForestRow(
      marks: [
        .init(mean: 0.7, interval: 0.2...1.2, title: "a over b"),
        .init(mean: -3, interval: nil, title: "a over c"),
      ],
      published: 2.9, margin: 0.5)
    let axis = ForestRow.axis(over: [row], atLeast: -2...2)
    let svg = row.svg(on: axis)
    #expect(axis.domain == -3...2.9)
    #expect(svg.matches(of: /class="bar"/).count == 1, "without a look there is no interval")
    #expect(
      svg.contains("class=\"dot open\"") && svg.contains("class=\"published\"")
        && svg.contains("class=\"margin\""))
    #expect(svg.contains("<title>a over b; a over c; published 2.9</title>"))
    let empty = ForestRow(marks: [], published: nil, margin: 1)
    #expect(empty.svg(on: axis).contains("nothing yet"))
  }

  @Test func theForestsNumbersDoNotTouch() throws {
    let axis = Axis(-20...50, form: .stretched, from: 8, to: 392)
    let places = ForestRow.scale(axis).matches(of: /<text x="([0-9.]+)"/).compactMap { Double($0.output.1) }
    #expect(places.count > 4 && zip(places, places.dropFirst()).allSatisfy { $1 - $0 > 22 })
  }

  @Test func whatCountsHasWholeNumbers() {
    var chart = chart([.init(0, 1), .init(1, 2)], .line)
    #expect(chart.svg.contains(">0.2<"))
    chart.counts = true
    let places = chart.svg.matches(of: /text-anchor="middle" class="tick">([^<]*)</).map {
      String($0.output.1)
    }
    #expect(places == ["0", "1"])
  }

  @Test func labelsDoNotTouch() {
    let points = (0..<5).map { place in
      var point = Chart.Point(1, 50 + Double(place) / 1_000)
      point.label = "\(place)"
      return point
    }
    let places = chart(points).svg.matches(of: /<text x="([0-9.]+)" y="[0-9.]+" class="tick">(\d)</)
      .compactMap {
        Double($0.output.1)
      }
    #expect(places.count == 5)
    #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 == 15 }, "\(places)")
  }

  @Test func backticksMakeCode() {
    #expect(Markup.prose("a `jpeg75` & <b>") == "a <code>jpeg75</code> &amp; &lt;b&gt;")
  }

  @Test func coordinatesAreShort() {
    #expect([0, 1.5, 2.0049, -0.001, 100].map(Markup.number) == ["0", "1.5", "2", "0", "100"])
  }
}
