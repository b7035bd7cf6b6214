import CPNG
import Foundation
import TestSupport
import Testing

@testable import Tensors
@testable import Vision

@Suite struct PictureTests {
  /// Two rows of 2 × 3-pixel images, the second shorter, some numbers out of range.
  private func picture() -> Picture {
    var random = Random(seed: 0, stream: "picture")
    let rows = [2, 1].map { count in Tensor(shape: [count, 2, 3, 3]) { random.uniform(in: -0.2...1.2) } }
    return Picture("two-rows", rows: rows)
  }

  @Test func layoutIsRowsWithWhiteBetween() {
    var tensors: [Tensor] = []
    for (count, value) in [(2, Float(0)), (1, 0.5)] {
      tensors.append(Tensor(repeating: value, shape: [count, 2, 3, 3]))
    }
    let picture = Picture("grid", rows: tensors)
    #expect(picture.height == 2 + 2 + 2 && picture.width == 3 + 2 + 3)
    func row(_ y: Int) -> [UInt8] { (0..<8).map { picture.bytes[(y * 8 + $0) * 3] } }
    #expect(row(0) == [0, 0, 0, 255, 255, 0, 0, 0] && row(1) == row(0))
    #expect(row(2) == [UInt8](repeating: 255, count: 8) && row(3) == row(2))
    #expect(row(4) == [128, 128, 128, 255, 255, 255, 255, 255] && row(5) == row(4))
  }

  @Test func colorsAndPlacesAreKept() {
    let images = Shapes.images(3, seed: 1, stream: "picture")
    let picture = Picture("one", rows: [ViewLoader(images, standardization: .none).images(at: 1..<2)])
    for (y, x) in [(0, 0), (5, 20), (31, 31)] {
      for channel in 0..<3 {
        #expect(
          picture.bytes[(y * 32 + x) * 3 + channel]
            == images.bytes[images.imageSize + channel * 1_024 + y * 32 + x])
      }
    }
  }

  @Test func libpngReadsBackWhatWasWritten() throws {
    let picture = picture()
    let data = try picture.png()
    #expect(data.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    #expect(try picture.png() == data)
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    var bytes = [UInt8](repeating: 0, count: picture.bytes.count)
    let isRead = data.withUnsafeBytes { memory in
      png_image_begin_read_from_memory(&image, memory.baseAddress, memory.count) != 0
        && png_image_finish_read(&image, nil, &bytes, 0, nil) != 0
    }
    #expect(isRead && Int(image.width) == picture.width && Int(image.height) == picture.height)
    #expect(bytes == picture.bytes)
  }
}

@Suite struct OneLineTests {
  /// What a file holds cannot end a line, move the cursor or turn the direction of writing.
  @Test func controlCharactersAreToldByTheirNumbers() {
    #expect("plain “text” über é 日本".onOneLine == "plain “text” über é 日本")
    #expect("a\nb\r\u{1B}[2Jc\u{0}".onOneLine == "a\\u{A}b\\u{D}\\u{1B}[2Jc\\u{0}")
    #expect("a\u{202E}b\u{2028}c\u{85}".onOneLine == "a\\u{202E}b\\u{2028}c\\u{85}")
    #expect("\r\n".onOneLine == "\\u{D}\\u{A}")
    #expect(!"\(ArrayFileError(path: "a\nb.npy", .malformed("x\ny")))".contains("\n"))
    #expect(!"\(DataError.malformed(path: "a\nb", detail: "x\ny"))".contains("\n"))
  }
}
