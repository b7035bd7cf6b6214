import Claims
import Statistics

extension MeasureCurves {
  /// The lines through means over seeds, with bars from the lowest to the highest; `nil` where nothing is recorded.
  package func plot(_ summary: Summary, subtitle: String) throws -> Plot? {
    let series = try lines.enumerated().map { index, line in
      // The first line is what the figure is about.
      Plot.Series(
        line.name, .joinedPoints, index == 0 ? .treatment : index == 1 ? .baseline : .other(index - 2),
        try line.points.enumerated().compactMap { place, point in
          try Plot.Point(over: summary.rows(of: point.arm, point.measure).map(\.value), at: Double(place))
        })
    }
    if series.allSatisfy(\.points.isEmpty) { return nil }
    var panel = Plot.Panel(title: "", x: x, y: y, series: series)
    panel.columns = places
    return Plot(
      title: title, subtitle: subtitle, caption: Plot.meansCaption, panels: [panel], columns: 1)
  }
}

extension Plot {
  static let meansCaption = "Points: means over seeds; bars: from the lowest seed to the highest."
}

extension Plot.Point {
  /// The mean of `values` with their range, at `x`; `nil` without values. Throws `NotFinite`.
  init?(over values: [Double], at x: Double) throws(NotFinite) {
    guard let spread = try Spread(values) else { return nil }
    self.init(x, spread.mean, low: values.min() ?? .nan, high: values.max() ?? .nan)
  }
}
