import Foundation

/// A small chart as inline SVG: colours come from the page's style sheet, so that it is right in light, dark and print.
struct Chart {
  /// What a mark belongs to, which decides its colour: the same on every page.
  enum Hue: String, CaseIterable {
    /// The arm that should be better, and the one it is compared with.
    case treatment, baseline
    /// Floors and ceilings.
    case reference
    /// Everything else.
    case other
    /// What belongs to no arm.
    case ink
  }

  /// A place, with the ends of an interval where there is one.
  struct Point {
    let x: Double, y: Double
    var low: Double?, high: Double?
    /// What a reader sees who points at it.
    var title: String?
    /// What stands beside it.
    var label: String?

    init(_ x: Double, _ y: Double, low: Double? = nil, high: Double? = nil, title: String? = nil) {
      (self.x, self.y, self.low, self.high, self.title) = (x, y, low, high, title)
    }
  }

  /// Points that belong together.
  struct Series {
    /// How they are drawn.
    enum Form {
      /// Joined, with a band between the ends of their intervals.
      case line
      /// Joined and marked.
      case joined
      /// Marked, with their intervals as bars.
      case dots
    }
    let name: String, hue: Hue, form: Form
    /// Which of several of one hue: later ones are dashed.
    var order = 0
    var points: [Point]
  }

  /// The heading, and what the axes are about.
  let title: String, x: String, y: String
  var series: [Series]
  /// Names at 0, 1, 2, … in place of numbers on the horizontal axis.
  var categories: [String] = []
  /// Horizontal lines.
  var guides: [Double] = []
  /// A shaded band from side to side.
  var band: ClosedRange<Double>?
  /// How the horizontal axis is spread out.
  var form = Axis.Form.linear
  /// Whether the horizontal axis counts something, so that it has whole numbers alone.
  var counts = false
  var width = 340.0, height = 230.0

  private static let margin = (left: 46.0, right: 12.0, top: 10.0, bottom: 40.0)

  /// The chart as an `svg` element; one that says so where there is nothing to show.
  var svg: String {
    let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    guard !points.isEmpty else {
      return frame(Markup.text("nothing yet", x: width / 2, y: height / 2, anchor: "middle", kind: "empty"))
    }
    let (across, up) = axes(points)
    let area = (x: up.ticks(5), y: across)
    var parts: [String] = []
    if let band { parts.append(shade(band, across, up)) }
    parts += area.x.map { tick in
      Markup.line(from: (across.start, up.place(tick)), to: (across.end, up.place(tick)), kind: "grid")
        + Markup.text(
          Axis.label(tick), x: across.start - 6, y: up.place(tick) + 3.5, anchor: "end", kind: "tick")
    }
    parts += guides.filter(up.domain.contains).map {
      Markup.line(from: (across.start, up.place($0)), to: (across.end, up.place($0)), kind: "guide")
    }
    parts.append(foot(across))
    parts += series.map { drawn($0, across, up) }
    parts.append(labels(across, up))
    return frame(parts.joined())
  }

  private func frame(_ content: String) -> String {
    let name = Markup.element("title", [:], Markup.escaped("\(title): \(y) over \(x)"))
    return Markup.element(
      "svg",
      [
        "class": "chart", "viewBox": "0 0 \(Markup.number(width)) \(Markup.number(height))", "role": "img",
        "width": Markup.number(width), "height": Markup.number(height),
      ], name + content)
  }

  /// The axes, with some room around what they show.
  private func axes(_ points: [Point]) -> (Axis, Axis) {
    let xs = categories.isEmpty ? points.map(\.x) : [-0.5, Double(categories.count) - 0.5]
    let ys =
      points.flatMap { [$0.y, $0.low ?? $0.y, $0.high ?? $0.y] }.filter(\.isFinite) + guides
      + (band.map { [$0.lowerBound, $0.upperBound] } ?? [])
    let (low, high) = (ys.min() ?? 0, ys.max() ?? 1)
    let room = high > low ? 0.06 * (high - low) : 0
    var (left, right) = (xs.min() ?? 0, xs.max() ?? 1)
    if form == .logarithmic { (left, right) = (left / 1.25, right * 1.25) }
    return (
      Axis(left...right, form: form, from: Self.margin.left, to: width - Self.margin.right),
      Axis(low - room...high + room, from: height - Self.margin.bottom, to: Self.margin.top)
    )
  }

  /// Ticks and names under the chart.
  private func foot(_ across: Axis) -> String {
    let base = height - Self.margin.bottom
    var parts = [Markup.line(from: (across.start, base), to: (across.end, base), kind: "axis")]
    if categories.isEmpty {
      parts += across.ticks(6).filter { !counts || $0 == $0.rounded() }.map {
        Markup.line(from: (across.place($0), base), to: (across.place($0), base + 4), kind: "axis")
          + Markup.text(Axis.label($0), x: across.place($0), y: base + 15, anchor: "middle", kind: "tick")
      }
    } else {
      let room = (across.end - across.start) / Double(categories.count)
      parts += categories.enumerated().map { place, name in
        Markup.text(
          Self.fitted(name, to: room), x: across.place(Double(place)), y: base + 15, anchor: "middle",
          kind: "tick")
      }
    }
    parts.append(
      Markup.text(x, x: (across.start + across.end) / 2, y: height - 6, anchor: "middle", kind: "label"))
    return parts.joined()
  }

  /// As much of `name` as `room` units hold at the size of a tick.
  static func fitted(_ name: String, to room: Double) -> String {
    let count = max(1, Int(room / 5.6))
    return name.count <= count ? name : name.prefix(max(1, count - 1)) + "…"
  }

  private func shade(_ band: ClosedRange<Double>, _ across: Axis, _ up: Axis) -> String {
    let (top, bottom) = (up.place(band.upperBound), up.place(band.lowerBound))
    return Markup.element(
      "rect",
      [
        "x": Markup.number(across.start), "y": Markup.number(top),
        "width": Markup.number(across.end - across.start),
        "height": Markup.number(bottom - top), "class": "margin",
      ])
  }
}
