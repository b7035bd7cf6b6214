import CJPEGReader
import Foundation

/// A JPEG file whose header has been read, to be decoded.
struct JPEGFile {
  /// Pixels per column and row.
  let height, width: Int
  private let data: PictureData

  /// Reads the file at `url` and its header.
  ///
  /// Throws `DataError`: inaccessible, no JPEG, damaged, neither gray nor of three colours, or with sides beyond
  /// `PictureData.longestSide`, before anything of their size is allocated.
  init(_ url: URL) throws(DataError) { try self.init(PictureData(url)) }

  /// Reads the header of a file's bytes; throws as the other.
  init(_ data: PictureData) throws(DataError) {
    self.data = data
    var header = rj_jpeg_header()
    try data.decode("JPEG", by: "libjpeg") { bytes, message, room in
      rj_jpeg_read_header(bytes.baseAddress, bytes.count, &header, message, room)
    }
    (height, width) = (Int(header.height), Int(header.width))
    guard header.components == 1 || header.components == 3 else {
      throw .malformed(
        path: data.path,
        detail: "found \(header.components) colour components, expected 3, or 1 of a gray picture")
    }
    try data.check(height: height, width: width)
  }

  /// Red, green and blue as three planes, row by row; gray is repeated. Throws `DataError.malformed` for damage.
  func planes() throws(DataError) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: 3 * height * width)
    try data.decode("JPEG", by: "libjpeg") { bytes, message, room in
      rj_jpeg_read_colors(
        bytes.baseAddress, bytes.count, UInt32(width), UInt32(height), &pixels, message, room)
    }
    return PictureData.planes(pixels)
  }
}
