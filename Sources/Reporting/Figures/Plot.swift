/// A figure: panels in a grid under one title.
public struct Plot: Sendable, Equatable {
  /// A pair of axes with what is drawn in it.
  public struct Panel: Sendable, Equatable {
    /// The panel's title, and its axes' names with units.
    public var title: String, x: String, y: String
    /// What is drawn, in the order of the legend.
    public var series: [Series]
    /// Names along the horizontal axis, at 0, 1, 2, …; empty for numbers.
    public var categories: [String] = []
    /// Horizontal lines to compare with.
    public var guides: [Double] = []
  }

  /// One thing drawn.
  public struct Series: Sendable, Equatable {
    /// How it is drawn.
    public enum Style: Sendable, Equatable {
      /// A line through means with a band from the lowest to the highest value.
      case lineWithBand
      /// Points joined by a line.
      case joinedPoints
      /// Points with bars from the lowest to the highest value.
      case bars
    }

    /// Its name in the legend; empty for none.
    public var name: String
    /// How it is drawn.
    public var style: Style
    /// Which of the colours, counted from 0.
    public var color: Int
    /// What is drawn, from left to right.
    public var points: [Point]
  }

  /// A value with the range it stands for.
  public struct Point: Sendable, Equatable {
    /// The place, the value, and the range around it.
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

  /// The title over everything.
  public var title: String
  /// The panels, row by row.
  public var panels: [Panel]
  /// How many panels stand side by side.
  public var columns: Int
}
