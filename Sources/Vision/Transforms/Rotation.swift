import Tensors

/// Turns a square image counter-clockwise by a multiple of 45°.
///
/// Quarter turns only move pixels. An odd number of eighths is one eighth, resampled bilinearly about the image's centre
/// with its edge repeated, and then quarter turns; the corners that it turns into view are no part of the image, so turned
/// copies that a network is to tell apart should all have theirs masked.
public struct Rotation: ImageTransform {
  public var title: String { eighths == 0 ? "" : "turn" }
  /// How many times 45°: 0...7.
  public let eighths: Int
  /// Whether pixels outside the circle within the image become black.
  public let masksCorners: Bool

  /// Creates a rotation; traps unless `eighths` lies within 0...7.
  public init(eighths: Int, masksCorners: Bool = false) {
    precondition((0...7).contains(eighths), "a rotation by \(eighths) eighths of a turn")
    self.eighths = eighths
    self.masksCorners = masksCorners
  }

  /// Draws nothing, and turns `sample`; traps unless it is square.
  public func apply(to sample: inout Sample, using random: inout Random) {
    if eighths == 0 && !masksCorners { return }
    precondition(
      sample.height == sample.width, "a rotation of \(sample.height) × \(sample.width) pixels: cut a square")
    let side = sample.width
    sample.withPlanes { planes in
      for plane in 0..<3 {
        let pixels = planes.baseAddress! + plane * side * side
        if !eighths.isMultiple(of: 2) { Rotation.turnByEighth(pixels, side) }
        for _ in 0..<eighths / 2 { Rotation.turnByQuarter(pixels, side) }
        if masksCorners { Rotation.maskCorners(pixels, side) }
      }
    }
  }

  /// out[i, j] = x[j, side − 1 − i], four pixels at a time.
  private static func turnByQuarter(_ x: UnsafeMutablePointer<Float>, _ side: Int) {
    let last = side - 1
    for i in 0..<side / 2 {
      for j in 0..<(side + 1) / 2 {
        let places = (
          i * side + j, j * side + last - i, (last - i) * side + last - j, (last - j) * side + i
        )
        let first = x[places.0]
        x[places.0] = x[places.1]
        x[places.1] = x[places.2]
        x[places.2] = x[places.3]
        x[places.3] = first
      }
    }
  }

  /// out at (u, v), counted from the centre to the right and upwards, is x at ((u + v) / √2, (v − u) / √2).
  private static func turnByEighth(_ x: UnsafeMutablePointer<Float>, _ side: Int) {
    let (center, limit) = (Float(side - 1) / 2, Float(side - 1))
    let root = Float(0.5).squareRoot()
    withUnsafeTemporaryAllocation(of: Float.self, capacity: side * side) { original in
      _ = original.initialize(from: UnsafeBufferPointer(start: x, count: side * side))
      for i in 0..<side {
        for j in 0..<side {
          let (u, v) = (Float(j) - center, center - Float(i))
          let column = min(max(center + (u + v) * root, 0), limit)
          let row = min(max(center - (v - u) * root, 0), limit)
          let (left, top) = (Int(column), Int(row))
          let (right, bottom) = (min(left + 1, side - 1), min(top + 1, side - 1))
          let (across, down) = (column - Float(left), row - Float(top))
          let above = original[top * side + left] * (1 - across) + original[top * side + right] * across
          let below = original[bottom * side + left] * (1 - across) + original[bottom * side + right] * across
          x[i * side + j] = above * (1 - down) + below * down
        }
      }
    }
  }

  private static func maskCorners(_ x: UnsafeMutablePointer<Float>, _ side: Int) {
    // In halves of a pixel all numbers are whole, so that every quarter turn masks the same pixels.
    let last = side - 1
    for i in 0..<side {
      for j in 0..<side {
        let (u, v) = (2 * j - last, 2 * i - last)
        if u * u + v * v > side * side { x[i * side + j] = 0 }
      }
    }
  }
}
