import Foundation
import Records

extension Gnuplot {
  /// The first words of every script.
  static let mark = "# Drawn by `gnuplot "

  /// The commands and data that draw `plot` to `<name>.svg` and `<name>.png` in the current folder.
  static func script(for plot: Plot, name: String) -> String {
    let layout = PlotLayout(plot)
    let (width, height) = (Int(layout.width), Int(layout.height))
    var text = "\(mark)\(name).gp`; written by `repro plot` from the rows beside it.\n"
    text += "set encoding utf8\n"
    for (panelIndex, panel) in plot.panels.enumerated() {
      for (index, series) in panel.series.enumerated() {
        text += block(series, name: dataName(panelIndex, index))
      }
    }
    // The PNG has twice the pixels, for screens that show them.
    text += """
      do for [image in "svg png"] {
        if (image eq "svg") {
          set terminal svg size \(width),\(height) dynamic font "sans-serif,13" background rgb "white"
          letters = "sans-serif,%g"
          points = 1.0
        } else {
          set terminal pngcairo size \(2 * width),\(2 * height) fontscale 2 linewidth 2 pointscale 2 \
      font "DejaVu Sans,9.5" background rgb "white"
          letters = "DejaVu Sans,%g"
          points = 0.73
        }
        set output "\(name).".image
        set multiplot
        set style fill transparent solid 0.18 noborder
        set border 3 linecolor rgb "\(Palette.frame)"
        set tics scale 0.5 textcolor rgb "\(Palette.text)"
        set grid linecolor rgb "\(Palette.grid)" linetype 1
        unset key

      """
    text += labels(layout)
    for (index, panel) in plot.panels.enumerated() {
      text += commands(for: panel, index: index, layout)
      // What belongs to the whole figure is drawn with the first panel alone.
      if index == 0 { text += "  unset label\n  unset arrow\n" }
    }
    return text + "  unset multiplot\n  unset output\n}\n"
  }

  // MARK: Words

  private static func labels(_ layout: PlotLayout) -> String {
    func x(_ value: Double) -> String { "screen " + Typography.plain(value / layout.width) }
    func y(_ value: Double) -> String { "screen " + Typography.plain(1 - value / layout.height) }
    var text = ""
    for words in layout.words {
      let color = words.isQuiet ? Palette.quietText : Palette.text
      text +=
        "  set label \(words.isBold ? bold(words.text) : "\(quoted(words.text)) noenhanced") at \(x(words.x)), \(y(words.y)) \(words.alignment.rawValue) "
      if words.isTurned { text += "rotate by 90 " }
      text += "font sprintf(letters, \(Typography.plain(words.size))*points) textcolor rgb \"\(color)\"\n"
    }
    for key in layout.keys {
      let (ink, end) = (key.series.ink, key.x + PlotLayout.sample)
      if key.series.hasLine {
        text += "  set arrow from \(x(key.x)), \(y(key.y)) to \(x(end)), \(y(key.y)) nohead "
        text += "linecolor rgb \"\(ink.color)\" linewidth 2 dashtype \(ink.dash)\n"
      }
      if key.series.hasPoints {
        text += "  set label \"\" at \(x((key.x + end) / 2)), \(y(key.y)) point pointtype \(ink.point) "
        text += "pointsize 1 linecolor rgb \"\(ink.color)\"\n"
      }
    }
    return text
  }

  /// Bold letters are markup, in which some signs mean something; an ampersand has no escape that an SVG bears.
  private static func bold(_ text: String) -> String {
    if text.contains("&") { return "\(quoted(text)) noenhanced" }
    let escaped = text.reduce(into: "") { $0 += "\\{}^_@~".contains($1) ? "\\\($1)" : String($1) }
    return quoted("{/:Bold \(escaped)}")
  }

  // MARK: Panels

