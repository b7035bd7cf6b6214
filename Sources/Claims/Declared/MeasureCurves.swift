import Records

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
}
