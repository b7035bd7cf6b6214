/// Measures over the values of one constant, such as the number of labels, as lines of one figure.
public struct MeasureCurves: Sendable {
  /// One line: what is measured, and of which arm, at each place.
  public struct Line: Sendable {
    /// Its name in the legend.
    public let name: String
    /// The arm and the measure at each place.
    public let points: [(arm: String, measure: Measure)]

    /// A line of one arm whose metric differs from place to place.
    public init(_ name: String, arm: String, evaluation: String, metrics: [String]) {
      self.name = name
      points = metrics.map { (arm, Measure(evaluation: evaluation, metric: $0)) }
    }
  }

  /// The heading, what stands at the places, and the measure's axis with its unit.
  public let title: String, x: String, y: String
  /// The places' names, from left to right; they stand at equal distances.
  public let places: [String]
  /// The lines, in the order of the legend.
  public let lines: [Line]

  /// Creates the figure; traps when a line has not one point for each place.
  public init(_ title: String, x: String, y: String, places: [String], lines: [Line]) {
    for line in lines {
      precondition(
        line.points.count == places.count,
        "the line “\(line.name)” has \(line.points.count) points for \(places.count) places")
    }
    (self.title, self.x, self.y, self.places, self.lines) = (title, x, y, places, lines)
  }

  /// The lines through means over seeds, with bars from the lowest to the highest; `nil` where nothing is recorded.
  func plot(_ summary: Summary, title: String) throws -> Plot? {
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
