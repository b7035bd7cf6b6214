import Foundation
import Testing

@testable import Vision

/// Pictures of any size, colours and orientation, read to squares.
@Suite struct PhotographTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func planes(_ data: Data, named name: String = "a.png", side: Int) throws -> [UInt8] {
    let url = folder.url.appending(path: name)
    try data.write(to: url)
    return try Photograph.planes(of: url, side: side)
  }

  /// Each pixel of a 2 × 2 picture has a level of its own: 0, 80, 160, 240.
  private static let corners: [UInt8] = [0, 80, 160, 240]

  private static func png(_ gray: [UInt8], height: Int, width: Int) throws -> Data {
    try CamVidTests.png(gray.flatMap { [$0, $0, $0] }, channels: 3, height: height, width: width)
  }

  /// The tag of orientation as the only one of a directory.
  private static func exif(_ orientation: UInt8, isLittle: Bool) -> [UInt8] {
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      let big = (0..<count).reversed().map { UInt8(value >> (8 * $0) & 255) }
      return isLittle ? big.reversed() : big
    }
    return Array((isLittle ? "II" : "MM").utf8) + bytes(42, 2) + bytes(8, 4) + bytes(1, 2) + bytes(0x0112, 2)
      + bytes(3, 2) + bytes(1, 4) + bytes(Int(orientation), 2) + [0, 0] + bytes(0, 4)
  }

  /// What `exif_transpose` of Pillow makes of rows 0 1 / 2 3.
  private static let upright: [[Int]] = [
    [0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1], [0, 2, 1, 3], [2, 0, 3, 1], [3, 1, 2, 0],
    [1, 3, 0, 2],
  ]

  @Test(arguments: 1...8, [false, true]) func picturesStandUpright(orientation: Int, isLittle: Bool) throws {
    let whole = try Self.png(Self.corners, height: 2, width: 2)
    let header = whole.prefix(33)
    let data =
      header + PNGTests.chunk("eXIf", Self.exif(UInt8(orientation), isLittle: isLittle)) + whole.dropFirst(33)
    let found = try planes(data, side: 2)
    #expect(found[..<4].elementsEqual(Self.upright[orientation - 1].map { Self.corners[$0] }))
    #expect(found[..<4] == found[4..<8] && found[..<4] == found[8...])
  }

  @Test(arguments: [6, 8]) func jpegsStandUpright(orientation: Int) throws {
    // A dark and a bright half, 16 × 16, so that blocks do not mix them.
    let rows = [[UInt8]](
      repeating: [UInt8](repeating: 10, count: 24) + [UInt8](repeating: 240, count: 24), count: 16)
    let whole = JPEGWriter.write(rows, channels: 3)
    let exif = Array("Exif".utf8) + [0, 0] + Self.exif(UInt8(orientation), isLittle: true)
    let segment = Data([0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif)
    let found = try planes(whole.prefix(2) + segment + whole.dropFirst(2), named: "a.jpg", side: 16)
    let (top, bottom) = (found[8], found[15 * 16 + 8])
    #expect(orientation == 6 ? top < 60 && bottom > 190 : top > 190 && bottom < 60)
  }

  @Test func theMiddleSquareIsKept() throws {
    // Columns 0 and 5 are cut off.
    let rows = (0..<4).flatMap { _ in [255, 10, 20, 30, 40, 255] as [UInt8] }
    let found = try planes(try Self.png(rows, height: 4, width: 6), side: 4)
    #expect(found[..<4].elementsEqual([10, 20, 30, 40]))
    let tall = try planes(
      try Self.png([255, 10, 20, 30, 40, 255].flatMap { [$0, $0] }, height: 6, width: 2), side: 2)
    #expect(tall[..<4].elementsEqual([20, 20, 30, 30]))
  }

  @Test func shrinkingAveragesAndEnlargingDoesNotOvershoot() throws {
    let checks = (0..<64).flatMap { row in (0..<64).map { UInt8((row + $0) % 2 == 0 ? 0 : 200) } }
    let small = try planes(try Self.png(checks, height: 64, width: 64), side: 16)
    #expect(small.allSatisfy { abs(Int($0) - 100) <= 3 })
    let large = try planes(try Self.png([UInt8](repeating: 77, count: 9), height: 3, width: 3), side: 16)
    #expect(large.allSatisfy { $0 == 77 })
  }

  @Test func endingsSayNothingOfTheFormat() throws {
    let jpeg = try TinyImageNetTests.jpeg(90, isGray: true, side: 16)
    #expect(try planes(jpeg, named: "a.png", side: 16).allSatisfy { abs(Int($0) - 90) <= 1 })
  }

  @Test func whatCannotBeReadIsNamedWithWhatToDo() throws {
    func problem(_ data: Data, _ name: String = "a.jpg") -> String {
      do {
        _ = try planes(data, named: name, side: 16)
        return ""
      } catch {
        return "\(error)"
      }
    }
    let four = JPEGWriter.write(JPEGTests.rows(4), channels: 4)
    for (data, words) in [
      (four, "4 colour components"), (Data("GIF89a".utf8), "neither PNG nor JPEG"),
      (try TinyImageNetTests.jpeg(90).prefix(300), "libjpeg"),
      (try Self.png(Self.corners, height: 2, width: 2).dropLast(3), "bytes, expected"),
    ] {
      let text = problem(data)
      #expect(text.contains(words) && text.contains("a.jpg") && text.contains("or remove it"), "\(text)")
      #expect(!text.contains("\n") && !text.contains("repro data get"), "\(text)")
    }
  }

  @Test func damagedExifIsPassedOver() throws {
    let whole = try Self.png(Self.corners, height: 2, width: 2)
    let good = Self.exif(3, isLittle: true)
    for length in 0..<good.count {
      var damaged = Array(good.prefix(length))
      #expect(
        try planes(whole.prefix(33) + PNGTests.chunk("eXIf", damaged) + whole.dropFirst(33), side: 2).count
          == 12)
      damaged = good
      damaged[length] = 0xFF
      #expect(
        try planes(whole.prefix(33) + PNGTests.chunk("eXIf", damaged) + whole.dropFirst(33), side: 2).count
          == 12)
    }
  }
}
