import Foundation
import Testing

@testable import Vision

/// `.npy` files: those that NumPy wrote (`Tests/Fixtures/generate_arrays.py`), and what must be refused.
@Suite struct ByteArrayTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/arrays")

  static func file(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(name))
  }

  /// What the fixtures hold: 3 images of 4 × 5 × 3.
  static let images = ByteArray(shape: [3, 4, 5, 3], bytes: (0..<180).map { UInt8($0 * 7 % 251) })

  /// What is wrong with `data`; `nil` when nothing is.
  func problem(_ data: Data) -> ArrayFileError.Problem? {
    do throws(ArrayFileError) {
      _ = try ByteArray(npy: data, path: "a.npy")
      return nil
    } catch {
      #expect(error.path == "a.npy" && error.description.hasPrefix("a.npy "))
      #expect(!error.description.contains("\n") && !error.description.hasSuffix("."), "\(error)")
      return error.problem
    }
  }

  /// A file of version 1.0 with `header` and `count` bytes after it.
  func file(_ header: String, count: Int = 0) -> Data {
    let text = Array(header.utf8)
    return Data(
      NPYHeader.magic + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text
        + [UInt8](repeating: 0, count: count))
  }

  func isMalformed(_ data: Data) -> Bool { if case .malformed = problem(data) { true } else { false } }

  @Test(arguments: ["version-1", "version-2", "version-3", "fortran"])
  func numPysFilesAreRead(name: String) throws {
    let url = ByteArrayTests.folder.appendingPathComponent("\(name).npy")
    #expect(try ByteArray(npy: url) == ByteArrayTests.images)
  }

  @Test func otherNumbersOfAxesAreRead() throws {
    let flat = try ByteArray(npy: try ByteArrayTests.file("one-axis.npy"), path: "")
    #expect(flat == ByteArray(shape: [180], bytes: ByteArrayTests.images.bytes))
    let number = try ByteArray(npy: try ByteArrayTests.file("number.npy"), path: "")
    #expect(number == ByteArray(shape: [], bytes: [7]))
  }

  @Test func whatIsWrittenIsWhatNumPyWrites() throws {
    #expect(ByteArrayTests.images.npy == (try ByteArrayTests.file("version-1.npy")))
    let flat = ByteArray(shape: [180], bytes: ByteArrayTests.images.bytes)
    #expect(flat.npy == (try ByteArrayTests.file("one-axis.npy")))
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("new/images.npy")
    try ByteArrayTests.images.write(npy: url)
    #expect(try ByteArray(npy: url) == ByteArrayTests.images)
    // The header of a shape of any length ends at a multiple of 64 bytes.
    for axes in 0...14 {
      let array = ByteArray(shape: [Int](repeating: 1, count: axes), bytes: [3])
      #expect(array.npy.count % 64 == 1)
      #expect(try ByteArray(npy: array.npy, path: "") == array)
    }
  }

  @Test func otherElementsAreRefused() throws {
    for (name, type) in [("int16", "'<i2'"), ("float32", "'<f4'"), ("bool", "'|b1'")] {
      #expect(problem(try ByteArrayTests.file("\(name).npy")) == .elementType(type))
    }
    #expect(
      problem(try ByteArrayTests.file("fields.npy")) == .elementType("record (several fields an element)"))
    #expect(
      problem(file("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", count: 9))
        == .elementType("'|O'"))
  }

  @Test func everyTruncationAndEveryTailIsRefused() throws {
    let whole = try ByteArrayTests.file("version-1.npy")
    for count in 0..<whole.count {
      guard case .truncated(let found, let expected)? = problem(whole.prefix(count)) else {
        Issue.record("\(count) bytes of the file were taken for a whole one, or for no .npy at all")
        continue
      }
      #expect(found == count && expected > count && expected <= whole.count)
    }
    #expect(problem(whole + [0]) == .trailing(1))
  }

  @Test func absurdShapesAreRefusedBeforeMemoryIsTaken() {
    func header(_ shape: String) -> String { "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }" }
    for shape in ["(99999999999,)", "(4294967296, 4294967296, 4294967296)"] {
      guard case .tooLarge? = problem(file(header(shape), count: 4)) else {
        Issue.record("\(shape) was not too large")
        continue
      }
    }
    let size = file(header("(8, 4)")).count
    #expect(problem(file(header("(8, 4)"), count: 4)) == .truncated(found: size + 4, expected: size + 32))
    #expect(isMalformed(file(header("(99999999999999999999,)"))))
    #expect(isMalformed(file(header("(-1,)"))))
    // NumPy writes arrays of nothing too.
    #expect(problem(file(header("(0, 3)"))) == nil)
  }

  @Test func headersOfAnotherFormAreRefused() {
    #expect(isMalformed(Data("hello, this is no array at all".utf8)))
    for header in [
      "", "{}", "{'descr': '|u1', 'fortran_order': False}",
      "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': [1]}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} + 1",
      "{'descr': '|u1 'fortran_order': False, 'shape': (1,)}", "{'descr': '|u1",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1 1)}",
    ] {
      #expect(isMalformed(file(header, count: 1)), "\(header)")
    }
    var version = ByteArrayTests.images.npy
    version[6] = 4
    #expect(isMalformed(version))
    var long = ByteArrayTests.images.npy
    (long[6], long[8], long[9], long[10], long[11]) = (2, 255, 255, 255, 255)
    #expect(isMalformed(long))
    // Keys in another order, other quotes and the long numbers of Python 2 are the same header.
    #expect(
      problem(file("{\"shape\":(1L, 2),'fortran_order':True , 'descr': \"<u1\"}\n", count: 2)) == nil)
  }

  @Test func imagesKeepTheirColoursAndPlaces() throws {
    let images = Shapes.images(3, seed: 1, stream: "arrays")
    let array = ByteArray(images)
    #expect(array.shape == [3, 32, 32, 3])
    for (image, y, x, channel) in [(0, 0, 0, 0), (1, 5, 20, 1), (2, 31, 31, 2)] {
      #expect(
        array.bytes[((image * 32 + y) * 32 + x) * 3 + channel]
          == images.bytes[((image * 3 + channel) * 32 + y) * 32 + x])
    }
    #expect(try array.images().bytes == images.bytes)
    let planes = ByteArray(shape: [3, 3, 32, 32], bytes: images.bytes)
    #expect(try planes.images().bytes == images.bytes)
    // Reading in the other order swaps the first and the last colour of every image.
    let swapped = try array.images(colors: .bgr)
    for image in 0..<3 {
      for channel in 0..<3 {
        func plane(_ set: ImageSet, _ channel: Int) -> ArraySlice<UInt8> {
          set.bytes[(3 * image + channel) * 1_024..<(3 * image + channel + 1) * 1_024]
        }
        #expect(plane(swapped, channel) == plane(images, 2 - channel))
      }
    }
    #expect(try planes.images(colors: .bgr).bytes == swapped.bytes)
  }

  @Test func shapesThatAreNoImagesAreRefused() {
    for shape in [[3, 4, 5, 4], [3, 60], [2, 3, 4, 3], [0, 4, 4, 3], []] {
      let array = ByteArray(shape: shape, bytes: [UInt8](repeating: 0, count: shape.reduce(1, *)))
      #expect(throws: ArrayFileError.Problem.self) { try array.images() }
    }
  }
}