  private static func commands(for panel: Plot.Panel, index: Int, _ layout: PlotLayout) -> String {
    let frame = layout.frames[index]
    func share(_ value: Double, of whole: Double) -> String { Typography.plain(value / whole) }
    var text = "  set lmargin at screen \(share(frame.left, of: layout.width))\n"
    text += "  set rmargin at screen \(share(frame.right, of: layout.width))\n"
    text += "  set tmargin at screen \(share(layout.height - frame.top, of: layout.height))\n"
    text += "  set bmargin at screen \(share(layout.height - frame.bottom, of: layout.height))\n"
    // The names of columns are broken into lines, and so written like all other words.
    text += axis("x", panel.xAxis, named: panel.columns.map { _ in "" })
    text += axis("y", panel.yAxis, named: panel.rows)
    text += "  unset object\n"
    if let band = panel.band {
      text += "  set object rectangle from first \(plain(band.lowerBound)), graph 0 to first "
      text += "\(plain(band.upperBound)), graph 1 behind fillcolor rgb \"\(Palette.margin)\" "
      text += "fillstyle solid 1 noborder\n"
    }
    // An arrow that names no other coordinates is one of the panel's own.
    for guide in [panel.verticalGuide].compactMap(\.self) {
      text += "  set arrow from first \(plain(guide)), graph 0 to first \(plain(guide)), graph 1 nohead back "
      text += "linecolor rgb \"\(Palette.frame)\" linewidth 1\n"
    }
    for guide in [panel.horizontalGuide].compactMap(\.self) {
      text += "  set arrow from graph 0, first \(plain(guide)) to graph 1, first \(plain(guide)) nohead back "
      text += "linecolor rgb \"\(Palette.frame)\" linewidth 1\n"
    }
    let drawn = panel.series.enumerated().flatMap { drawing($0.element, data: dataName(index, $0.offset)) }
    text += "  plot " + drawn.joined(separator: ", \\\n    ") + "\n"
    return text + (index > 0 ? "  unset arrow\n" : "")
  }

  private static func axis(_ name: String, _ axis: PlotAxis?, named names: [String]) -> String {
    var (range, marks) = ("", "")
    if let axis {
      range = "\(plain(axis.range.lowerBound)):\(plain(axis.range.upperBound))"
      marks = axis.marks.map { "\(tic($0.name)) \(plain($0.place))" }.joined(separator: ", ")
    } else {
      let last = Double(names.count) - 0.5
      range = name == "x" ? "-0.5:\(last)" : "\(last):-0.5"
      marks = names.enumerated().map { "\(tic($0.element)) \($0.offset)" }.joined(separator: ", ")
    }
    // Between names there is nothing to read off.
    let grid = axis == nil ? "set grid no\(name)tics" : "set grid \(name)tics"
    return "  set \(name)range [\(range)]\n  set \(name)tics nomirror noenhanced (\(marks))\n  \(grid)\n"
  }

  /// Labels of tics are formats.
  private static func tic(_ name: String) -> String { quoted(name.replacing("%", with: "%%")) }

  private static func plain(_ value: Double) -> String { String(format: "%.10g", value) }

  private static func drawing(_ series: Plot.Series, data: String) -> [String] {
    if series.points.isEmpty { return [] }
    let color = "linecolor rgb \"\(series.ink.color)\""
    let point = "pointtype \(series.ink.point) pointsize 1"
    let hasRange = series.points.contains { $0.low < $0.high }
    func using(_ columns: String, _ style: String) -> String {
      "\(data) using \(columns) with \(style) notitle"
    }
    switch series.style {
    case .lineWithBand:
      // One value makes no line.
      let single = series.points.count == 1 ? [using("1:2", "points \(color) \(point)")] : []
      let line = using("1:2", "lines \(color) linewidth 2 dashtype \(series.ink.dash)")
      return (hasRange ? [using("1:3:4", "filledcurves \(color)")] : []) + [line] + single
    case .joinedPoints:
      let line = using("1:2", "linespoints \(color) \(point) linewidth 2 dashtype \(series.ink.dash)")
      return (hasRange ? [using("1:2:3:4", "yerrorbars \(color) pointtype 0 linewidth 1.5")] : []) + [line]
    case .thinLine: return [using("1:2", "lines \(color) linewidth 1.5")]
    case .points: return [using("1:2", "points \(color) \(point)")]
    case .hollowPoints: return [using("1:2", "points \(color) pointtype 12 pointsize 1.4 linewidth 1.5")]
    case .bars: return [using("1:2:3:4", "yerrorbars \(color) pointtype 13 pointsize 1.4 linewidth 2")]
    case .barsAcross:
      let diamond = "pointtype 13 pointsize 1.4"
      return [
        hasRange
          ? using("1:2:3:4", "xerrorbars \(color) \(diamond) linewidth 2")
          : using("1:2", "points \(color) \(diamond)")
      ]
    }
  }

  private static func block(_ series: Plot.Series, name: String) -> String {
    let lines = series.points.map { "\($0.x) \($0.y) \($0.low) \($0.high)\n" }
    return "\(name) << END\n\(lines.joined())END\n"
  }

  private static func dataName(_ panel: Int, _ series: Int) -> String { "$panel\(panel)_series\(series)" }

  private static func quoted(_ text: String) -> String {
    "\""
      + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

extension Plot.Series {
  /// Whether a legend shows a line of it, and points.
  fileprivate var hasLine: Bool { [.lineWithBand, .joinedPoints, .thinLine].contains(style) }
  fileprivate var hasPoints: Bool { ![.lineWithBand, .thinLine].contains(style) }
}
