import CPNG
import Foundation
import Testing

@testable import Vision

/// CamVid in SegNet's folders, on small files made in that format and on the real ones where they are at hand.
@Suite struct CamVidTests {
  let folder: TemporaryFolder
  static let (height, width) = (6, 9)
  static let counts = [("train", 3), ("val", 2), ("test", 2)]

  init() throws {
    folder = try TemporaryFolder()
    for (split, count) in Self.counts {
      let (frames, masks) = (try folder.make("CamVid/\(split)"), try folder.make("CamVid/\(split)annot"))
      for index in 0..<count {
        let name = "0001TP_\(index).png"
        try Self.png(Self.frame(split, index), channels: 3).write(to: frames.appending(path: name))
        try Self.png(Self.mask(split, index), channels: 1).write(to: masks.appending(path: name))
      }
    }
  }

  private var camvid: CamVid { CamVid(folder: folder.url.appending(path: "CamVid")) }
  private func url(_ path: String) -> URL { folder.url.appending(path: "CamVid/\(path)") }

  /// Interleaved bytes of a frame.
  static func frame(_ split: String, _ index: Int) -> [UInt8] {
    (0..<3 * height * width).map { UInt8(truncatingIfNeeded: $0 * 7 + index * 31 + split.utf8.count * 57) }
  }

  /// Class indices, 11 among them.
  static func mask(_ split: String, _ index: Int) -> [UInt8] {
    (0..<height * width).map { UInt8(($0 + index + split.utf8.count) % 12) }
  }

  /// A PNG file of gray or red, green and blue bytes.
  static func png(_ bytes: [UInt8], channels: Int, height: Int = height, width: Int = width) throws -> Data {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    (image.width, image.height) = (UInt32(width), UInt32(height))
    image.format = channels == 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0
    var (size, data) = (png_alloc_size_t(1 << 16), Data(count: 1 << 16))
    let isWritten = data.withUnsafeMutableBytes {
      png_image_write_to_memory(&image, $0.baseAddress, &size, 0, bytes, 0, nil) != 0
    }
    try #require(isWritten)
    return data.prefix(Int(size))
  }

  @Test func framesAndMasksAreReadInTheOrderOfTheirNames() throws {
    for split in CamVid.Split.allCases {
      let set = try camvid.frames(split)
      let count = Self.counts.first { $0.0 == split.rawValue }!.1
      #expect(set.count == count && set.images.height == Self.height && set.images.width == Self.width)
      #expect(set.classNames.count == 11 && set.images.labels.isEmpty)
      let planes = (0..<count).flatMap { index in
        let bytes = Self.frame(split.rawValue, index)
        return (0..<3).flatMap { c in stride(from: c, to: bytes.count, by: 3).map { bytes[$0] } }
      }
      #expect(set.images.bytes == planes)
      // 11 is void.
      let masks = (0..<count).flatMap { Self.mask(split.rawValue, $0).map { $0 == 11 ? 255 : $0 } }
      #expect(set.masks == masks)
    }
  }

