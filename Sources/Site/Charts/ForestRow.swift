/// One line of a forest plot: differences with their intervals, a zero line, the margin, and what was published.
struct ForestRow {
  /// One difference of ours.
  struct Mark {
    let mean: Double
    /// The interval of the newest look; `nil` before the first.
    let interval: ClosedRange<Double>?
    let title: String
  }

  let marks: [Mark]
  let published: Double?
  /// Within ± how much two arms count as equal; `nil` where that means nothing.
  let margin: Double?
  /// Where the line stands that says nothing happened.
  var zero = 0.0

  static let width = 400.0, lane = 22.0
  static let inset = 8.0

  /// The axis that all lines of a plot share: around everything that any of them shows.
  static func axis(over rows: [ForestRow], form: Axis.Form = .stretched, atLeast: ClosedRange<Double>) -> Axis
  {
    let values = rows.flatMap { row in
      [row.published, row.margin, row.margin.map { -$0 }].compactMap(\.self)
        + row.marks.flatMap {
          [$0.mean, $0.interval?.lowerBound, $0.interval?.upperBound].compactMap(\.self)
        }
    }
    let low = min(atLeast.lowerBound, values.min() ?? 0), high = max(atLeast.upperBound, values.max() ?? 0)
    return Axis(low...high, form: form, from: inset, to: width - inset)
  }

  /// The line as an `svg` element, a lane for each difference.
  func svg(on axis: Axis) -> String {
    let height = Self.lane * Double(max(1, marks.count)) + 12
    var parts = [Markup.element("title", [:], Markup.escaped(words))]
    if let margin {
      let (left, right) = (axis.place(zero - margin), axis.place(zero + margin))
      parts.append(
        Markup.element(
          "rect",
          [
            "class": "margin", "x": Markup.number(left), "y": "0", "width": Markup.number(right - left),
            "height": Markup.number(height),
          ]))
    }
    parts.append(Markup.line(from: (axis.place(zero), 0), to: (axis.place(zero), height), kind: "guide"))
    if let published { parts.append(Self.diamond(axis.place(published), height / 2)) }
    for (place, mark) in marks.enumerated() {
      let y = 6 + Self.lane * (Double(place) + 0.5)
      let bar = mark.interval.map {
        Markup.line(from: (axis.place($0.lowerBound), y), to: (axis.place($0.upperBound), y), kind: "bar")
      }
      let dot = Markup.element(
        "circle",
        [
          "class": mark.interval == nil ? "dot open" : "dot", "cx": Markup.number(axis.place(mark.mean)),
          "cy": Markup.number(y), "r": "4.5",
        ],
        Markup.element("title", [:], Markup.escaped(mark.title)))
      parts.append(Markup.element("g", ["class": Chart.Hue.treatment.rawValue], (bar ?? "") + dot))
    }
    return Self.frame(height, parts.joined())
  }

  /// What the line shows, in words for those who do not see it.
  private var words: String {
    let told = marks.map(\.title) + (published.map { ["published \(Axis.label($0))"] } ?? [])
    return told.isEmpty ? "nothing yet" : told.joined(separator: "; ")
  }

  /// The numbers under all lines.
  static func scale(_ axis: Axis) -> String {
    var last = -Double.infinity
    let parts = axis.ticks().map { tick -> String in
      let place = axis.place(tick)
      // Far from zero numbers come close: what would touch is left without its own.
      let label = tick > 0 && axis.domain.lowerBound < 0 ? "+\(Axis.label(tick))" : Axis.label(tick)
      let isFree = place - last > 22
      if isFree { last = place }
      return Markup.line(from: (place, 0), to: (place, 5), kind: "axis")
        + (isFree ? Markup.text(label, x: place, y: 17, anchor: "middle", kind: "tick") : "")
    }
    let line = Markup.line(from: (axis.start, 0.5), to: (axis.end, 0.5), kind: "axis")
    return frame(22, line + parts.joined())
  }

  private static func diamond(_ x: Double, _ y: Double) -> String {
    let (n, r) = (Markup.number, 5.0)
    return Markup.element(
      "path",
      [
        "class": "published",
        "d": "M\(n(x - r)),\(n(y))L\(n(x)),\(n(y - r))L\(n(x + r)),\(n(y))L\(n(x)),\(n(y + r))Z",
      ])
  }

  private static func frame(_ height: Double, _ content: String) -> String {
    Markup.element(
      "svg",
      [
        "class": "chart forest", "viewBox": "0 0 \(Markup.number(width)) \(Markup.number(height))",
        "role": "img",
        "width": Markup.number(width), "height": Markup.number(height),
      ], content)
  }
}
