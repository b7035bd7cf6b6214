import Foundation

/// How wide words are in a figure, so that they can be given the room that they take.
///
/// The widths are DejaVu Sans', which the PNG is drawn with; those that browsers show in an SVG are a little narrower.
enum TextWidth {
  /// Hundredths of the font's size for the characters from the space to the tilde.
  private static let ascii: [Int] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,
    61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97,
    63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
  ]
  /// How much wider bold letters are at most.
  static let bold = 1.14

  /// The width of `text` in pixels at `size` pixels.
  static func pixels(_ text: String, size: Double, isBold: Bool = false) -> Double {
    let hundredths = text.unicodeScalars.reduce(0) { sum, scalar in
      let place = Int(scalar.value) - 32
      // Of what is not ASCII, only the widest signs are wider than an em dash's full size, and none is in a figure.
      return sum + (ascii.indices.contains(place) ? ascii[place] : scalar.value < 0x2000 ? 64 : 100)
    }
    return Double(hundredths) / 100 * size * (isBold ? bold : 1)
  }

  /// `text` in lines of at most `width` pixels, broken between words, or within a word that is wider alone.
  static func lines(_ text: String, within width: Double, size: Double, isBold: Bool = false) -> [String] {
    func fits(_ line: String) -> Bool { pixels(line, size: size, isBold: isBold) <= width }
    var lines: [String] = []
    for word in text.split(separator: " ").map(String.init) {
      if let last = lines.last, fits("\(last) \(word)") {
        lines[lines.count - 1] = "\(last) \(word)"
        continue
      }
      var rest = Substring(word)
      while !fits(String(rest)), rest.count > 1 {
        var part = rest.prefix(rest.count - 1)
        while part.count > 1, !fits(String(part)) { part = part.dropLast() }
        lines.append(String(part))
        rest = rest.dropFirst(part.count)
      }
      lines.append(String(rest))
    }
    return lines
  }
}
