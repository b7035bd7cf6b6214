import CKernels
import Tensors

/// Changes brightness, contrast, saturation and hue by random factors in random order, with torchvision's formulas.
///
/// Each of the first three is multiplied by a number drawn from 1 ± its strength (never below 0); the hue is turned by a
/// part of a full turn within ± its strength.
public struct ColorJitter: ImageTransform {
  public var title: String { "colour jitter" }
  /// How far the factors go from 1.
  public let brightness, contrast, saturation: Float
  /// How far the hue turns, in full turns.
  public let hue: Float
  /// How often anything is changed at all.
  public let probability: Float

  /// Creates a jitter; traps on a negative strength or a hue beyond half a turn.
  public init(
    brightness: Float = 0, contrast: Float = 0, saturation: Float = 0, hue: Float = 0, probability: Float = 1
  ) {
    precondition(min(brightness, contrast, saturation) >= 0, "strengths of colour are not negative")
    precondition((0...0.5).contains(hue), "a hue turns by at most half a turn, not \(hue)")
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
    self.probability = probability
  }

  /// Draws from `random` and changes `sample`.
  public func apply(to sample: inout Sample, using random: inout Random) {
    guard random.happens(withProbability: probability) else { return }
    var order: SIMD4<UInt8> = [0, 1, 2, 3]
    for last in stride(from: 3, to: 0, by: -1) {
      let other = random.integer(below: last + 1)
      (order[last], order[other]) = (order[other], order[last])
    }
    let factors: SIMD4<Float> = [
      factor(brightness, using: &random), factor(contrast, using: &random),
      factor(saturation, using: &random),
      random.uniform(in: -hue...hue),
    ]
    sample.withPlanes { planes in
      let pixels = planes.count / 3
      for step in 0..<4 { adjust(order[step], factors, planes.baseAddress!, pixels) }
    }
  }

  private func factor(_ strength: Float, using random: inout Random) -> Float {
    random.uniform(in: max(0, 1 - strength)...1 + strength)
  }

  private func adjust(
    _ step: UInt8, _ factors: SIMD4<Float>, _ planes: UnsafeMutablePointer<Float>, _ pixels: Int
  ) {
    switch step {
    case 0 where brightness > 0: rk_adjust_brightness(planes, pixels, factors[0])
    case 1 where contrast > 0: rk_adjust_contrast(planes, pixels, factors[1])
    case 2 where saturation > 0: rk_adjust_saturation(planes, pixels, factors[2])
    case 3 where hue > 0: rk_adjust_hue(planes, pixels, factors[3])
    default: break
    }
  }
}
