import CKernels

/// One image on its way to becoming a view: three planes of float32 in 0...1, and where in the image they were cut.
///
/// The planes live in memory that its `SampleMemory` reuses from view to view, and are drawn late: a crop reads the
/// image's bytes directly, so that no pixel outside it is ever converted.
public struct Sample {
  /// Pixels per column and row of what the sample holds now.
  public private(set) var height, width: Int
  /// Where in the image the sample was cut, and whether it is mirrored.
  public private(set) var geometry: CropGeometry

  private let memory: SampleMemory
  private let bytes: UnsafePointer<UInt8>
  private let imageHeight, imageWidth: Int
  private var isDrawn = false

  /// Creates the sample of the whole image at `bytes` (three planes of height × width), which must outlive it.
  init(bytes: UnsafePointer<UInt8>, height: Int, width: Int, memory: SampleMemory) {
    self.bytes = bytes
    (self.height, self.width) = (height, width)
    (imageHeight, imageWidth) = (height, width)
    self.memory = memory
    geometry = CropGeometry(top: 0, left: 0, height: Float(height), width: Float(width))
  }

  /// Pixels of one plane.
  public var pixels: Int { height * width }

  /// Calls `body` with the red, green and blue planes, one after another, to be changed in place.
  public mutating func withPlanes<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) rethrows -> R {
    draw()
    return try body(UnsafeMutableBufferPointer(start: memory.planes, count: 3 * pixels))
  }

  /// Mirrors left to right.
  public mutating func flip() {
    geometry.isFlipped.toggle()
    guard isDrawn else { return }
    for row in 0..<3 * height {
      let start = memory.planes + row * width
      for column in 0..<width / 2 {
        let other = width - 1 - column
        (start[column], start[other]) = (start[other], start[column])
      }
    }
  }

  /// Replaces the whole image by its box at (`top`, `left`), resized to `height` × `width`; with a wider filter where it
  /// shrinks, if `antialias`.
  ///
  /// Crops are cut from the image's bytes: they come before transforms of colour, and only one of them.
  public mutating func crop(
    top: Int, left: Int, boxHeight: Int, boxWidth: Int, toHeight height: Int, width: Int,
    interpolation: Interpolation = .bilinear, antialias: Bool = true
  ) {
    requireUntouched()
    precondition(
      top >= 0 && left >= 0 && boxHeight > 0 && boxWidth > 0 && top + boxHeight <= imageHeight
        && left + boxWidth <= imageWidth,
      "a box of \(boxHeight) × \(boxWidth) at (\(top), \(left)) leaves the \(imageHeight) × \(imageWidth) image"
    )
    memory.require(height: height, width: width)
    let imageLeft = geometry.isFlipped ? imageWidth - left - boxWidth : left
    rk_resized_crop(
      bytes, 3, imageHeight, imageWidth, false, Float(top), Float(imageLeft), Float(boxHeight),
      Float(boxWidth),
      interpolation == .bicubic, antialias, geometry.isFlipped, memory.planes, height, width, memory.scratch)
    finishCrop(
      top: top, left: imageLeft, boxHeight: boxHeight, boxWidth: boxWidth, toHeight: height, width: width)
  }

  /// Replaces the whole image by the window of `height` × `width` whose corner is (`top`, `left`); what lies outside the
  /// image is black.
  public mutating func cropPadded(top: Int, left: Int, toHeight height: Int, width: Int) {
    requireUntouched()
    memory.require(height: height, width: width)
    let imageLeft = geometry.isFlipped ? imageWidth - left - width : left
    rk_padded_crop(
      bytes, 3, imageHeight, imageWidth, false, top, imageLeft, geometry.isFlipped, memory.planes, height,
      width)
    finishCrop(top: top, left: imageLeft, boxHeight: height, boxWidth: width, toHeight: height, width: width)
  }

  /// Blurs with a Gaussian of odd `size`, the edges mirrored.
  mutating func blur(size: Int, sigma: Float) {
    precondition(
      size % 2 == 1 && size / 2 < min(height, width),
      "a blur of size \(size) needs an odd size and a radius below \(height) × \(width) pixels")
    draw()
    rk_gaussian_blur(memory.planes, 3, height, width, size, sigma, memory.scratch)
  }

  /// The finished planes; valid until the memory's next sample.
  mutating func finished() -> UnsafePointer<Float> {
    draw()
    return UnsafePointer(memory.planes)
  }

  private mutating func draw() {
    guard !isDrawn else { return }
    memory.require(height: height, width: width)
    rk_padded_crop(
      bytes, 3, imageHeight, imageWidth, false, 0, 0, geometry.isFlipped, memory.planes, height, width)
    isDrawn = true
  }

  private mutating func finishCrop(
    top: Int, left: Int, boxHeight: Int, boxWidth: Int, toHeight height: Int, width: Int
  ) {
    geometry = CropGeometry(
      top: Float(top), left: Float(left), height: Float(boxHeight), width: Float(boxWidth),
      isFlipped: geometry.isFlipped)
    (self.height, self.width) = (height, width)
    isDrawn = true
  }

  private func requireUntouched() {
    precondition(
      !isDrawn, "a crop after another crop or a change of colour: cut first, the bytes are gone afterwards")
  }
}

/// Memory that one worker draws its samples in, one at a time.
final class SampleMemory {
  let planes: UnsafeMutablePointer<Float>
  let scratch: UnsafeMutableRawPointer
  private let capacity: Int

  /// Creates memory for images of `height` × `width` pixels and views of at most `viewHeight` × `viewWidth`.
  init(height: Int, width: Int, viewHeight: Int, viewWidth: Int) {
    let (rows, columns) = (max(height, viewHeight), max(width, viewWidth))
    capacity = rows * columns
    planes = .allocate(capacity: 3 * capacity)
    scratch = .allocate(byteCount: rk_augment_scratch_bytes(3, rows, columns, rows, columns), alignment: 64)
  }

  deinit {
    planes.deallocate()
    scratch.deallocate()
  }

  /// Traps unless `height` × `width` pixels fit.
  func require(height: Int, width: Int) {
    precondition(
      height > 0 && width > 0 && height * width <= capacity,
      "a view of \(height) × \(width) pixels in memory for \(capacity): its transform's outputSize said otherwise"
    )
  }
}
