import CPNG
import Foundation
import Tensors

/// A picture to be looked at: 8-bit red, green and blue of each pixel, row by row.
public struct Picture: Sendable, Equatable {
  /// What its file is called, without extension.
  public let name: String
  /// Pixels per column and row.
  public let height, width: Int
  /// Three bytes per pixel.
  public let bytes: [UInt8]

  /// White pixels between images.
  static let gap = 2

  /// Creates a picture of the given pixels.
  init(name: String, height: Int, width: Int, bytes: [UInt8]) {
    precondition(bytes.count == 3 * height * width, "\(bytes.count) bytes of \(height) × \(width) pixels")
    (self.name, self.height, self.width, self.bytes) = (name, height, width, bytes)
  }

  /// Lays images out in `rows`, each a tensor of N × H × W × 3 float32 numbers that are shown within 0...1; traps unless
  /// all images have one size. Shorter rows end in white.
  public init(_ name: String, rows: [Tensor]) {
    precondition(
      !rows.isEmpty && rows.allSatisfy { $0.shape.withRows(0) == rows[0].shape.withRows(0) },
      "the picture “\(name)” lays out images of one size, not of \(rows.map(\.shape))")
    let (side, across, gap) = (rows[0].shape.height, rows[0].shape.width, Picture.gap)
    let columns = rows.map(\.shape.batch).max()!
    let (height, width) = (rows.count * (side + gap) - gap, max(1, columns * (across + gap) - gap))
    var bytes = [UInt8](repeating: 255, count: 3 * height * width)
    for (row, images) in rows.enumerated() {
      images.withFloats { values in
        for (index, value) in values.enumerated() {
          let (channel, x, y) = (index % 3, index / 3 % across, index / (3 * across) % side)
          let image = index / (3 * across * side)
          let place = ((row * (side + gap) + y) * width + image * (across + gap) + x) * 3 + channel
          bytes[place] = UInt8(max(0, min(255, (value * 255).rounded())))
        }
      }
    }
    (self.name, self.height, self.width) = (name, height, width)
    self.bytes = bytes
  }

  /// The picture as a PNG file; the same bytes for the same picture and version of libpng. Throws a `PictureError`.
  public func png() throws -> Data {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    (image.width, image.height, image.format) = (UInt32(width), UInt32(height), UInt32(PNG_FORMAT_FLAG_COLOR))
    func write(_ memory: UnsafeMutableRawPointer?, _ size: inout png_alloc_size_t) throws {
      guard png_image_write_to_memory(&image, memory, &size, 0, bytes, 0, nil) != 0 else {
        let message = withUnsafeBytes(of: image.message) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        throw PictureError(name: name, reason: message)
      }
    }
    var size: png_alloc_size_t = 0
    try write(nil, &size)
    var data = Data(count: Int(size))
    try data.withUnsafeMutableBytes { try write($0.baseAddress, &size) }
    return data.prefix(Int(size))
  }
}

/// A picture that could not be written as PNG.
public struct PictureError: Error, Equatable, CustomStringConvertible {
  /// The picture.
  public let name: String
  /// What libpng said.
  public let reason: String

  /// What is wrong, in one line.
  public var description: String { "the picture “\(name)” could not be written as PNG: \(reason)" }
}
