import Foundation
import Glibc
import Tensors
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

  @Test func aFileThatIsNotThereIsSaidNotToBeThere() {
    for name in ["missing", "missing.npy", "missing.npz/images", "missing.hwc.bin"] {
      let error = #expect(throws: ArrayFileError.self) {
        try ImageSet(arrayFile: URL(filePath: "/nowhere/\(name)"), height: 32, width: 32)
      }
      #expect(
        error?.description.contains("there is no such file or folder") == true, "\(error?.description ?? "")")
    }
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

  /// The same bytes read in another order of colours or axes are other images, also for who compares digests.
  @Test func theWayOfReadingIsPartOfTheDigest() throws {
    let folder = try TemporaryFolder()
    let own = warm(8, redOverBlue: 20)
    func digest(_ name: String, colors: ColorOrder = .rgb) throws -> String {
      let url = folder.url.appendingPathComponent(name)
      if name.hasSuffix(".npy") {
        try ByteArray(own).write(npy: url)
      } else {
        try Data(own.bytes).write(to: url)
      }
      return try AddedImages(
        contentsOf: url, colors: colors, trustsColors: true, kind: "file", addedTo: own
      ).identity.digest
    }
    let digests = [
      try digest("a.npy"), try digest("a.npy", colors: .bgr), try digest("a.chw.bin"),
      try digest("a.hwc.bin"), try digest("a.hwc.bin", colors: .bgr),
    ]
    #expect(Set(digests).count == 5)
    #expect(try digest("another name.hwc.bin") == digests[3])
  }

  @Test func aFolderOfPicturesIsReadInTheOrderOfItsPaths() throws {
    let folder = try TemporaryFolder()
    let images = warm(4, redOverBlue: 25)
    let loader = ViewLoader(images, standardization: .none)
    let names = ["b/0.png", "a/1.png", "a/0.png", "c.png"]
    for (index, name) in names.enumerated() {
      let url = folder.url.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Picture("x", rows: [loader.images(at: index..<index + 1)]).png().write(to: url)
    }
    try Data("notes".utf8).write(to: folder.url.appendingPathComponent("read.me"))
    func read() throws -> AddedImages {
      try AddedImages(contentsOf: folder.url, kind: "file", addedTo: warm(8, redOverBlue: 20))
    }
    let found = try read()
    #expect(found.images.bytes == images.subset([2, 1, 0, 3]).bytes)
    let digest = found.identity.digest
    #expect(digest.count == 64)
    let last = folder.url.appendingPathComponent("c.png")
    let whole = try Data(contentsOf: last)
    try whole.dropLast(5).write(to: last)
    let error = #expect(throws: ArrayFileError.self) { _ = try read() }
    #expect(error?.path.hasSuffix("c.png") == true)
    try Picture("x", rows: [Tensor(zeros: [1, 8, 8, 3])]).png().write(to: last)
    #expect(throws: ArrayFileError.self) { _ = try read() }
    try FileManager.default.removeItem(at: last)
    #expect(try read().images.count == 3 && read().identity.digest != digest)
    for name in names.dropLast() {
      try FileManager.default.removeItem(at: folder.url.appendingPathComponent(name))
    }
    #expect(throws: ArrayFileError.self) { _ = try read() }
  }

  /// What people's folders of pictures hold: endings in capitals, twins of macOS, an editor's copies, links, loops.
  @Test func foldersAreWalkedAsPeopleKeepThem() throws {
    let (folder, elsewhere) = (try TemporaryFolder(), try TemporaryFolder())
    let images = warm(4, redOverBlue: 25)
    let loader = ViewLoader(images, standardization: .none)
    func write(_ index: Int, _ url: URL) throws {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Picture("x", rows: [loader.images(at: index..<index + 1)]).png().write(to: url)
    }
    func link(_ name: String, _ target: URL) throws {
      try FileManager.default.createSymbolicLink(
        at: folder.url.appendingPathComponent(name), withDestinationURL: target)
    }
    try write(0, folder.url.appendingPathComponent("a.PNG"))
    try write(1, folder.url.appendingPathComponent("set/b.png"))
    for hidden in ["._a.png", ".hidden.png", ".ipynb_checkpoints/b-checkpoint.png", "set/.trash/c.png"] {
      try write(3, folder.url.appendingPathComponent(hidden))
    }
    try Data("not a picture".utf8).write(to: folder.url.appendingPathComponent("._a.png"))
    try write(2, elsewhere.url.appendingPathComponent("deep/c.png"))
    try write(3, elsewhere.url.appendingPathComponent("d.png"))
    try link("linked", elsewhere.url.appendingPathComponent("deep"))
    try link("z.png", elsewhere.url.appendingPathComponent("d.png"))
    try link("set/loop", folder.url)
    func read(_ url: URL) throws -> AddedImages {
      try AddedImages(contentsOf: url, kind: "file", addedTo: warm(8, redOverBlue: 20))
    }
    #expect(
      try FolderWalk.files(in: folder.url, endingIn: [".png"]) == [
        "a.PNG", "linked/c.png", "set/b.png", "z.png",
      ])
    #expect(try read(folder.url).images.bytes == images.subset([0, 2, 1, 3]).bytes)
    // A link to the folder itself is the folder.
    let other = elsewhere.url.appendingPathComponent("link")
    try FileManager.default.createSymbolicLink(at: other, withDestinationURL: folder.url)
    #expect(
      try read(other).images.count == 4 && read(other).identity.digest == read(folder.url).identity.digest)
    try link("lost.png", elsewhere.url.appendingPathComponent("nothing"))
    let error = #expect(throws: ArrayFileError.self) { try read(folder.url) }
    #expect(error?.path.hasSuffix("lost.png") == true)
  }

  @Test func foldersBeyondReasonAreRefused() throws {
    let folder = try TemporaryFolder()
    _ = try folder.make(Array(repeating: "in", count: FolderWalk.deepest + 2).joined(separator: "/"))
    let error = #expect(throws: DataError.self) { try FolderWalk.files(in: folder.url, endingIn: [".png"]) }
    #expect(error?.description.contains("more than 16 folders in one another") == true)
    let other = try TemporaryFolder()
    #expect(mkfifo(other.url.appendingPathComponent("pipe.png").path, 0o600) == 0)
    #expect(throws: DataError.self) { try FolderWalk.files(in: other.url, endingIn: [".png"]) }
  }

  @Test func oneOfSeveralArraysCanBeNamed() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("two.npz")
    try ByteArrayTests.file("two-images.npz").write(to: url)
    let own = ImageSet(
      height: 4, width: 4, bytes: [UInt8](repeating: 9, count: 48), labels: [], classNames: [])
    func read(_ name: String) throws -> AddedImages {
      try AddedImages(
        contentsOf: url.appendingPathComponent(name), trustsColors: true, kind: "file", addedTo: own)
    }
    let error = #expect(throws: ArrayFileError.self) {
      try AddedImages(contentsOf: url, trustsColors: true, kind: "file", addedTo: own)
    }
    #expect(error?.description.contains("FILE.npz/NAME") == true, "\(String(describing: error))")
    let (first, second) = (try read("first"), try read("second"))
    #expect(first.images.bytes.allSatisfy { $0 == 1 } && second.images.bytes.allSatisfy { $0 == 2 })
    #expect(first.images.count == 2 && second.images.count == 3)
    #expect(first.identity.digest != second.identity.digest && first.identity.name == "first")
    #expect(throws: ArrayFileError.self) { try read("third") }
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
