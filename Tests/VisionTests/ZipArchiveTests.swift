import Foundation
import Testing

@testable import Vision

/// `.npz` archives: those that NumPy and Python wrote (`Tests/Fixtures/generate_arrays.py`), and what must be refused.
@Suite struct ZipArchiveTests {
  func problem(_ data: Data, named name: String? = nil) -> ArrayFileError.Problem? {
    do throws(ArrayFileError) {
      _ = try ByteArray(npz: data, named: name, path: "a.npz")
      return nil
    } catch {
      #expect(error.path.hasPrefix("a.npz") && !error.description.contains("\n"))
      return error.problem
    }
  }

  func isMalformed(_ data: Data) -> Bool { if case .malformed = problem(data) { true } else { false } }

  @Test(arguments: ["stored", "deflated", "streamed", "wide"]) func archivesAreRead(name: String) throws {
    let url = ByteArrayTests.folder.appendingPathComponent("\(name).npz")
    #expect(try ByteArray(npz: url) == ByteArrayTests.images)
    #expect(try ByteArray(npz: url, named: "images") == ByteArrayTests.images)
    #expect(
      try ImageSet(arrayFile: url, height: 9, width: 9).bytes == ByteArrayTests.images.images().bytes)
  }

  @Test func theArrayThatIsMeantHasToBeClear() throws {
    let two = try ByteArrayTests.file("two.npz")
    guard case .unfit(let text)? = problem(two) else { Issue.record("one of two was taken"); return }
    #expect(text.contains("train, test") && text.contains("of which 2 have four axes"), "\(text)")
    #expect(try ByteArray(npz: two, named: "test", path: "").shape == [3, 4, 5, 3])
    #expect(problem(two, named: "images") != nil)
    // Labels alone are no images, and are told by their type when they are asked for.
    #expect(problem(try ByteArrayTests.file("stored.npz"), named: "label") == .elementType("'<i8'"))
  }

  @Test func everyTruncationIsRefused() throws {
    for name in ["stored", "deflated", "wide"] {
      let whole = try ByteArrayTests.file("\(name).npz")
      for count in 0..<whole.count { #expect(problem(whole.prefix(count)) != nil, "\(name), \(count) bytes") }
    }
  }

  /// No byte of the member, nor of what the directory says of it, can be another without being noticed or harmless.
  @Test(arguments: ["stored", "deflated"]) func noFlippedByteGivesOtherImages(name: String) throws {
    let whole = try ByteArrayTests.file("\(name).npz")
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 0x55
      let read = try? ByteArray(npz: damaged, named: "images", path: "")
      #expect(read == nil || read == ByteArrayTests.images, "byte \(place)")
    }
  }

  @Test func labelsOfOneClassAreNoBomb() throws {
    let read = try ByteArray(npz: try ByteArrayTests.file("one-class.npz"), path: "")
    #expect(read == ByteArrayTests.images)
  }

  @Test func bombsAreRefusedBeforeTheyGoOff() throws {
    // 64 MB of zeros are images of one colour; 2 GB of them, announced honestly, are refused by their ratio.
    let bomb = try ByteArrayTests.file("bomb.npz")
    #expect(bomb.count < 70_000)
    #expect(problem(bomb, named: "images") == nil)
    var large = bomb
    let size = try #require(large.range(of: Data([0x50, 0x4B, 0x01, 0x02]))).lowerBound + 24
    large.replaceSubrange(size..<size + 4, with: [0, 0, 0, 0x80])
    guard case .tooLarge(let announced, _)? = problem(large, named: "images") else {
      Issue.record("a bomb was read")
      return
    }
    #expect(announced.contains("compressed ones of images.npy"), "\(announced)")
    // One that announces less than it holds is cut off there.
    var liar = bomb
    let entry = try #require(liar.range(of: Data([0x50, 0x4B, 0x01, 0x02]))).lowerBound
    liar.replaceSubrange(entry + 24..<entry + 28, with: [0x00, 0x10, 0x00, 0x00])
    #expect(isMalformed(liar))
    // And no header's word alone takes memory: 4 GiB less one byte in a stored member of 308.
    var giant = try ByteArrayTests.file("stored.npz")
    let stored = try #require(giant.range(of: Data([0x50, 0x4B, 0x01, 0x02]))).lowerBound
    for place in [20, 24] {
      giant.replaceSubrange(stored + place..<stored + place + 4, with: [0xFE, 0xFF, 0xFF, 0xFF])
    }
    guard case .truncated? = problem(giant, named: "images") else { Issue.record("a giant was read"); return }
  }

  @Test func whatIsPackedOtherwiseIsNamed() throws {
    func changed(_ offset: Int, to value: UInt8) throws -> Data {
      var data = try ByteArrayTests.file("deflated.npz")
      let entry = try #require(data.range(of: Data([0x50, 0x4B, 0x01, 0x02]))).lowerBound
      data[entry + offset] = value
      return data
    }
    #expect(problem(try changed(8, to: 1)) == .malformed("its member images.npy is encrypted"))
    #expect(
      problem(try changed(10, to: 14))
        == .malformed("its member images.npy is packed by method 14, not 0 or 8"))
    #expect(isMalformed(Data("PK, but nothing of the kind follows here".utf8)))
    #expect(isMalformed(Data()))
  }

  @Test func bytesAloneSayTheirLayoutByTheirName() throws {
    let folder = try TemporaryFolder()
    let images = Shapes.images(2, seed: 7, stream: "raw")
    func read(_ name: String, _ bytes: [UInt8]) throws -> ImageSet {
      let url = folder.url.appendingPathComponent(name)
      try Data(bytes).write(to: url)
      return try ImageSet(arrayFile: url, height: 32, width: 32)
    }
    #expect(try read("a.chw.bin", images.bytes).bytes == images.bytes)
    #expect(try read("a.hwc.bin", ByteArray(images).bytes).bytes == images.bytes)
    #expect(throws: ArrayFileError.self) { try read("a.chw.bin", Array(images.bytes.dropLast())) }
    let error = #expect(throws: ArrayFileError.self) { try read("a.bin", images.bytes) }
    #expect(error?.description.contains(".hwc.bin") == true)
  }
}
