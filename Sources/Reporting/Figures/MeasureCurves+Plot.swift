import Claims
import Statistics

extension MeasureCurves {
  /// The lines through means over seeds, with bars from the lowest to the highest; `nil` where nothing is recorded.
  package func plot(_ summary: Summary, title: String) throws -> Plot? {
    let series = try lines.enumerated().map { index, line in
      Plot.Series(
        name: line.name, style: .joinedPoints, color: index,
        points: try line.points.enumerated().compactMap { place, point in
          try Plot.Point(over: summary.rows(of: point.arm, point.measure).map(\.value), at: Double(place))
        })
    }
    if series.allSatisfy(\.points.isEmpty) { return nil }
    return Plot(
      title: title,
      panels: [Plot.Panel(title: self.title, x: x, y: y, series: series, categories: places)], columns: 1)
  }
}

extension Plot.Point {
  /// The mean of `values` with their range, at `x`; `nil` without values. Throws `NotFinite`.
  init?(over values: [Double], at x: Double) throws(NotFinite) {
    guard let spread = try Spread(values) else { return nil }
    self.init(x, spread.mean, low: values.min() ?? .nan, high: values.max() ?? .nan)
  }
}
