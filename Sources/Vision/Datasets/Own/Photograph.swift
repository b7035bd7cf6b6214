import CKernels
import Foundation

/// One picture of a folder of one's own: whatever its size and colours, read to a square of bytes.
///
/// The largest square in its middle is resized with a filter as wide as it shrinks, and then turned upright as Exif says.
/// Gray is repeated, palettes are looked up, of 16-bit numbers the upper byte is kept, transparency is ignored.
enum Photograph {
  /// The endings of files that are read.
  static let endings = [".png", ".jpg", ".jpeg"]
  /// The endings of files that would be pictures to other programs.
  static let foreignEndings = [".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"]

  /// The picture at `url` as three planes of `side` × `side` bytes.
  ///
  /// Throws `DataError`: inaccessible, neither PNG nor JPEG, damaged, of four colours, or with sides beyond
  /// `PictureData.longestSide`.
  static func planes(of url: URL, side: Int) throws(DataError) -> [UInt8] {
    do throws(DataError) {
      let data = try PictureData(url).bytes
      let (planes, height, width) = try decoded(url, data)
      let square = resized(planes, height: height, width: width, side: side)
      return Orientation(of: data).turned(square, side: side)
    } catch {
      throw error.ofPhotograph
    }
  }

  private static func decoded(
    _ url: URL, _ data: Data
  ) throws(DataError) -> (planes: [UInt8], height: Int, width: Int) {
    // By what it holds: cameras and browsers name files otherwise than they write them.
    if data.starts(with: [0xFF, 0xD8]) {
      let file = try JPEGFile(url)
      return (try file.planes(), file.height, file.width)
    }
    if data.starts(with: PNGOutline.signature) {
      let file = try PNGFile(url)
      return (try file.planes(), file.height, file.width)
    }
    throw .malformed(path: url.path, detail: "found neither PNG nor JPEG in it, expected one of them")
  }

  /// The middle square of three planes, resized to `side` × `side`.
  static func resized(_ planes: [UInt8], height: Int, width: Int, side: Int) -> [UInt8] {
    if height == side && width == side { return planes }
    let box = min(height, width)
    let count = 3 * side * side
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: rk_augment_scratch_bytes(3, height, width, side, side), alignment: 64)
    defer { scratch.deallocate() }
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { target in
      rk_resized_crop(
        planes, 3, height, width, false, Float(height - box) / 2, Float(width - box) / 2, Float(box),
        Float(box), false, true, false, target.baseAddress, side, side, scratch)
      return target.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
    }
  }
}

extension ImageSet {
  /// The same images at `side` × `side` pixels, each cut to its middle square.
  func resized(to side: Int) -> ImageSet {
    if height == side && width == side { return self }
    let bytes = (0..<count).flatMap { image in
      Photograph.resized(
        Array(self.bytes[image * imageSize..<(image + 1) * imageSize]), height: height, width: width,
        side: side)
    }
    return ImageSet(height: side, width: side, bytes: bytes, labels: labels, classNames: classNames)
  }
}

extension DataError {
  /// The same error with a next step for whoever brought the picture.
  fileprivate var ofPhotograph: DataError {
    let most = PictureData.longestSide
    let advice = "Save it as RGB or gray PNG or JPEG of at most \(most) pixels a side, or remove it"
    switch self {
    case .malformed(let path, let detail):
      let found = detail.hasPrefix("found ") ? String(detail.dropFirst("found ".count)) : detail
      return .foreign(path: path, detail: found, advice: advice)
    case .wrongSize(let path, let found, let expected):
      return .foreign(
        path: path,
        detail: "\(found) bytes, expected \(expected): it is cut off, or something follows its end",
        advice: advice)
    default: return self
    }
  }
}
