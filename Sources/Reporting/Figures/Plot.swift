/// A figure: panels in a grid under a title, with one legend and a caption.
public struct Plot: Sendable, Equatable {
  /// A pair of axes with what is drawn in it.
  public struct Panel: Sendable, Equatable {
    /// The panel's title, and its axes' names with units; empty for none.
    public var title: String, x: String, y: String
    /// What is drawn.
    public var series: [Series]
    /// Names along the horizontal axis, at 0, 1, 2, …; empty for numbers.
    public var columns: [String] = []
    /// Names along the vertical axis, at 0, 1, 2, …, the first on top; empty for numbers.
    public var rows: [String] = []
    /// Whether the numbers along the horizontal axis are counts, such as epochs.
    public var countsAlongX = false
    /// A horizontal and a vertical line to compare with.
    public var horizontalGuide: Double?, verticalGuide: Double?
    /// An area between two values of the horizontal axis.
    public var band: ClosedRange<Double>?

    /// Creates a panel.
    public init(title: String, x: String, y: String, series: [Series]) {
      (self.title, self.x, self.y, self.series) = (title, x, y, series)
    }
  }

  /// One thing drawn.
  public struct Series: Sendable, Equatable {
    /// How it is drawn.
    public enum Style: Sendable, Equatable {
      /// A line through means with a band from the lowest to the highest value.
      case lineWithBand
      /// Points joined by a line, with bars from the lowest to the highest value where they differ.
      case joinedPoints
      /// A thin line without points.
      case thinLine
      /// Points alone.
      case points
      /// Points with bars along the vertical axis, or along the horizontal one.
      case bars, barsAcross
      /// Hollow points.
      case hollowPoints
    }

    /// Its name in the legend; empty for none.
    public var name: String
    /// How it is drawn.
    public var style: Style
    /// In what colour.
    public var ink: Ink
    /// What is drawn, from left to right.
    public var points: [Point]

    /// Creates a series.
    public init(_ name: String, _ style: Style, _ ink: Ink, _ points: [Point]) {
      (self.name, self.style, self.ink, self.points) = (name, style, ink, points)
    }
  }

  /// A value with the range it stands for.
  public struct Point: Sendable, Equatable {
    /// The place, the value, and the range around it: of `x` where bars go across, else of `y`.
    public var x: Double, y: Double, low: Double, high: Double

    /// A value without a range.
    public init(_ x: Double, _ y: Double) { self.init(x, y, low: y, high: y) }

    /// A value with its range.
    public init(_ x: Double, _ y: Double, low: Double, high: Double) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  /// What it shows, and of what: two sizes of letters over everything.
  public var title: String, subtitle: String
  /// How to read it, in full sentences, under everything.
  public var caption: String
  /// The panels, row by row.
  public var panels: [Panel]
  /// How many panels stand side by side.
  public var columns: Int

  /// The series that the legend names, each once.
  var legend: [Series] {
    var names: Set<String> = []
    return panels.flatMap(\.series).filter { !$0.name.isEmpty && names.insert($0.name).inserted }
  }
}

extension Plot.Panel {
  /// The horizontal axis where it has numbers.
  var xAxis: PlotAxis? {
    guard columns.isEmpty else { return nil }
    var values = [verticalGuide, band?.lowerBound, band?.upperBound].compactMap(\.self)
    for series in series {
      values += series.points.flatMap {
        series.style == .barsAcross ? [$0.x, $0.low, $0.high] : [$0.x]
      }
    }
    return PlotAxis(covering: countsAlongX ? values + [0] : values, isWhole: countsAlongX)
  }

  /// The vertical axis where it has numbers.
  var yAxis: PlotAxis? {
    guard rows.isEmpty else { return nil }
    var values = [horizontalGuide].compactMap(\.self)
    for series in series { values += series.points.flatMap { [$0.y, $0.low, $0.high] } }
    return PlotAxis(covering: values)
  }
}
