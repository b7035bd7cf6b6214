import Foundation
import Testing

@testable import Vision

/// JPEG files as libjpeg-turbo reads them, and what must be refused.
@Suite struct JPEGTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A picture with structure in every block.
  static func rows(_ channels: Int, height: Int = 24, width: Int = 17) -> [[UInt8]] {
    (0..<height).map { row in
      (0..<width * channels).map { UInt8((row * 9 + $0 / channels * 5 + $0 % channels * 60) % 256) }
    }
  }

  private func read(_ bytes: Data) throws -> (file: JPEGFile, planes: [UInt8]) {
    let url = folder.url.appending(path: "a.JPEG")
    try bytes.write(to: url)
    let file = try JPEGFile(url)
    return (file, try file.planes())
  }

  @Test(arguments: [false, true]) func gray(isProgressive: Bool) throws {
    let rows = Self.rows(1)
    let (file, planes) = try read(JPEGWriter.write(rows, channels: 1, isProgressive: isProgressive))
    #expect(file.height == 24 && file.width == 17 && planes.count == 3 * 24 * 17)
    #expect(planes[..<408] == planes[408..<816] && planes[..<408] == planes[816...])
    let error = zip(planes, rows.joined()).map { abs(Int($0) - Int($1)) }
    #expect(error.reduce(0, +) < 408 * 3, "a mean error below 3 levels")
  }

  @Test func colorsStandInPlanes() throws {
    let row = (0..<16).flatMap { _ in [200, 100, 50] as [UInt8] }
    let planes = try read(JPEGWriter.write([[UInt8]](repeating: row, count: 8), channels: 3)).planes
    for (plane, level) in [200, 100, 50].enumerated() {
      #expect(planes[plane * 128..<(plane + 1) * 128].allSatisfy { abs(Int($0) - level) <= 3 })
    }
  }

  @Test func everyCutIsSeen() throws {
    let whole = JPEGWriter.write(Self.rows(3), channels: 3)
    _ = try read(whole)
    for length in 0..<whole.count - 2 {
      let error = #expect(throws: DataError.self, "cut at \(length)") { try read(whole.prefix(length)) }
      let text = error?.description ?? ""
      #expect(text.contains("a.JPEG") && text.contains("libjpeg") && !text.contains("\n"), "\(text)")
    }
  }

  @Test func everyChangedByteIsHarmless() throws {
    for isProgressive in [false, true] {
      let whole = JPEGWriter.write(Self.rows(3), channels: 3, isProgressive: isProgressive)
      for place in whole.indices {
        for value in [0, 0x11, 0x7F, 0xD9, 0xFF] as [UInt8] {
          var bytes = whole
          bytes[place] = value
          _ = try? read(bytes)
        }
      }
    }
  }

  @Test func whatIsNoPictureOfThreeColorsIsRefused() throws {
    let error = #expect(throws: DataError.self) { try read(JPEGWriter.write(Self.rows(4), channels: 4)) }
    #expect(error?.description.contains("found 4 colour components") == true)
    #expect(throws: DataError.self) { try read(Data([0x89, 0x50, 0x4E, 0x47]) + Data(count: 60)) }
    #expect(throws: DataError.self) { try read(Data()) }
    #expect(throws: DataError.self) { try JPEGFile(folder.url.appending(path: "none.JPEG")) }
  }

  @Test func boundsHoldBeforeAnythingIsAllocated() throws {
    // The frame header's sides: 0xFFC0, length, precision, height, width.
    var bytes = JPEGWriter.write(Self.rows(1), channels: 1)
    let frame = try #require(bytes.firstRange(of: Data([0xFF, 0xC0]))).lowerBound
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x40, 0, 0x40, 0])
    let error = #expect(throws: DataError.self) { try read(bytes) }
    #expect(error?.description.contains("found 16384 × 16384 pixels, expected at most 8192 a side") == true)
    // A file of nothing that takes no room on the disk.
    let url = folder.url.appending(path: "large.JPEG")
    try Data().write(to: url)
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: UInt64(PictureData.mostBytes) + 1)
    try file.close()
    #expect(throws: DataError.self) { try JPEGFile(url) }
  }

  /// A small file of many scans takes the decoder through the picture once for each.
  @Test func aFileOfManyScansIsRefused() throws {
    let whole = JPEGWriter.write(Self.rows(3), channels: 3, isSeparate: true)
    let start = Data([0xFF, 0xDA])
    let first = try #require(whole.firstRange(of: start)).lowerBound
    let second = try #require(whole[(first + 2)...].firstRange(of: start)).lowerBound
    // What stands before the second scan may include its tables, which may be read again as well.
    func repeated(_ count: Int) -> Data {
      (0..<count).reduce(whole[..<first]) { data, _ in data + whole[first..<second] } + whole[second...]
    }
    #expect(try read(repeated(1)).planes == read(repeated(100)).planes)
    let error = #expect(throws: DataError.self) { try read(repeated(600)) }
    #expect(error?.description.contains("more than 500 scans") == true, "\(String(describing: error))")
  }
}
