extension Chart {
  /// One series on its axes.
  func drawn(_ series: Series, _ across: Axis, _ up: Axis) -> String {
    let points = series.points.filter { $0.x.isFinite && $0.y.isFinite }.sorted { $0.x < $1.x }
    let marks =
      switch series.form {
      case .line: [area(points, across, up), path(points, across, up)]
      case .joined: [path(points, across, up)] + points.map { dot($0, across, up) }
      case .dots: points.map { bar($0, across, up) + dot($0, across, up) }
      }
    let kind = "\(series.hue.rawValue)\(series.order > 0 ? " nth" : "")"
    let title = series.name.isEmpty ? "" : Markup.element("title", [:], Markup.escaped(series.name))
    return Markup.element("g", ["class": kind], title + marks.joined())
  }

  private func path(_ points: [Point], _ across: Axis, _ up: Axis) -> String {
    if points.count < 2 { return points.map { dot($0, across, up) }.joined() }
    let steps = points.map { "\(Markup.number(across.place($0.x))),\(Markup.number(up.place($0.y)))" }
    return Markup.element("path", ["class": "line", "d": "M" + steps.joined(separator: "L")])
  }

  /// The band between the ends of the points' intervals, where all have them.
  private func area(_ points: [Point], _ across: Axis, _ up: Axis) -> String {
    let ends = points.compactMap { point in
      point.low.flatMap { low in point.high.map { (x: point.x, low: low, high: $0) } }
    }
    guard ends.count > 1, ends.contains(where: { $0.low < $0.high }) else { return "" }
    func place(_ x: Double, _ y: Double) -> String {
      "\(Markup.number(across.place(x))),\(Markup.number(up.place(y)))"
    }
    let around = ends.map { place($0.x, $0.high) } + ends.reversed().map { place($0.x, $0.low) }
    return Markup.element("path", ["class": "band", "d": "M" + around.joined(separator: "L") + "Z"])
  }

  private func bar(_ point: Point, _ across: Axis, _ up: Axis) -> String {
    guard let low = point.low, let high = point.high, low < high else { return "" }
    let x = across.place(point.x)
    return Markup.line(from: (x, up.place(low)), to: (x, up.place(high)), kind: "bar")
  }

  private func dot(_ point: Point, _ across: Axis, _ up: Axis) -> String {
    let (x, y) = (across.place(point.x), up.place(point.y))
    return Markup.element(
      "circle",
      ["class": "dot", "cx": Markup.number(x), "cy": Markup.number(y), "r": "3.5"],
      point.title.map { Markup.element("title", [:], Markup.escaped($0)) } ?? "")
  }

  /// What stands beside points, each moved to the right until it touches none of those before.
  func labels(_ across: Axis, _ up: Axis) -> String {
    var taken: [(x: Double, y: Double)] = []
    return series.flatMap(\.points).sorted { ($0.y, $0.x) < ($1.y, $1.x) }.compactMap { point in
      guard let label = point.label, point.x.isFinite, point.y.isFinite else { return nil }
      var place = (x: across.place(point.x) + 6, y: up.place(point.y) + 3.5)
      while taken.contains(where: { abs($0.x - place.x) < 15 && abs($0.y - place.y) < 10 }) { place.x += 15 }
      taken.append(place)
      return Markup.text(label, x: place.x, y: place.y, kind: "tick")
    }.joined()
  }
}
