import Foundation

/// What the readers of pictures share: the file's bytes, and the line of text in which a library in C finds fault with them.
struct PictureData {
  /// No picture of a data set has more pixels along a side, and none more bytes.
  static let longestSide = 8_192
  static let mostBytes = 1 << 28

  let path: String
  let bytes: Data

  /// Reads the file at `url`; throws `DataError.inaccessible`, and `malformed` for one of more than 256 MiB.
  init(_ url: URL) throws(DataError) {
    path = url.path
    if let size = FileStamp(of: url)?.size, size > PictureData.mostBytes {
      throw .malformed(path: path, detail: "found \(size) bytes, expected at most \(PictureData.mostBytes)")
    }
    do {
      bytes = try Data(contentsOf: url)
    } catch {
      throw .inaccessible(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Takes `bytes` for those of the file at `path`.
  init(_ bytes: Data, path: String) {
    self.path = path
    self.bytes = bytes
  }

  /// Calls a function of `library`, which gets room for a text and returns whether it found the bytes to be a sound
  /// `format`; throws `DataError.malformed` with that text otherwise.
  func decode(
    _ format: String, by library: String,
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeMutablePointer<CChar>?, Int) -> Bool
  ) throws(DataError) {
    var message = [CChar](repeating: 0, count: 200)
    let isSound = bytes.withUnsafeBytes { body($0.bindMemory(to: UInt8.self), &message, message.count) }
    guard isSound else {
      let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw .malformed(
        path: path, detail: "found what \(library) calls “\(text)”, expected a sound \(format)")
    }
  }

  /// Throws `DataError.malformed` for sides beyond `longestSide`.
  func check(height: Int, width: Int) throws(DataError) {
    guard max(height, width) <= PictureData.longestSide else {
      throw .malformed(
        path: path,
        detail: "found \(width) × \(height) pixels, expected at most \(PictureData.longestSide) a side")
    }
  }

  /// Red, green and blue as three planes of what lies pixel after pixel.
  static func planes(_ pixels: [UInt8]) -> [UInt8] {
    let count = pixels.count / 3
    return [UInt8](unsafeUninitializedCapacity: 3 * count) { planes, initialized in
      for pixel in 0..<count {
        planes[pixel] = pixels[3 * pixel]
        planes[count + pixel] = pixels[3 * pixel + 1]
        planes[2 * count + pixel] = pixels[3 * pixel + 2]
      }
      initialized = 3 * count
    }
  }
}
