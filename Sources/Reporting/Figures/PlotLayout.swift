import Foundation

/// Where everything in a figure stands, in pixels from its left upper corner: room is given by the words there are.
struct PlotLayout {
  /// A line of words.
  struct Words: Equatable {
    var text: String
    /// Where it begins, ends or has its middle, and the height of its middle.
    var x: Double, y: Double
    var size: Double = PlotLayout.size
    var isBold = false, isQuiet = false
    var alignment = Alignment.left
    /// Whether it is read from below.
    var isTurned = false
  }

  enum Alignment: String { case left, center, right }

  /// An entry of the legend: what is drawn before its words.
  struct Key {
    let series: Plot.Series
    let x: Double, y: Double
  }

  /// A panel's axes.
  struct Frame: Equatable {
    var left = 0.0, right = 0.0, top = 0.0, bottom = 0.0
  }

  /// The sizes of letters: of titles, of words, and of those in the caption.
  static let titleSize = 16.0, size = 13.0, captionSize = 12.0
  /// The height of a line of words, of the title, and of the caption.
  static let line = 18.0, titleLine = 22.0, captionLine = 16.0
  /// The length of a legend's sample.
  static let sample = 30.0
  private static let edge = 16.0
  private static let panelHeight = 230.0

  let width: Double
  private(set) var height = 0.0
  /// Everything written, but for the marks of the axes.
  private(set) var words: [Words] = []
  private(set) var keys: [Key] = []
  private(set) var frames: [Frame] = []

  init(_ plot: Plot) {
    width = plot.columns == 1 ? 620 : 920
    var y = Self.edge
    write(plot.title, at: &y, size: Self.titleSize, line: Self.titleLine, isBold: true)
    y += 2
    write(plot.subtitle, at: &y, size: Self.size, line: Self.line, isQuiet: true)
    y += 6
    layLegend(plot.legend, at: &y)
    layPanels(plot, at: &y)
    y += 6
    write(plot.caption, at: &y, size: Self.captionSize, line: Self.captionLine, isQuiet: true)
    height = (y + Self.edge - 4).rounded(.up)
  }

  private mutating func write(
    _ text: String, at y: inout Double, size: Double, line: Double, isBold: Bool = false,
    isQuiet: Bool = false
  ) {
    for part in TextWidth.lines(text, within: width - 2 * Self.edge, size: size, isBold: isBold) {
      words.append(
        Words(text: part, x: Self.edge, y: y + line / 2, size: size, isBold: isBold, isQuiet: isQuiet))
      y += line
    }
  }

  private mutating func layLegend(_ entries: [Plot.Series], at y: inout Double) {
    var x = Self.edge
    for (place, entry) in entries.enumerated() {
      let room = width - 2 * Self.edge - Self.sample - 8
      let parts = TextWidth.lines(entry.name, within: room, size: Self.size)
      let wide = Self.sample + 8 + (parts.map { TextWidth.pixels($0, size: Self.size) }.max() ?? 0)
      if place > 0, x + wide > width - Self.edge {
        x = Self.edge
        y += Self.line
      }
      keys.append(Key(series: entry, x: x, y: y + Self.line / 2))
      for (line, part) in parts.enumerated() {
        if line > 0 { y += Self.line }
        words.append(Words(text: part, x: x + Self.sample + 8, y: y + Self.line / 2))
      }
      x += wide + 24
    }
    if !entries.isEmpty { y += Self.line + 4 }
  }

  // MARK: Panels

  private mutating func layPanels(_ plot: Plot, at y: inout Double) {
    let span = (width - 2 * Self.edge + 24) / Double(plot.columns)
    let tall = (plot.panels.map { Double($0.rows.count) * 20 } + [Self.panelHeight]).max()!
    // Axes that stand above each other begin at one place.
    let rooms = (0..<plot.columns).map { column in
      stride(from: column, to: plot.panels.count, by: plot.columns).map {
        Self.roomOfNames(plot.panels[$0]) + Self.roomOfTitle(plot.panels[$0], height: tall)
      }.max() ?? 0
    }
    for start in stride(from: 0, to: plot.panels.count, by: plot.columns) {
      let row = Array(plot.panels[start..<min(start + plot.columns, plot.panels.count)])
      let inner = span - 24
      let titles = row.map { TextWidth.lines($0.title, within: inner, size: Self.size, isBold: true) }
      let top = y + 8 + Double(titles.map(\.count).max() ?? 0) * Self.line + 10
      var end = top + tall
      for (place, panel) in row.enumerated() {
        let left = Self.edge + Double(place) * span
        for (line, part) in titles[place].enumerated() {
          words.append(Words(text: part, x: left, y: y + 8 + (Double(line) + 0.5) * Self.line, isBold: true))
        }
        var frame = Frame(left: left, right: left + inner, top: top, bottom: top + tall)
        end = max(end, layAxes(panel, room: rooms[place], &frame))
        frames.append(frame)
      }
      y = end
    }
  }

  /// The pixels that the names of the vertical axis' marks take, and those of its title.
  private static func roomOfNames(_ panel: Plot.Panel) -> Double {
    let names = panel.yAxis?.marks.map(\.name) ?? panel.rows
    return (names.map { TextWidth.pixels($0, size: size) }.max() ?? 0) + 10
  }

  private static func roomOfTitle(_ panel: Plot.Panel, height: Double) -> Double {
    let count = TextWidth.lines(panel.y, within: height, size: size).count
    return count == 0 ? 0 : Double(count) * 16 + 6
  }

  /// Makes `room` for what stands beside `panel`, and for what stands below it; returns where that ends.
  private mutating func layAxes(_ panel: Plot.Panel, room: Double, _ frame: inout Frame) -> Double {
    let parts = TextWidth.lines(panel.y, within: frame.bottom - frame.top, size: Self.size)
    for (line, part) in parts.enumerated() {
      words.append(
        Words(
          text: part, x: frame.left + 8 + Double(line) * 16, y: (frame.top + frame.bottom) / 2,
          alignment: .center, isTurned: true))
    }
    frame.left += room
    // A number may reach beyond the axis' end by half of itself.
    if let last = panel.xAxis?.marks.last {
      frame.right -= TextWidth.pixels(last.name, size: Self.size) / 2
    }
    var end = frame.bottom + 10 + (panel.columns.isEmpty ? Self.line : 0)
    let each = (frame.right - frame.left) / Double(max(1, panel.columns.count))
    for (place, name) in panel.columns.enumerated() {
      for (line, part) in TextWidth.lines(name, within: each - 8, size: Self.size).enumerated() {
        let top = frame.bottom + 10 + Double(line) * Self.line
        words.append(
          Words(
            text: part, x: frame.left + (Double(place) + 0.5) * each, y: top + Self.line / 2,
            alignment: .center))
        end = max(end, top + Self.line)
      }
    }
    if !panel.x.isEmpty {
      words.append(
        Words(
          text: panel.x, x: (frame.left + frame.right) / 2, y: end + Self.line / 2, alignment: .center))
      end += Self.line
    }
    return end
  }
}
