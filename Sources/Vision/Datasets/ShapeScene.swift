import Tensors

/// What one procedural image shows: an outline filled with a texture, on a plain ground, under some light.
///
/// What augmentations take away varies widely (place, size, light, contrast, tint), what they leave varies little: that is
/// what makes the class worth learning to an encoder that has no labels.
struct ShapeScene {
  private let outline: ShapeOutline
  private let texture: ShapeTexture
  private let center: SIMD2<Float>
  private let radius: Float
  private let direction: SIMD2<Float>
  private let inks: (SIMD3<Float>, SIMD3<Float>)
  private let ground: SIMD3<Float>
  private let groundSlope, lightSlope: SIMD2<Float>
  private let bars: [Bar]
  private let light: SIMD3<Float>
  private let noise: Float

  /// Draws everything about the image but its pixels' noise.
  init(label: Int, using random: inout Random) {
    let middle = Float(Shapes.side) / 2
    outline = ShapeOutline.allCases[label / ShapeTexture.Pattern.allCases.count]
    texture = ShapeTexture(
      ShapeTexture.Pattern.allCases[label % ShapeTexture.Pattern.allCases.count], using: &random)
    center = [random.uniform(in: middle - 5...middle + 5), random.uniform(in: middle - 5...middle + 5)]
    radius = random.uniform(in: 8...13)
    direction = ShapeScene.direction(halfTangent: random.uniform(in: -0.2...0.2))
    let contrast = random.uniform(in: 0.15...0.45) * (random.happens(withProbability: 0.5) ? 1 : -1)
    let gray = random.uniform(in: 0.3...0.7)
    inks = (
      ShapeScene.color(gray + contrast, using: &random), ShapeScene.color(gray - contrast, using: &random)
    )
    ground = ShapeScene.color(random.uniform(in: 0.1...0.9), using: &random)
    groundSlope = [random.uniform(in: -0.15...0.15), random.uniform(in: -0.15...0.15)]
    bars = (0..<random.integer(below: 3)).map { _ in Bar(using: &random) }
    light = random.uniform(in: 0.6...1.2) * (1 + ShapeScene.spread(0.15, using: &random))
    lightSlope = [random.uniform(in: -0.25...0.25), random.uniform(in: -0.25...0.25)]
    noise = random.uniform(in: 0.01...0.05)
  }

  /// Writes three planes of bytes.
  func draw(into pixels: UnsafeMutablePointer<UInt8>, using random: inout Random) {
    let side = Shapes.side
    for row in 0..<side {
      for column in 0..<side {
        let color = color(at: SIMD2(Float(column) + 0.5, Float(row) + 0.5))
        let bits = random.next()
        for channel in 0..<3 {
          let grain = Float(bits >> (16 * UInt64(channel)) & 0xFFFF) * 0x1p-15 - 1
          let level = min(max(color[channel] + grain * noise, 0), 1) * 255
          pixels[(channel * side + row) * side + column] = UInt8(level + 0.5)
        }
      }
    }
  }

  /// The colour at `place`, before noise.
  private func color(at place: SIMD2<Float>) -> SIMD3<Float> {
    let middle = Float(Shapes.side) / 2
    let along = (place - middle) / middle
    var color = ground + (groundSlope * along).sum()
    for bar in bars { color += (bar.color - color) * bar.coverage(at: place) }
    let turned = ShapeScene.turned(place - center, direction)
    let coverage = min(max(0.5 - outline.distance(of: turned, radius: radius), 0), 1)
    if coverage > 0 {
      let ink = inks.1 + (inks.0 - inks.1) * texture.level(at: turned)
      color += (ink - color) * coverage
    }
    return color * (light + (lightSlope * along).sum())
  }

  /// The direction at twice the angle whose tangent is `halfTangent`, without trigonometry.
  fileprivate static func direction(halfTangent t: Float) -> SIMD2<Float> {
    SIMD2(1 - t * t, 2 * t) / (1 + t * t)
  }

  /// `offset` seen by one who looks in `direction`.
  fileprivate static func turned(_ offset: SIMD2<Float>, _ direction: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2((offset * direction).sum(), offset.y * direction.x - offset.x * direction.y)
  }

  /// `gray` with a slight tint.
  fileprivate static func color(_ gray: Float, using random: inout Random) -> SIMD3<Float> {
    gray + spread(0.06, using: &random)
  }

  private static func spread(_ width: Float, using random: inout Random) -> SIMD3<Float> {
    let range = -width...width
    return [random.uniform(in: range), random.uniform(in: range), random.uniform(in: range)]
  }

  /// Clutter: a plain bar that belongs to no class.
  private struct Bar {
    let color: SIMD3<Float>
    private let center, direction, size: SIMD2<Float>

    init(using random: inout Random) {
      color = ShapeScene.color(random.uniform(in: 0.1...0.9), using: &random)
      let side = Float(Shapes.side)
      center = [random.uniform(in: 0...side), random.uniform(in: 0...side)]
      direction = ShapeScene.direction(halfTangent: random.uniform(in: -1...1))
      size = [random.uniform(in: 2...8), random.uniform(in: 0.8...2)]
    }

    func coverage(at place: SIMD2<Float>) -> Float {
      let turned = ShapeScene.turned(place - center, direction)
      let distance = max(abs(turned.x) - size.x, abs(turned.y) - size.y)
      return min(max(0.5 - distance, 0), 1)
    }
  }
}

/// The outline of a shape.
enum ShapeOutline: String, CaseIterable {
  case disc, cross

  /// The signed distance, in pixels, of a place from the outline around the origin.
  func distance(of place: SIMD2<Float>, radius: Float) -> Float {
    let (x, y) = (abs(place.x), abs(place.y))
    switch self {
    case .disc: return (x * x + y * y).squareRoot() - 0.9 * radius
    case .cross:
      return min(max(x - radius, y - 0.36 * radius), max(x - 0.36 * radius, y - radius))
    }
  }
}

/// How a shape is filled with two inks.
struct ShapeTexture {
  /// The patterns.
  enum Pattern: String, CaseIterable {
    case striped, checked, dotted, ringed, plain
  }

  private let pattern: Pattern
  private let period: Float
  private let phase: SIMD2<Float>

  /// Draws its scale and where it begins.
  init(_ pattern: Pattern, using random: inout Random) {
    self.pattern = pattern
    period = random.uniform(in: 4...6)
    phase = [random.uniform(in: 0...1), random.uniform(in: 0...1)]
  }

  /// How much of the first ink is at a place of the shape, seen from its centre.
  func level(at place: SIMD2<Float>) -> Float {
    let p = place / period + phase
    switch pattern {
    case .striped: return 0.5 + 0.5 * ShapeTexture.wave(p.x)
    case .checked: return 0.5 + 0.5 * ShapeTexture.wave(p.x) * ShapeTexture.wave(p.y)
    case .dotted:
      let inCell = p - p.rounded(.down) - 0.5
      return min(max(0.5 + (0.32 - (inCell * inCell).sum().squareRoot()) * period, 0), 1)
    case .ringed:
      return 0.5 + 0.5 * ShapeTexture.wave((place * place).sum().squareRoot() / period + phase.x)
    case .plain: return 1
    }
  }

  /// A wave of period 1 with steep flanks, between -1 and 1.
  private static func wave(_ x: Float) -> Float {
    let triangle = 4 * abs(x - x.rounded(.down) - 0.5) - 1
    return min(max(3 * triangle, -1), 1)
  }
}
