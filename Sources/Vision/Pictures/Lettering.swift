import Foundation

/// Words in a picture, drawn with a round pen, the same everywhere: no font has to be there, and none is copied.
struct Lettering {
  /// Pixels per unit of the grid: a capital is nine high.
  let scale: Float
  /// The colour.
  var color: SIMD3<Float> = [26, 26, 26]

  /// Words as usual, and those of a heading.
  static let usual = Lettering(scale: 1), heading = Lettering(scale: 1.25)

  /// The pixels from one line of words to the next.
  var line: Int { Int((17 * scale).rounded(.up)) }

  /// Units between letters, of a space, and half of what the pen is wide.
  private static let gap: Float = 2.6, space: Float = 5, pen: Float = 0.62

  /// The width of `text` in pixels.
  func width(of text: String) -> Int {
    let units = text.reduce(Float(0)) { $0 + advance(of: $1) }
    return Int((max(0, units - Lettering.gap) * scale).rounded(.up)) + 2
  }

  private func advance(of sign: Character) -> Float {
    sign == " " ? Lettering.space : Float(Lettering.glyph(of: sign).width) + Lettering.gap
  }

  /// `text` in lines of at most `width` pixels, broken between words, or within one that is wider alone.
  func lines(_ text: String, within width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ").map(String.init) {
      if let last = lines.last, self.width(of: "\(last) \(word)") <= width {
        lines[lines.count - 1] = "\(last) \(word)"
        continue
      }
      var rest = word
      while self.width(of: rest) > width, rest.count > 1 {
        var part = String(rest.dropLast())
        while part.count > 1, self.width(of: part) > width { part.removeLast() }
        lines.append(part)
        rest = String(rest.dropFirst(part.count))
      }
      lines.append(rest)
    }
    return lines
  }

  /// Draws `text` into `canvas`, its capitals' upper left corner at (`x`, `y`); what lies beyond is cut off.
  func draw(_ text: String, at x: Int, _ y: Int, on canvas: inout PictureCanvas) {
    var left = Float(x)
    for sign in text {
      if sign != " " {
        for stroke in Lettering.glyph(of: sign).strokes {
          draw(stroke.map { SIMD2(left, Float(y)) + $0 * scale }, on: &canvas)
        }
      }
      left += advance(of: sign) * scale
    }
  }

  /// A chain of lines with round ends, its edges shaded by how much of a pixel they cover.
  private func draw(_ points: [SIMD2<Float>], on canvas: inout PictureCanvas) {
    let radius = Lettering.pen * max(1, scale.squareRoot())
    var covered: [Int: Float] = [:]
    for (start, end) in zip(points, points.count > 1 ? Array(points.dropFirst()) : points) {
      let along: SIMD2<Float> = end - start
      let length: Float = (along * along).sum()
      let (left, right) = (Int(min(start.x, end.x)) - 2, Int(max(start.x, end.x)) + 2)
      let (top, bottom) = (Int(min(start.y, end.y)) - 2, Int(max(start.y, end.y)) + 2)
      for y in top...bottom where y >= 0 && y < canvas.height {
        for x in left...right where x >= 0 && x < canvas.width {
          let away: SIMD2<Float> = SIMD2(Float(x), Float(y)) - start
          let share: Float = length == 0 ? 0 : max(0, min(1, (away * along).sum() / length))
          let rest: SIMD2<Float> = away - along * share
          let cover: Float = max(0, min(1, radius + 0.5 - (rest * rest).sum().squareRoot()))
          let place = y * canvas.width + x
          if cover > 0 { covered[place] = max(cover, covered[place] ?? 0) }
        }
      }
    }
    for (place, cover) in covered { canvas.blend(color, at: place, share: cover) }
  }

  // MARK: Letters

  /// The letter of `sign`: without its accent where that is not among them, and an empty box for what is unknown.
  static func glyph(of sign: Character) -> Glyph { glyphs[sign] ?? glyphs[plain(sign)] ?? box }

  private static func plain(_ sign: Character) -> Character {
    String(sign).folding(options: .diacriticInsensitive, locale: nil).first ?? sign
  }

  private static let box = Glyph("5 0050590900")
  private static let glyphs = signs.mapValues(Glyph.init)
}

extension Lettering.Glyph {
  /// Reads a letter as `Lettering.signs` writes it.
  init(_ text: String) {
    let parts = text.split(separator: " ")
    width = Int(parts[0]) ?? 0
    strokes = parts.dropFirst().map { part in
      let isRound = part.hasPrefix("~")
      let digits = part.compactMap(\.hexDigitValue)
      let points = stride(from: 0, to: digits.count - 1, by: 2).map {
        SIMD2(Float(digits[$0]), Float(digits[$0 + 1]))
      }
      return isRound ? Self.rounded(Self.rounded(points)) : points
    }
  }

  /// Corners cut off (Chaikin 1974); the ends of an open chain stay.
  private static func rounded(_ points: [SIMD2<Float>]) -> [SIMD2<Float>] {
    guard points.count > 2 else { return points }
    var cut: [SIMD2<Float>] = []
    for (start, end) in zip(points, points.dropFirst()) {
      let step: SIMD2<Float> = (end - start) * Float(0.25)
      cut.append(start + step)
      cut.append(end - step)
    }
    if points.first == points.last { return cut + [cut[0]] }
    return [points[0]] + cut.dropFirst().dropLast() + [points[points.count - 1]]
  }
}
