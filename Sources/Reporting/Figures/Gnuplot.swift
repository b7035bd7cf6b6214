import Foundation
import Records
import Subprocess

/// Draws plots with gnuplot.
enum Gnuplot {
  /// Pixels of one panel.
  private static let panelWidth = 480, panelHeight = 330
  /// Pixels above the panels for the title, and for each line of the one legend.
  private static let heading = 46, legendLine = 18
  /// Okabe and Ito's palette, whose colours stay apart for colour-blind readers.
  private static let palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]

  // MARK: The script

  /// The commands and data that draw `plot` to `<name>.svg` and `<name>.png` in the current folder.
  static func script(for plot: Plot, name: String) -> String {
    let rows = rows(plot)
    let size = "\(plot.columns * panelWidth),\(Int(height(plot)))"
    var text = "# Drawn by `gnuplot \(name).gp`; written by `repro plot` from the rows beside it.\n"
    text += "set encoding utf8\n"
    for (panelIndex, panel) in plot.panels.enumerated() {
      for (index, series) in panel.series.enumerated() {
        text += block(series, name: dataName(panelIndex, index))
      }
    }
    text += """
      do for [image in "svg png"] {
        if (image eq "svg") {
          set terminal svg size \(size) dynamic font "Helvetica,Arial,sans-serif,13" background rgb "white"
        } else {
          set terminal pngcairo size \(size) font "DejaVu Sans,10" background rgb "white"
        }
        set output "\(name).".image
        set multiplot layout \(rows),\(plot.columns) title \(quoted(plot.title)) noenhanced margins screen \
      \(margins(plot)) spacing screen \(spacing(plot))
        set style fill transparent solid 0.18 noborder
        set border 3 linecolor rgb "#555555"
        set tics textcolor rgb "#333333"
        set ytics nomirror
        set grid ytics linecolor rgb "#dddddd" linetype 1
        set offsets graph 0, graph 0, graph 0.06, graph 0.06

      """
    // One legend stands above all panels: that of the first with the most to tell apart.
    let keyed = plot.panels.firstIndex { names($0).count == legendEntries(plot) }
    for (index, panel) in plot.panels.enumerated() {
      text += index == keyed ? legend(plot) : "  unset key\n"
      text += commands(for: panel, index: index)
    }
    return text + "  unset multiplot\n  unset output\n}\n"
  }

  private static func rows(_ plot: Plot) -> Int { (plot.panels.count + plot.columns - 1) / plot.columns }

  private static func names(_ panel: Plot.Panel) -> [String] {
    panel.series.map(\.name).filter { !$0.isEmpty }
  }

  private static func legendEntries(_ plot: Plot) -> Int { plot.panels.map { names($0).count }.max() ?? 0 }

  /// Pixels above the panels: a legend is as wide as a panel, which holds about three names.
  private static func top(_ plot: Plot) -> Double {
    Double(heading + legendLine * ((legendEntries(plot) + 1) / 2))
  }

  private static func height(_ plot: Plot) -> Double { Double(rows(plot) * panelHeight) + top(plot) }

  private static func legend(_ plot: Plot) -> String {
    "  set key at screen 0.5, screen \(Typography.plain(1 - 30 / height(plot))) center top horizontal "
      + "reverse Left noenhanced samplen 3\n"
  }

  private static func margins(_ plot: Plot) -> String {
    let width = Double(plot.columns * panelWidth)
    let values = [70 / width, 1 - 15 / width, 50 / height(plot), 1 - (top(plot) + 24) / height(plot)]
    return values.map { Typography.plain($0) }.joined(separator: ",")
  }

  private static func spacing(_ plot: Plot) -> String {
    let width = Double(plot.columns * panelWidth)
    return "\(Typography.plain(85 / width)),\(Typography.plain(85 / height(plot)))"
  }

  private static func commands(for panel: Plot.Panel, index: Int) -> String {
    var text = "  set title \(quoted(panel.title)) noenhanced\n"
    text += "  set xlabel \(quoted(panel.x)) noenhanced\n  set ylabel \(quoted(panel.y)) noenhanced\n"
    text += "  unset xtics\n"
    if panel.categories.isEmpty {
      text += "  set xtics nomirror autofreq\n  set xrange [*:*]\n"
    } else {
      // Labels of tics are formats.
      let tics = panel.categories.enumerated().map { place, name in
        "\(quoted(name.replacing("%", with: "%%"))) \(place)"
      }
      text += "  set xtics nomirror noenhanced (\(tics.joined(separator: ", ")))\n"
      text += "  set xrange [-0.5:\(Double(panel.categories.count) - 0.5)]\n"
    }
    let guides = panel.guides.map {
      "\(Typography.plain($0)) with lines linecolor rgb \"#888888\" dashtype 2 notitle"
    }
    let drawn = panel.series.enumerated().flatMap { drawing($0.element, data: dataName(index, $0.offset)) }
    return text + "  plot " + (guides + drawn).joined(separator: ", \\\n    ") + "\n"
  }

  private static func drawing(_ series: Plot.Series, data: String) -> [String] {
    let color = "linecolor rgb \"\(palette[series.color % palette.count])\""
    let title = series.name.isEmpty ? "notitle" : "title \(quoted(series.name))"
    let point = "pointtype \([7, 5, 9, 13, 11, 15, 3][series.color % 7]) pointsize 0.9"
    switch series.style {
    case .lineWithBand:
      // Dashes differ too, so that lines are told apart without their colours.
      let line = "\(data) using 1:2 with lines \(color) linewidth 2 dashtype \(series.color % 5 + 1) \(title)"
      let hasBand = series.points.contains { $0.low < $0.high }
      return (hasBand ? ["\(data) using 1:3:4 with filledcurves \(color) notitle"] : []) + [line]
    case .joinedPoints:
      return ["\(data) using 1:2 with linespoints \(color) \(point) linewidth 1.5 \(title)"]
    case .bars:
      return ["\(data) using 1:2:3:4 with yerrorbars \(color) \(point) linewidth 2 \(title)"]
    }
  }

  private static func block(_ series: Plot.Series, name: String) -> String {
    let lines = series.points.map { "\($0.x) \($0.y) \($0.low) \($0.high)\n" }
    return "\(name) << END\n\(lines.joined())END\n"
  }

  private static func dataName(_ panel: Int, _ series: Int) -> String { "$panel\(panel)_series\(series)" }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  // MARK: The program

  /// Runs the script `name` in `folder`; throws a `GnuplotError`.
  static func draw(_ name: String, in folder: URL) async throws {
    let script = folder.appending(component: "\(name).gp").path
    func failed(_ message: String) -> GnuplotError { .failed(script: script, message: message) }
    do {
      let result = try await run(
        .name("gnuplot"), arguments: ["--default-settings", "\(name).gp"],
        workingDirectory: .init(folder.path),
        output: .discarded, error: .string(limit: 1 << 20))
      if result.terminationStatus.isSuccess { return }
      throw failed(result.standardError.split(separator: "\n").last.map(String.init) ?? "no message")
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw GnuplotError.notFound
    } catch let error as SubprocessError {
      throw failed("\(error)")
    }
  }
}

/// A figure that could not be drawn; its script is kept.
public enum GnuplotError: Error, Equatable, CustomStringConvertible {
  /// The program is not installed.
  case notFound
  /// The program refused a script.
  case failed(script: String, message: String)

  /// What is missing or wrong, and what to do.
  public var description: String {
    switch self {
    case .notFound:
      "gnuplot is not installed, so no figure was drawn; the numbers are kept. Install it with Scripts/setup "
        + "(Debian: apt install gnuplot-nox) and run repro plot"
    case .failed(let script, let message):
      "gnuplot could not draw \(script): \(message). The numbers are kept; gnuplot 5.4 is known to work"
    }
  }
}
