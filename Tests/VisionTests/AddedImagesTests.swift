import Foundation
import Testing

@testable import Vision

/// Files of images that are added to a data set's own.
@Suite struct AddedImagesTests {
  /// Grey noise with so much added to its red.
  func warm(_ count: Int, redOverBlue: Int) -> ImageSet {
    let noise = Shapes.images(count, seed: 3, stream: "warm")
    let bytes = noise.bytes.indices.map { index in
      let (image, pixel) = (index / 3_072, index % 1_024)
      let isRed = index / 1_024 % 3 == 0
      return UInt8(Int(noise.bytes[3_072 * image + pixel]) / 2 + (isRed ? redOverBlue : 0))
    }
    return ImageSet(height: 32, width: 32, bytes: bytes, labels: [], classNames: [])
  }

  func added(
    _ images: ImageSet, colors: ColorOrder = .rgb, trustsColors: Bool = false
  ) throws -> AddedImages {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("made.npy")
    try ByteArray(images).write(npy: url)
    return try AddedImages(
      contentsOf: url, colors: colors, trustsColors: trustsColors, kind: "file",
      addedTo: warm(8, redOverBlue: 20))
  }

  @Test func aFileIsReadWithItsDigest() throws {
    let images = warm(5, redOverBlue: 30)
    let found = try added(images)
    #expect(found.images.bytes == images.bytes)
    #expect(
      found.identity.name == "made.npy" && found.identity.kind == "file" && found.identity.digest.count == 64)
    #expect(try added(warm(5, redOverBlue: 31)).identity.digest != found.identity.digest)
  }

  @Test func exchangedColoursAreNoticedAndCanBeStated() throws {
    let images = warm(5, redOverBlue: 20)
    let reversed = try ByteArray(images).images(colors: .bgr)
    let error = #expect(throws: ArrayFileError.self) { _ = try added(reversed) }
    #expect(error?.description.contains("red and blue look exchanged") == true)
    #expect(error?.description.contains("in the order bgr") == true, "\(String(describing: error))")
    #expect(try added(reversed, colors: .bgr).images.bytes == images.bytes)
    #expect(try added(reversed, trustsColors: true).images.bytes == reversed.bytes)
    #expect(throws: ArrayFileError.self) { _ = try added(images, colors: .bgr) }
    // A little cooler than the own ones is not exchanged.
    #expect(try added(warm(5, redOverBlue: 0)).images.count == 5)
  }

  @Test func imagesOfAnotherSizeAndOtherFilesAreRefused() throws {
    let small = ImageSet(
      height: 8, width: 8, bytes: [UInt8](repeating: 9, count: 192), labels: [], classNames: [])
    let error = #expect(throws: ArrayFileError.self) { _ = try added(small) }
    #expect(error?.problem == .unfit("images of 8 × 8 pixels, expected 32 × 32"))
    for name in ["absent.npy", "absent.tar"] {
      #expect(throws: ArrayFileError.self) {
        _ = try AddedImages(
          contentsOf: URL(fileURLWithPath: "/nowhere/\(name)"), kind: "file", addedTo: small)
      }
    }
  }
}
