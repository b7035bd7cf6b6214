import Foundation
import Testing

@testable import Vision

/// A folder of one's own images as a data set.
@Suite struct OwnImagesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var cache: URL { folder.url.appending(path: "cache") }

  private func put(_ names: [String], in place: String = "own", level: (Int) -> Int = { 20 + 7 * ($0 % 30) })
    throws
  {
    for (index, name) in names.enumerated() {
      let url = folder.url.appending(path: "\(place)/\(name)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let pixels = (0..<20 * 24).flatMap { [UInt8(level(index)), UInt8($0 % 200), 9] as [UInt8] }
      try CamVidTests.png(pixels, channels: 3, height: 20, width: 24).write(to: url)
    }
  }

  private func own(_ place: String = "own", test: String? = nil, side: Int = 16) -> OwnImagesFolder {
    OwnImagesFolder(
      folder.url.appending(path: place), test: test.map { folder.url.appending(path: $0) }, side: side)
  }

  private func names(_ classes: [String], count: Int) -> [String] {
    classes.flatMap { name in (0..<count).map { "\(name)/\($0).png" } }
  }

  private func problem(_ own: OwnImagesFolder, _ part: DatasetReference? = nil) -> String {
    do {
      _ = try own.load(part ?? own.reference(like: .cifar10), cache: cache)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func foldersAreClassesAndAFifthIsMeasuredOn() throws {
    try put(names(["cat", "dog", "Eel"], count: 20))
    var said: [String] = []
    let own = own()
    let images = try own.load(own.reference(like: .cifar10), cache: cache) { said.append($0) }
    #expect(images.training.classNames == ["Eel", "cat", "dog"])
    #expect(images.training.count + images.test.count == 60 && (4...20).contains(images.test.count))
    #expect(images.training.height == 16 && images.training.width == 16)
    #expect(images.identity.name == "images" && images.identity.isOwn)
    #expect(images.identity.kind == "custom:\(images.identity.digest.prefix(12))")
    // All classes stand at the beginning.
    #expect(Set(images.training.labels.prefix(3)) == [0, 1, 2])
    #expect(images.own?.classNames.count == 3 && images.own?.training == images.training.count)
    #expect(said.count == 1 && said[0].hasPrefix("60 images of 3 classes, "), "\(said)")
    let colors = images.standardization(of: DatasetReference(.images, side: 16))
    // Blue never changes: it counts as one level.
    #expect(
      abs(colors.mean[2] - 9 / 255) < 1e-4 && colors.deviation[2] == 1 / 255 && colors.deviation[1] > 0.1)
  }

  @Test func anAddedImageMovesNoOtherOne() throws {
    try put(names(["a", "b"], count: 20))
    let before = try own().listing()
    try put(["a/new.png", "b/other.png", "b/third.png"])
    let after = try own().listing()
    #expect(Set(before.test.map(\.name)).isSubset(of: Set(after.test.map(\.name))))
    #expect(Set(before.training.map(\.name)).isSubset(of: Set(after.training.map(\.name))))
    #expect(before.training.count + before.test.count + 3 == after.training.count + after.test.count)
  }

  @Test func aFolderOfTestImagesIsTakenWhole() throws {
    try put(names(["a", "b"], count: 6))
    try put(names(["a"], count: 5), in: "test")
    let own = own(test: "test")
    let images = try own.load(own.reference(like: .cifar10), cache: cache)
    #expect(images.training.count == 12 && images.test.count == 5 && images.test.labels == [0, 0, 0, 0, 0])
    try put(["c/0.png"], in: "test")
    #expect(problem(own).contains("c/0.png, whose folder is no class"))
  }

  @Test(arguments: ["", "holiday/"]) func flatFoldersHaveNoClasses(_ inner: String) throws {
    try put((0..<10).map { "\(inner)\($0).png" })
    let own = own()
    let images = try own.load(own.reference(like: .cifar10.first(8)), cache: cache)
    #expect(images.pretraining.count == 8 && images.training.labels.isEmpty && images.test.count == 0)
    #expect(images.own?.classNames == [] && images.own?.training == 10)
    #expect(problem(own, own.reference(like: .cifar10.scarce(percent: 5))).contains("5 % of each"))
    #expect(problem(self.own(test: "own")).contains("Leave out --test"))
  }

  @Test func whatCannotBeToldIsNamed() throws {
    #expect(problem(own("missing")).contains("missing"))
    _ = try folder.make("empty")
    #expect(problem(own("empty")).contains("no image in it"))
    try put(names(["a"], count: 3) + ["loose.png"], in: "mixed")
    #expect(problem(own("mixed")).contains("1 images beside 3 in folders"))
    try put(names(["train", "Val"], count: 3), in: "parts")
    #expect(problem(own("parts")).contains("--test"))
    try put(names(["a", "b"], count: 20), in: "broken")
    try Data("no picture".utf8).write(to: folder.url.appending(path: "broken/a/3.png"))
    #expect(problem(own("broken")).contains("a/3.png"))
    try Data("no picture".utf8).write(to: folder.url.appending(path: "broken/b/3.png"))
    let text = problem(own("broken"))
    #expect(text.contains("2 pictures that cannot be read") && !text.contains("\n"), "\(text)")
  }

  @Test func imagesAreDecodedOnceAndKnownByTheirPixels() throws {
    try put(names(["a", "b"], count: 20))
    let own = own()
    func load(_ own: OwnImagesFolder) throws -> ImageCollection {
      try own.load(own.reference(like: .cifar10), cache: cache)
    }
    let first = try load(own)
    let kept = try FileManager.default.contentsOfDirectory(atPath: cache.appending(path: ".decoded").path)
    #expect(kept.contains { $0.hasSuffix(".images") })
    #expect(try load(own).identity == first.identity && load(own).training.bytes == first.training.bytes)
    // Elsewhere, the same images are the same data.
    try FileManager.default.copyItem(
      at: folder.url.appending(path: "own"), to: folder.url.appending(path: "copy"))
    #expect(try load(self.own("copy")).identity == first.identity)
    #expect(try load(self.own(side: 24)).identity != first.identity)
    try put(["a/0.png"]) { _ in 250 }
    #expect(try load(own).identity != first.identity)
  }

  @Test func picturesOfOtherFormatsAreCounted() throws {
    try put(names(["a", "b"], count: 20))
    for name in ["a/x.webp", "b/y.HEIC", "b/notes.txt"] {
      try Data().write(to: folder.url.appending(path: "own/\(name)"))
    }
    let listing = try own().listing()
    #expect(listing.passedOver == 2 && listing.summary(side: 16).contains("2 passed over"))
  }

  @Test func namedPicturesKeepTheirOrder() throws {
    try put(["z.png", "in/b.png", "in/a.png"])
    let root = folder.url.appending(path: "own")
    let pictures = try Pictures([root.appending(path: "z.png"), root.appending(path: "in")], side: 8)
    #expect(pictures.names.map { $0.split(separator: "/").last } == ["z.png", "a.png", "b.png"])
    let array = pictures.interleaved
    #expect(array.shape == [3, 8, 8, 3] && array.bytes[0] == pictures.images.bytes[0])
    #expect(array.bytes[2] == 9 && array.bytes[5] == 9)
    #expect(throws: DataError.self) { try Pictures([root.appending(path: "none.png")], side: 8) }
  }
}
