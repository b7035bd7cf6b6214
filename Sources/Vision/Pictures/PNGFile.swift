import CPNGReader
import Foundation

/// A PNG file whose outline has been checked, to be decoded.
struct PNGFile {
  /// Kinds of colour by their number in the format.
  enum ColorType: Int {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgba = 6

    /// For readers.
    var title: String {
      switch self {
      case .gray: "gray"
      case .rgb: "RGB"
      case .palette: "palette"
      case .grayAlpha: "gray with alpha"
      case .rgba: "RGBA"
      }
    }
  }

  /// Pixels per column and row.
  let height, width: Int
  private let bitDepth: Int
  private let colorType: ColorType
  private let data: PictureData

  /// Reads the file at `url` and its header.
  ///
  /// Throws `DataError`: inaccessible, truncated or oversized by its own count, no PNG, damaged, or with sides beyond
  /// `PictureData.longestSide`, before anything of their size is allocated.
  init(_ url: URL) throws(DataError) { try self.init(PictureData(url)) }

  /// Reads the header of a file's bytes; throws as the other.
  init(_ data: PictureData) throws(DataError) {
    self.data = data
    try PNGOutline.check(data.bytes, path: data.path)
    var header = rp_png_header()
    try data.decode("PNG", by: "libpng") { bytes, message, room in
      rp_png_read_header(bytes.baseAddress, bytes.count, &header, message, room)
    }
    (height, width, bitDepth) = (Int(header.height), Int(header.width), Int(header.bit_depth))
    guard let type = ColorType(rawValue: Int(header.color_type)) else {
      throw .malformed(
        path: data.path, detail: "found colour type \(header.color_type), expected 0, 2, 3, 4 or 6")
    }
    colorType = type
    try data.check(height: height, width: width)
  }

  /// `8-bit palette`.
  var format: String { "\(bitDepth)-bit \(colorType.title)" }

  /// Red, green and blue as three planes, row by row: gray is repeated, palettes are looked up, the upper byte of 16-bit
  /// numbers is kept, and alpha and gamma are ignored. Throws `DataError.malformed` for damage.
  func planes() throws(DataError) -> [UInt8] {
    PictureData.planes(try decoded(channels: 3, rp_png_read_colors))
  }

  /// The number that the file stores for each pixel, row by row: a gray level or a place in the palette, never looked up.
  ///
  /// Throws `DataError.malformed` for damage, and for a format that stores no single byte per pixel.
  func indices() throws(DataError) -> [UInt8] {
    guard bitDepth <= 8, colorType == .gray || colorType == .palette else {
      throw .malformed(
        path: data.path,
        detail: "found \(format), expected gray or palette of at most 8 bits, one class per pixel"
      )
    }
    return try decoded(channels: 1, rp_png_read_indices)
  }

  private typealias Decoder = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<CChar>?, Int
  ) -> Bool

  private func decoded(channels: Int, _ decoder: Decoder) throws(DataError) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: height * width * channels)
    try data.decode("PNG", by: "libpng") { bytes, message, room in
      decoder(bytes.baseAddress, bytes.count, &pixels, message, room)
    }
    return pixels
  }
}

/// The chunks of a PNG file, walked to find where it should end.
enum PNGOutline {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Length, name and checksum of a chunk.
  private static let frame = 12

  /// Throws `DataError.wrongSize` for a file that ends before its last chunk or goes on behind it, `malformed` for one that
  /// is no chain of chunks.
  static func check(_ data: Data, path: String) throws(DataError) {
    let bytes = [UInt8](data)
    guard bytes.starts(with: signature) else {
      throw .malformed(
        path: path,
        detail: "found a beginning of \(hexadecimal(bytes.prefix(8))), expected \(hexadecimal(signature))")
    }
    var at = signature.count
    while true {
      guard at + frame <= bytes.count else {
        throw .wrongSize(path: path, found: bytes.count, expected: at + frame)
      }
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
      guard name.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "z") ~= $0 }), length < 1 << 31 else {
        throw .malformed(path: path, detail: "found no chunk at byte \(at), expected one")
      }
      at += frame + length
      guard at <= bytes.count else { throw .wrongSize(path: path, found: bytes.count, expected: at) }
      if name == "IEND" { break }
    }
    guard at == bytes.count else { throw .wrongSize(path: path, found: bytes.count, expected: at) }
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let text = bytes.map { String(format: "%02X", $0) }.joined(separator: " ")
    return text.isEmpty ? "nothing" : text
  }
}