  @Test func maskOfAnUnknownClassIsNamed() throws {
    var mask = Self.mask("val", 1)
    mask[5] = 12
    try Self.png(mask, channels: 1).write(to: url("valannot/0001TP_1.png"))
    #expect(
      throws: DataError.labelOutOfRange(
        path: url("valannot/0001TP_1.png").path, image: 1, found: 12, valid: 0...11)
    ) { try camvid.frames(.val) }
    _ = try camvid.frames(.train)
  }

  @Test func filesOfAnotherSizeAreNamed() throws {
    try Self.png(Array(Self.mask("test", 0).prefix(48)), channels: 1, width: 8)
      .write(to: url("testannot/0001TP_0.png"))
    let error = #expect(throws: DataError.self) { try camvid.frames(.test) }
    #expect(error?.description.contains("found 8 × 6 pixels, expected 9 × 6 as in test/0001TP_0.png") == true)
  }

  @Test func masksOfNothingAreRefused() throws {
    for index in 0..<2 {
      let void = [UInt8](repeating: 11, count: Self.height * Self.width)
      try Self.png(void, channels: 1).write(to: url("testannot/0001TP_\(index).png"))
    }
    let error = #expect(throws: DataError.self) { try camvid.frames(.test) }
    #expect(
      error?.description.contains("testannot is not in its format: found no pixel of any class") == true)
  }

  @Test func hiddenTwinsAreNoFrames() throws {
    try Data("macOS".utf8).write(to: url("train/._0001TP_0.png"))
    try Data("macOS".utf8).write(to: url("trainannot/.DS_Store"))
    #expect(try camvid.frames(.train).count == 3)
  }

  @Test func aMaskInColorsIsRefused() throws {
    try Self.png(Self.frame("test", 0), channels: 3).write(to: url("testannot/0001TP_0.png"))
    #expect(throws: DataError.self) { try camvid.frames(.test) }
  }

  // MARK: The data set

  @Test func theCollectionIsMadeOfThem() throws {
    #expect(throws: DataError.self, "unknown content") { try DatasetReference.camvid.load(from: folder.url) }
    let images = try DatasetReference.camvid.load(from: folder.url, acceptingDigest: true)
    #expect(images.identity.name == "camvid" && images.identity.kind.hasPrefix("custom:"))
    #expect(images.training.count == 3 && images.test.count == 2)
    let segmentation = try #require(images.segmentation)
    #expect(segmentation.training.masks.count == 3 * 54 && segmentation.identity == images.identity)
    // Two windows of 6 × 6 cover a frame of 6 × 9.
    #expect(
      images.pretraining.count == 6 && images.pretraining.width == 6 && images.pretraining.labels.isEmpty)
    #expect(Standardization.of(.camvid) == .camvid && DatasetReference.camvid.classCount == 11)
    let few = try DatasetReference.camvid.first(2).load(from: folder.url, acceptingDigest: true)
    #expect(few.pretraining.count == 2 && few.segmentation?.training.count == 2 && few.test.count == 2)
    let tuning = try DatasetReference(.camvid, holdsOutTail: true).load(
      from: folder.url, acceptingDigest: true)
    let validation = try camvid.frames(.val)
    #expect(tuning.segmentation?.test.masks == validation.masks && tuning.training.count == 3)
  }

  @Test func theDigestIsThatOfTheShell() throws {
    let store = DataStore(directory: folder.url)
    let identity = try store.verify(.camvid, acceptingDigest: true)
    let shell = Process()
    let output = Pipe()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.currentDirectoryURL = url("")
    shell.arguments = ["-c", "LC_ALL=C ls -1 */*.png | LC_ALL=C sort | xargs sha256sum | sha256sum"]
    shell.standardOutput = output
    try shell.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text.hasPrefix(identity.digest))
    #expect(store.status(of: .camvid).state == .present(folder: url(""), kind: identity.kind))
    try Data("x".utf8).write(to: url("train/0001TP_0.png"))
    #expect(store.status(of: .camvid).state == .present(folder: url(""), kind: nil))
  }

  @Test func incompleteCopiesAreNamed() throws {
    for (path, expected) in [
      ("valannot/0001TP_1.png", "valannot/0001TP_1.png"), ("train/0001TP_0.png", "train/0001TP_0.png"),
      ("testannot", "testannot/0001TP_0.png"),
    ] {
      let kept = folder.url.appending(path: "kept")
      try FileManager.default.moveItem(at: url(path), to: kept)
      #expect(throws: DataError.missingFile(path: url(expected).path, set: "camvid")) {
        try DataFolder(of: .camvid, in: folder.url)
      }
      try FileManager.default.moveItem(at: kept, to: url(path))
    }
    try FileManager.default.removeItem(at: url("val"))
    try FileManager.default.removeItem(at: url("valannot"))
    #expect(throws: DataError.missingFile(path: url("val/*.png").path, set: "camvid")) {
      try DataFolder(of: .camvid, in: folder.url)
    }
  }

  @Test func aCopyIsTakenFromAFolder() async throws {
    let store = DataStore(directory: folder.url.appending(path: "Data"))
    await #expect(throws: DownloadError.notPublished(set: "camvid", folders: ["CamVid"])) {
      try await store.get(.camvid)
    }
    for source in [folder.url, url("")] {
      let identity = try await store.get(.camvid, from: source, acceptingDigest: true)
      #expect(try store.verify(.camvid, acceptingDigest: true) == identity)
    }
    let copy = try DatasetReference.camvid.load(from: store.directory, acceptingDigest: true)
    #expect(copy.segmentation?.training.masks == (try camvid.frames(.train)).masks)
    let error = await #expect(throws: DownloadError.self) {
      try await store.get(.camvid, from: folder.url.appending(path: "nowhere"))
    }
    #expect(error?.description.contains("CamVid") == true)
  }

  /// The 240 × 180 copy that results are recorded with, where it is at hand.
  @Test func theRealFramesAreThere() throws {
    let directory = DataStore.defaultDirectory
    guard FileManager.default.fileExists(atPath: directory.appending(path: "CamVid").path) else {
      print("CamVid is not in \(directory.path): the real frames are not tested")
      return
    }
    let images = try DatasetReference.camvid.load(from: directory)
    guard images.identity.kind == "segnet-240x180" else {
      print("CamVid in \(directory.path) is \(images.identity.kind): only that it can be read is tested")
      return
    }
    let frames = try #require(images.segmentation)
    #expect(frames.training.count == 367 && frames.test.count == 233)
    #expect(frames.training.images.width == 240 && frames.training.images.height == 180)
    #expect(images.pretraining.count == 367 * 6 && images.pretraining.width == 96)
    // 3.96 % of the training pixels are void, and a third is road.
    let all = Double(frames.training.masks.count)
    func share(_ label: UInt8) -> Double { Double(frames.training.masks.count { $0 == label }) / all }
    #expect(abs(share(255) - 0.0396) < 1e-4 && abs(share(3) - 0.3179) < 1e-4)
    let measured = Standardization(measuredOn: frames.training.images)
    for (a, b) in zip(
      measured.mean + measured.deviation, Standardization.camvid.mean + Standardization.camvid.deviation)
    {
      #expect(abs(a - b) < 1e-4)
    }
  }
}
