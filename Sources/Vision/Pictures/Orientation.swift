import Foundation

/// How a camera was held: what has to be done to a picture's pixels so that it stands upright.
///
/// “Exchangeable image file format for digital still cameras: Exif Version 2.32”, tag 0x0112.
enum Orientation: Int, CaseIterable {
  case upright = 1
  case mirrored, upsideDown, mirroredUpsideDown, transposed, lyingLeft, transposedUpsideDown, lyingRight

  /// What the JPEG or PNG file in `data` says; upright where it says nothing that can be read.
  init(of data: Data) {
    let bytes = [UInt8](data.prefix(Orientation.furthest))
    self = Orientation.directory(in: bytes).flatMap { Orientation(directory: $0) } ?? .upright
  }

  /// Cameras write it at the front.
  private static let furthest = 1 << 20

  /// The bytes of Exif, from its byte order on.
  private static func directory(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
    if bytes.starts(with: [0xFF, 0xD8]) { return segment(in: bytes) }
    if bytes.starts(with: PNGOutline.signature) { return chunk(in: bytes) }
    return nil
  }

  /// The first segment of a JPEG that begins with `Exif`.
  private static func segment(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
    let title: [UInt8] = Array("Exif".utf8) + [0, 0]
    var at = 2
    while at + 4 <= bytes.count, bytes[at] == 0xFF, bytes[at + 1] != 0xDA {
      // Any number of fill bytes may precede a marker.
      if bytes[at + 1] == 0xFF {
        at += 1
        continue
      }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      let end = at + 2 + length
      guard length >= 2, end <= bytes.count else { return nil }
      let content = bytes[(at + 4)..<end]
      if bytes[at + 1] == 0xE1, content.starts(with: title) { return content.dropFirst(title.count) }
      at = end
    }
    return nil
  }

  /// The chunk `eXIf` of a PNG.
  private static func chunk(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var at = PNGOutline.signature.count
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard at + 12 + length <= bytes.count else { return nil }
      if bytes[(at + 4)..<(at + 8)].elementsEqual("eXIf".utf8) { return bytes[(at + 8)..<(at + 8 + length)] }
      at += 12 + length
    }
    return nil
  }

  /// The tag's value in the first directory of `exif`.
  private init?(directory exif: ArraySlice<UInt8>) {
    let exif = Array(exif)
    guard exif.count >= 8 else { return nil }
    let isLittle = exif[0] == UInt8(ascii: "I")
    func number(_ at: Int, _ count: Int) -> Int? {
      guard at >= 0, at + count <= exif.count else { return nil }
      let digits = exif[at..<at + count]
      return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let first = number(4, 4), let count = number(first, 2) else { return nil }
    for entry in 0..<count {
      let at = first + 2 + 12 * entry
      guard let tag = number(at, 2) else { return nil }
      if tag == 0x0112, number(at + 2, 2) == 3, let value = number(at + 8, 2) {
        self.init(rawValue: value)
        return
      }
    }
    return nil
  }

  /// Three planes of `side` × `side` pixels, turned upright.
  func turned(_ planes: [UInt8], side: Int) -> [UInt8] {
    if self == .upright { return planes }
    let last = side - 1
    return [UInt8](unsafeUninitializedCapacity: planes.count) { turned, initialized in
      for plane in 0..<3 {
        for y in 0..<side {
          for x in 0..<side {
            let (row, column) = source(of: y, x, last)
            turned[(plane * side + y) * side + x] = planes[(plane * side + row) * side + column]
          }
        }
      }
      initialized = planes.count
    }
  }

  /// Where the pixel of row `y` and column `x` is stored.
  private func source(of y: Int, _ x: Int, _ last: Int) -> (row: Int, column: Int) {
    switch self {
    case .upright: (y, x)
    case .mirrored: (y, last - x)
    case .upsideDown: (last - y, last - x)
    case .mirroredUpsideDown: (last - y, x)
    case .transposed: (x, y)
    case .lyingLeft: (last - x, y)
    case .transposedUpsideDown: (last - x, last - y)
    case .lyingRight: (x, last - y)
    }
  }
}
