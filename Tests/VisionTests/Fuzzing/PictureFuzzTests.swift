import Foundation
import TestSupport
import Testing

@testable import Vision

extension FuzzRandom {
  /// A PNG file of any chunks, whose checksums are right where they are not what is tried.
  mutating func png(_ pixels: Data) -> Data {
    func header(_ random: inout FuzzRandom) -> [UInt8] {
      // What the pixels are of, so that some pictures are sound and all of them are decoded.
      if random.once(in: 2) { return [0, 0, 0, 11, 0, 0, 0, 7, 8, 0, 0, 0, 0] }
      let sides =
        random.field(1 + random.below(9), 4, bigEndian: true)
        + random.field(1 + random.below(9), 4, bigEndian: true)
      return [UInt8](sides)
        + [
          random.one(of: [1, 2, 4, 8, 8, 8, 16, 3]), random.one(of: [0, 2, 3, 4, 6, 0, 1]),
          random.once(in: 20) ? 1 : 0,
          random.once(in: 20) ? 1 : 0, UInt8(random.below(random.once(in: 20) ? 3 : 2)),
        ]
    }
    var chunks: [(String, [UInt8])] = [("IHDR", header(&self))]
    for _ in 0..<below(4) {
      switch below(5) {
      case 0: chunks.append(("PLTE", [UInt8](bytes(3 * below(300) + (once(in: 9) ? 1 : 0)))))
      case 1: chunks += one(of: PNGTests.needless).1
      case 2:
        chunks.append(
          (one(of: ["tRNS", "bKGD", "zTXt", "iCCP", "eXIf", "abCd", "ABCD"]), [UInt8](bytes(below(60)))))
      case 3: chunks.append(("IHDR", header(&self)))
      default: break
      }
    }
    for _ in 0..<below(4) { chunks.append(("IDAT", [UInt8](once(in: 3) ? bytes(below(80)) : pixels))) }
    if once(in: 5) { chunks.shuffle(using: &self) }
    chunks.append(("IEND", once(in: 9) ? [1] : []))
    var data = Data(PNGOutline.signature)
    for (name, content) in chunks {
      var chunk = PNGTests.chunk(name, content)
      if once(in: 60) { chunk[below(chunk.count)] ^= 0x10 }
      data += chunk
    }
    return data
  }

  /// A JPEG file of any segments in nearly any order, around the coded pixels of a sound one.
  mutating func jpeg(_ scan: Data) -> Data {
    var data = Data([0xFF, 0xD8])
    for _ in 0..<2 + below(8) {
      var (marker, body): (UInt8, Data)
      switch below(9) {
      case 0: (marker, body) = (0xDB, field(below(4), 1) + bytes(64))
      case 1:
        marker = one(of: [0xC0, 0xC0, 0xC2, 0xC1, 0xC9, 0xC3])
        let components = one(of: [1, 3, 3, 4])
        body =
          field(8, 1) + field(1 + below(40), 2, bigEndian: true) + field(1 + below(40), 2, bigEndian: true)
        body += field(components, 1)
        for index in 0..<components {
          body += field(index, 1) + Data([one(of: [0x11, 0x21, 0x22, 0x41, 0x00])]) + field(0, 1)
        }
      case 2:
        marker = 0xC4
        var counts = (0..<16).map { _ in UInt8(below(once(in: 4) ? 20 : 3)) }
        if once(in: 5) { counts[below(16)] = 255 }
        body = Data([one(of: [0x00, 0x01, 0x10, 0x11, 0x20])]) + Data(counts)
        body += bytes(counts.reduce(0) { $0 + Int($1) })
      case 3: (marker, body) = (0xDD, field(below(4), 2, bigEndian: true))
      case 4: (marker, body) = (one(of: [0xE0, 0xE1, 0xEE, 0xFE]), bytes(below(30)))
      case 5: (marker, body) = (0xCC, bytes(2 * below(8)))
      default:
        marker = 0xDA
        let components = one(of: [1, 3, 4])
        body = field(components, 1)
        for index in 0..<components { body += field(index, 1) + Data([one(of: [0x00, 0x11, 0x22])]) }
        body += field(0, 1) + field(63, 1) + field(0, 1)
      }
      data += Data([0xFF, marker]) + field(body.count + 2, 2, bigEndian: true, lie: 30) + body
      if marker == 0xDA { data += once(in: 2) ? scan : bytes(below(200)) }
    }
    return data + Data([0xFF, 0xD9])
  }
}

@Suite struct PictureFuzzTests {
  private static let names = [
    "gray8", "palette4", "rgb8-interlaced", "rgba16-interlaced", "palette8-clear", "gray1",
  ]

  @Test func picturesOfAnyChunksAreHarmless() throws {
    let sound = try Self.names.map { try Data(contentsOf: PNGTests.url($0)) }
    // The deflated pixels of an 11 × 7 gray picture.
    let gray = try Data(contentsOf: PNGTests.url("gray8"))
    let start = try #require(gray.firstRange(of: Data("IDAT".utf8)))
    let count = gray[start.lowerBound - 4..<start.lowerBound].reduce(0) { $0 << 8 | Int($1) }
    let pixels = Data(gray[start.upperBound..<start.upperBound + count])
    Fuzz.run("png") { random in
      random.once(in: 3) ? random.changed(random.one(of: sound)) : random.png(pixels)
    } _: { data in
      // No sides larger than some, as every accepted picture is decoded.
      let file = try PNGFile(PictureData(data, path: "x.png"))
      guard file.height * file.width < 1 << 16 else { return }
      #expect(try file.planes().count == 3 * file.height * file.width)
      _ = try file.indices()
    }
  }

  @Test func picturesOfAnySegmentsAreHarmless() {
    var sound: [Data] = []
    for channels in [1, 3] {
      for isProgressive in [false, true] {
        sound.append(
          JPEGWriter.write(JPEGTests.rows(channels), channels: channels, isProgressive: isProgressive))
      }
    }
    sound.append(JPEGWriter.write(JPEGTests.rows(3), channels: 3, isSeparate: true))
    let whole = sound[0]
    let start = whole.firstRange(of: Data([0xFF, 0xDA]))!.lowerBound
    let scan = Data(whole[(start + 10)..<(whole.count - 2)])
    Fuzz.run("jpeg") { random in
      random.once(in: 2) ? random.changed(random.one(of: sound)) : random.jpeg(scan)
    } _: { data in
      let file = try JPEGFile(PictureData(data, path: "x.JPEG"))
      guard file.height * file.width < 1 << 16 else { return }
      #expect(try file.planes().count == 3 * file.height * file.width)
    }
  }
}
