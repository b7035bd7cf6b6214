import Tensors

/// What one procedural image shows.
struct ShapeScene {
  private typealias Color = SIMD3<Float>

  private let label: Int
  private let center: SIMD2<Float>
  private let radius: Float
  private let direction, textureDirection: SIMD2<Float>
  private let texturePeriod: Float
  private let texturePhase: SIMD2<Float>
  private let inks: (Color, Color)
  private let background: Background
  private let clutter: [Blob]
  private let lightSlope: SIMD2<Float>
  private let light, noise: Float

  /// Draws everything about the image but its pixels' noise.
  init(label: Int, using random: inout Random) {
    self.label = label
    let side = Float(Shapes.side)
    radius = random.uniform(in: 7...11.5)
    center = [random.uniform(in: 10...side - 10), random.uniform(in: 10...side - 10)]
    direction = ShapeScene.direction(using: &random)
    textureDirection = ShapeScene.direction(using: &random)
    texturePeriod = random.uniform(in: 4...6)
    texturePhase = [random.uniform(in: 0...1), random.uniform(in: 0...1)]
    let dark = ShapeScene.color(in: 0...0.4, using: &random)
    let bright = ShapeScene.color(in: 0.55...1, using: &random)
    inks = random.happens(withProbability: 0.5) ? (dark, bright) : (bright, dark)
    background = Background(using: &random)
    clutter = (0..<2 + random.integer(below: 4)).map { _ in Blob(using: &random) }
    lightSlope = ShapeScene.direction(using: &random) * random.uniform(in: 0...0.35)
    light = random.uniform(in: 0.7...1.15)
    noise = random.uniform(in: 0.01...0.05)
  }

  /// Writes three planes of bytes.
  func draw(into pixels: UnsafeMutablePointer<UInt8>, using random: inout Random) {
    let side = Shapes.side
    for row in 0..<side {
      for column in 0..<side {
        let place = SIMD2(Float(column) + 0.5, Float(row) + 0.5)
        var color = background.color(at: place)
        for blob in clutter { color = ShapeScene.blend(color, blob.color, blob.coverage(at: place)) }
        color = ShapeScene.blend(color, ink(at: place), coverage(at: place))
        let along = (place - Float(side) / 2) / (Float(side) / 2)
        color *= light + (lightSlope * along).sum()
        let bits = random.next()
        let grain = Color(
          Float(bits & 0xFFFF), Float(bits >> 16 & 0xFFFF), Float(bits >> 32 & 0xFFFF))
        color += (grain * 0x1p-15 - 1) * noise
        for channel in 0..<3 {
          let level = min(max(color[channel], 0), 1) * 255
          pixels[(channel * side + row) * side + column] = UInt8(level + 0.5)
        }
      }
    }
  }

  /// How much of the pixel at `place` the shape covers.
  private func coverage(at place: SIMD2<Float>) -> Float {
    let offset = (place - center) / radius
    let turned = SIMD2(
      (offset * direction).sum(), offset.y * direction.x - offset.x * direction.y)
    return min(max(0.5 - distance(turned) * radius, 0), 1)
  }

  /// The signed distance from the outline, in radii.
  private func distance(_ p: SIMD2<Float>) -> Float {
    let across = SIMD2(abs(p.x), abs(p.y))
    switch label % 5 {
    case 0: return (p * p).sum().squareRoot() - 0.9
    case 1: return max(across.x, across.y) - 0.8
    case 2: return max(-p.y, 0.8660254 * across.x + 0.5 * p.y) - 0.55
    case 3: return abs((p * p).sum().squareRoot() - 0.72) - 0.27
    default: return min(max(across.x - 1, across.y - 0.36), max(across.x - 0.36, across.y - 1))
    }
  }

  /// The colour of the texture at `place`: stripes, or the squares of a chess board.
  private func ink(at place: SIMD2<Float>) -> SIMD3<Float> {
    let p = place / texturePeriod
    let u = (p * textureDirection).sum() + texturePhase.x
    let v = p.y * textureDirection.x - p.x * textureDirection.y + texturePhase.y
    let wave = ShapeScene.wave(u) * (label < 5 ? 1 : ShapeScene.wave(v))
    return ShapeScene.blend(inks.0, inks.1, min(max(0.5 + wave, 0), 1))
  }

  /// A wave of period 1 with steep flanks, between -1 and 1.
  private static func wave(_ x: Float) -> Float {
    let triangle = 4 * abs(x - x.rounded(.down) - 0.5) - 1
    return min(max(3 * triangle, -1), 1)
  }

  private static func blend(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ part: Float) -> SIMD3<Float> {
    a + (b - a) * part
  }

  private static func color(in range: ClosedRange<Float>, using random: inout Random) -> SIMD3<Float> {
    [random.uniform(in: range), random.uniform(in: range), random.uniform(in: range)]
  }

  /// A direction drawn uniformly: a point of the disc, brought to its edge.
  private static func direction(using random: inout Random) -> SIMD2<Float> {
    while true {
      let point = SIMD2(random.uniform(in: -1...1), random.uniform(in: -1...1))
      let square = (point * point).sum()
      if square > 0.01, square <= 1 { return point / square.squareRoot() }
    }
  }
}

extension ShapeScene {
  /// Colours that pass into one another between a few random ones.
  private struct Background {
    private static let cells = 3
    private let colors: [SIMD3<Float>]

    init(using random: inout Random) {
      let base = ShapeScene.color(in: 0.15...0.85, using: &random)
      let spread = random.uniform(in: 0.05...0.45)
      let count = (Background.cells + 1) * (Background.cells + 1)
      colors = (0..<count).map { _ in base + ShapeScene.color(in: -spread...spread, using: &random) }
    }

    func color(at place: SIMD2<Float>) -> SIMD3<Float> {
      let cells = Background.cells
      let p = place * (Float(cells) / Float(Shapes.side))
      let (column, row) = (min(Int(p.x), cells - 1), min(Int(p.y), cells - 1))
      let start = row * (cells + 1) + column
      let along = p.x - Float(column)
      let upper = ShapeScene.blend(colors[start], colors[start + 1], along)
      let lower = ShapeScene.blend(colors[start + cells + 1], colors[start + cells + 2], along)
      return ShapeScene.blend(upper, lower, p.y - Float(row))
    }
  }

  /// A plain bar or blot that belongs to no class.
  private struct Blob {
    let color: SIMD3<Float>
    private let center, direction, size: SIMD2<Float>
    private let isRound: Bool

    init(using random: inout Random) {
      color = ShapeScene.color(in: 0...1, using: &random)
      let side = Float(Shapes.side)
      center = [random.uniform(in: 0...side), random.uniform(in: 0...side)]
      direction = ShapeScene.direction(using: &random)
      isRound = random.happens(withProbability: 0.5)
      let thickness = random.uniform(in: 0.8...2.5)
      size = [isRound ? thickness : random.uniform(in: 2...9), thickness]
    }

    func coverage(at place: SIMD2<Float>) -> Float {
      let offset = place - center
      let turned = SIMD2(
        abs((offset * direction).sum()), abs(offset.y * direction.x - offset.x * direction.y))
      let distance =
        isRound
        ? (turned * turned).sum().squareRoot() - size.x : max(turned.x - size.x, turned.y - size.y)
      return min(max(0.5 - distance, 0), 1)
    }
  }
}
