import CPNG
import Foundation
import TestSupport
import Testing

@testable import Vision

/// PNG files in every form beside what Pillow reads from them (`Tests/Fixtures/png`), and what must be refused.
@Suite struct PNGTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/png")
  private static let names = [
    "gray8", "gray8-gamma", "gray4", "gray1", "gray16", "palette8", "palette8-clear", "palette4",
    "palette2-interlaced", "gray8-interlaced", "rgb8", "rgb8-interlaced", "rgb16", "rgba8",
    "rgba16-interlaced", "gray-alpha8",
  ]
  static func url(_ name: String) -> URL { folder.appending(path: "\(name).png") }

  private let fixture: Fixture
  private let folder: TemporaryFolder

  init() throws {
    fixture = try Fixture("png")
    folder = try TemporaryFolder()
  }

  @Test func everyFormIsTested() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(Self.names.map { "\($0).png" }))
  }

  @Test(arguments: names) func colorsAreThoseThatPillowReads(_ name: String) throws {
    let file = try PNGFile(Self.url(name))
    let expected = fixture.integers("\(name).colors")
    #expect(file.height == 7 && file.width == 11)
    let planes = try file.planes().map(Int.init)
    #expect(
      planes == (0..<3).flatMap { c in stride(from: c, to: expected.count, by: 3).map { expected[$0] } })
  }

  @Test(arguments: names.filter { ["gray", "pale"].contains($0.prefix(4)) && !$0.contains("16") })
  func indicesAreKept(_ name: String) throws {
    guard name != "gray-alpha8" else { return }
    #expect(try PNGFile(Self.url(name)).indices().map(Int.init) == fixture.integers("\(name).indices"))
  }

  @Test(arguments: [
    ("rgb8", "8-bit RGB"), ("rgba8", "8-bit RGBA"), ("gray16", "16-bit gray"),
    ("gray-alpha8", "8-bit gray with alpha"), ("rgb16", "16-bit RGB"),
  ])
  func whatHasNoIndexPerPixelIsNoMask(name: String, format: String) throws {
    let file = try PNGFile(Self.url(name))
    let error = #expect(throws: DataError.self) { try file.indices() }
    let text = try #require(error?.description)
    #expect(text.contains("found \(format), expected gray or palette") && text.contains("\(name).png"))
    #expect(!text.contains("\n"))
  }

  /// Reads `bytes` as a file of both kinds.
  private func read(_ bytes: Data) throws {
    let url = folder.url.appending(path: "damaged.png")
    try bytes.write(to: url)
    _ = try PNGFile(url).planes()
  }

  private var path: String { folder.url.appending(path: "damaged.png").path }

  @Test(arguments: ["gray8", "rgb8-interlaced", "palette8", "rgba16-interlaced"])
  func everyCutIsSeen(_ name: String) throws {
    let whole = try Data(contentsOf: Self.url(name))
    try read(whole)
    for length in 0..<whole.count {
      let error = #expect(throws: DataError.self) { try read(whole.prefix(length)) }
      switch error {
      case .wrongSize(path, length, let expected)?: #expect(expected > length && expected <= whole.count)
      case .malformed(path, _)?: #expect(length < 8, "cut at \(length)")
      default: Issue.record("cut at \(length): \(String(describing: error))")
      }
    }
  }

  @Test func whatFollowsTheEndIsSeen() throws {
    let whole = try Data(contentsOf: Self.url("rgb8"))
    #expect(
      throws: DataError.wrongSize(path: path, found: whole.count + 3, expected: whole.count)
    ) { try read(whole + Data([1, 2, 3])) }
  }

  @Test(arguments: ["gray8", "palette4", "rgb16"]) func everyChangedByteIsSeen(_ name: String) throws {
    let whole = try Data(contentsOf: Self.url(name))
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 0x10
      let error = #expect(throws: DataError.self, "byte \(place)") { try read(bytes) }
      let text = error?.description ?? ""
      #expect(text.contains(path) && text.contains("found") && text.contains("expected"), "\(text)")
      #expect(!text.contains("\n"))
    }
  }

  /// A chunk with its length and checksum.
  static func chunk(_ name: String, _ content: [UInt8]) -> Data {
    let body = Data(name.utf8) + Data(content)
    func bytes(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
    return bytes(UInt32(content.count)) + body + bytes(checksum(body))
  }

  static func checksum(_ bytes: Data) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }

  /// What pixels do not need and libpng would find fault with, in front of the first IDAT.
  static let needless: [(String, [(String, [UInt8])])] = [
    ("two times", [("tIME", [7, 0xE9, 1, 2, 3, 4, 5]), ("tIME", [7, 0xE9, 1, 2, 3, 4, 6])]),
    ("two resolutions", [("pHYs", [0, 0, 0, 1, 0, 0, 0, 1, 0]), ("pHYs", [0, 0, 0, 2, 0, 0, 0, 2, 0])]),
    ("a resolution of 3 bytes", [("pHYs", [1, 2, 3])]),
    ("two offsets", [("oFFs", [UInt8](repeating: 0, count: 9)), ("oFFs", [UInt8](repeating: 1, count: 9))]),
    ("sRGB beside another gamma", [("gAMA", [0, 0, 0x27, 0x10]), ("sRGB", [0])]),
    ("sRGB of no known intent", [("sRGB", [77])]),
    ("a profile of garbage", [("iCCP", Array("ICC".utf8) + [0, 0] + Array("garbage".utf8))]),
    ("sRGB beside a profile", [("sRGB", [0]), ("iCCP", Array("ICC".utf8) + [0, 0, 1])]),
    ("invalid significant bits", [("sBIT", [9, 99, 0, 0, 0])]),
    ("invalid primaries", [("cHRM", [UInt8](repeating: 0, count: 32))]),
    ("an invalid background", [("bKGD", [1, 2, 3, 4, 5])]),
    ("an invalid transparency", [("tRNS", [UInt8](repeating: 7, count: 300))]),
    ("calibrations", [("pCAL", [1, 2, 3]), ("sCAL", [0, 0, 0])]),
    ("a histogram without a palette", [("hIST", [0, 1, 0])]),
    ("a bad Exif", [("eXIf", Array("no Exif".utf8))]),
    ("bad texts", [("zTXt", [0x41, 0, 0, 1, 2]), ("iTXt", [0x41, 0, 1, 0, 9]), ("tEXt", [])]),
    ("a chunk of somebody's", [("prVt", [1, 2, 3])]),
  ]

  @Test(arguments: ["gray8", "palette8", "rgb16"]) func whatPixelsDoNotNeedIsPassedOver(_ name: String) throws
  {
    let whole = try Data(contentsOf: Self.url(name))
    let start = try #require(whole.firstRange(of: Data("IDAT".utf8))).lowerBound - 4
    let expected = try PNGFile(Self.url(name)).planes()
    let url = folder.url.appending(path: "damaged.png")
    for (what, chunks) in Self.needless {
      let more = chunks.reduce(Data()) { $0 + Self.chunk($1.0, $1.1) }
      try (whole[..<start] + more + whole[start...]).write(to: url)
      let planes = try? PNGFile(url).planes()
      #expect(planes == expected, "\(what)")
      // Its checksum still counts.
      var wrong = more
      wrong[wrong.count - 1] ^= 1
      #expect(throws: DataError.self, "\(what)") { try read(whole[..<start] + wrong + whole[start...]) }
    }
    // What pixels need is strict: a second header or palette, one after the pixels, one of a wrong size, an unknown
    // chunk that says it is critical.
    let header = Self.chunk("IHDR", [UInt8](whole[16..<29]))
    for more in [header, Self.chunk("PLTE", [1, 2]), Self.chunk("CRIT", [1])] {
      #expect(throws: DataError.self) { try read(whole[..<start] + more + whole[start...]) }
    }
  }

  @Test func sizesBeyondReasonAreRefusedBeforeTheyAreAllocated() throws {
    // The header of gray8 with other sides; its checksum is computed anew.
    func header(_ width: UInt32, _ height: UInt32) throws -> Data {
      var bytes = try Data(contentsOf: Self.url("gray8"))
      for (place, value) in [(16, width), (20, height)] {
        withUnsafeBytes(of: value.bigEndian) { bytes.replaceSubrange(place..<place + 4, with: $0) }
      }
      let crc = Self.checksum(bytes[12..<29])
      withUnsafeBytes(of: crc.bigEndian) { bytes.replaceSubrange(29..<33, with: $0) }
      return bytes
    }
    try read(header(11, 7))
    let error = #expect(throws: DataError.self) { try read(header(900_000, 900_000)) }
    #expect(error?.description.contains("found 900000 × 900000 pixels, expected at most 8192 a side") == true)
    #expect(throws: DataError.self) { try read(header(.max, .max)) }
    #expect(throws: DataError.self) { try read(header(0, 7)) }
    // More rows than the file has data for.
    #expect(throws: DataError.self) { try read(header(11, 70)) }
    #expect(throws: DataError.self) { try read(header(11, 6)) }
  }

  @Test func absentAndForeignFilesAreNamed() throws {
    #expect(throws: DataError.self) { try PNGFile(folder.url.appending(path: "none.png")) }
    let error = #expect(throws: DataError.self) {
      try read(Data([0xFF, 0xD8, 0xFF, 0xE0]) + Data(count: 40))
    }
    #expect(error?.description.contains("found a beginning of FF D8 FF E0") == true)
  }

  @Test func picturesOfOursAreRead() throws {
    let picture = Picture(
      "one",
      rows: [ViewLoader(Shapes.images(1, seed: 1, stream: "png"), standardization: .none).images(at: 0..<1)])
    let url = folder.url.appending(path: "one.png")
    try picture.png().write(to: url)
    #expect(try PNGFile(url).planes() == Shapes.images(1, seed: 1, stream: "png").bytes)
  }
}
