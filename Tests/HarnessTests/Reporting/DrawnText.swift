import Foundation

@testable import Reporting

/// The words in an SVG that gnuplot drew, with the boxes that they take.
struct DrawnText: Equatable {
  let text: String
  let left, right, top, bottom: Double

  /// Everything written in `svg`, but for empty words.
  static func all(in svg: String) -> [DrawnText] {
    let pattern =
      /<g transform="translate\(([-0-9.]+),([-0-9.]+)\)([^"]*)"[^>]*font-size="([0-9.]+)"[^>]*text-anchor="(\w+)">\s*<text>(.*?)<\/text>/
    return svg.matches(of: pattern).compactMap { match in
      let isBold = match.6.contains("font-weight=\"bold\"")
      let text = plain(String(match.6))
      if text.isEmpty { return nil }
      let (x, y, size) = (Double(match.1)!, Double(match.2)!, Double(match.4)!)
      let wide = TextWidth.pixels(text, size: size, isBold: isBold)
      let before = match.5 == "start" ? 0 : match.5 == "end" ? wide : wide / 2
      // Letters reach three quarters of their size above their line and a quarter below.
      let (above, below) = (0.74 * size, 0.2 * size)
      if match.3.contains("rotate(-90)") || match.3.contains("rotate(270)") {
        return DrawnText(
          text: text, left: x - above, right: x + below, top: y + before - wide, bottom: y + before)
      }
      return DrawnText(
        text: text, left: x - before, right: x - before + wide, top: y - above, bottom: y + below)
    }
  }

  private static func plain(_ markup: String) -> String {
    var text = String(markup.replacing(/<[^>]*>/, with: ""))
    for (entity, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
      text = text.replacing(entity, with: sign)
    }
    return text.trimmingCharacters(in: .whitespaces)
  }

  /// The width and height that `svg` says it has.
  static func size(of svg: String) -> (width: Double, height: Double)? {
    svg.firstMatch(of: /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/).map { (Double($0.1)!, Double($0.2)!) }
  }

  /// What lies outside the picture, and what lies upon another, in words; none when all can be read.
  static func faults(in svg: String) -> [String] {
    guard let size = size(of: svg) else { return ["no size"] }
    let texts = all(in: svg)
    if texts.isEmpty { return ["no words"] }
    var faults = texts.filter {
      $0.left < 0 || $0.top < 0 || $0.right > size.width || $0.bottom > size.height
    }.map { "“\($0.text)” lies outside" }
    for (place, first) in texts.enumerated() {
      for second in texts[(place + 1)...] where first.overlaps(second) {
        faults.append("“\(first.text)” lies upon “\(second.text)”")
      }
    }
    return faults
  }

  private func overlaps(_ other: DrawnText) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }
}
