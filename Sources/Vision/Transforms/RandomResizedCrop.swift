import Glibc
import Tensors

/// How an image is resized.
public enum Interpolation: Sendable, Hashable {
  /// Between the two nearest pixels of each axis.
  case bilinear
  /// By a cubic through the four nearest pixels of each axis (Keys 1981, a = −½), clamped to 0...1.
  case bicubic
}

/// Cuts a random box of random area and aspect ratio and resizes it to a square, as torchvision's transform of that name.
///
/// Ten boxes are tried; if none lies within the image, the largest centred box within the ratios is taken.
public struct RandomResizedCrop: ImageTransform {
  public var title: String { "resized crop" }
  /// Pixels per side of the result.
  public let side: Int
  /// Bounds of the box's area, as parts of the image's.
  public let area: ClosedRange<Float>
  /// Bounds of the box's width over its height.
  public let ratio: ClosedRange<Float>
  /// How pixels are found between those of the image.
  public let interpolation: Interpolation
  /// Whether shrinking averages over all pixels.
  public let antialias: Bool
  private let logRatio: ClosedRange<Float>

  /// Creates a crop; traps on an area or a ratio that is not positive.
  public init(
    to side: Int, area: ClosedRange<Float> = 0.08...1, ratio: ClosedRange<Float> = 3 / 4...4 / 3,
    interpolation: Interpolation = .bilinear, antialias: Bool = true
  ) {
    precondition(side > 0, "a crop to \(side) pixels")
    precondition(area.lowerBound > 0 && area.upperBound <= 1, "areas are parts of the image, not \(area)")
    precondition(ratio.lowerBound > 0, "aspect ratios are positive, not \(ratio)")
    self.side = side
    self.area = area
    self.ratio = ratio
    self.interpolation = interpolation
    self.antialias = antialias
    logRatio = logf(ratio.lowerBound)...logf(ratio.upperBound)
  }

  /// Always `side` × `side`.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) { (side, side) }

  /// Draws from `random` and changes `sample`.
  public func apply(to sample: inout Sample, using random: inout Random) {
    let box = box(height: sample.height, width: sample.width, using: &random)
    sample.crop(
      top: box.top, left: box.left, boxHeight: box.height, boxWidth: box.width, toHeight: side, width: side,
      interpolation: interpolation, antialias: antialias)
  }

  /// Draws the box to cut from an image of `height` × `width` pixels.
  func box(
    height: Int, width: Int, using random: inout Random
  ) -> (top: Int, left: Int, height: Int, width: Int) {
    for _ in 0..<10 {
      let area = Float(height * width) * random.uniform(in: self.area)
      let aspect = expf(random.uniform(in: logRatio))
      let boxWidth = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      let boxHeight = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      guard boxWidth > 0, boxHeight > 0, boxWidth <= width, boxHeight <= height else { continue }
      let top = random.integer(below: height - boxHeight + 1)
      let left = random.integer(below: width - boxWidth + 1)
      return (top, left, boxHeight, boxWidth)
    }
    return centredBox(height: height, width: width)
  }

  private func centredBox(height: Int, width: Int) -> (top: Int, left: Int, height: Int, width: Int) {
    let aspect = Float(width) / Float(height)
    var (boxHeight, boxWidth) = (height, width)
    if aspect < ratio.lowerBound {
      boxHeight = min(height, Int((Float(width) / ratio.lowerBound).rounded(.toNearestOrEven)))
    } else if aspect > ratio.upperBound {
      boxWidth = min(width, Int((Float(height) * ratio.upperBound).rounded(.toNearestOrEven)))
    }
    return ((height - boxHeight) / 2, (width - boxWidth) / 2, boxHeight, boxWidth)
  }
}
