import Foundation
import Testing

@testable import Vision

/// CIFAR's Python form: files that Python wrote (`Tests/Fixtures/generate_cifar_pickles.py`), and what must be refused.
@Suite struct PickleTests {
  let url = URL(fileURLWithPath: "/data/data_batch_1")

  func pickle(_ name: String) throws -> Data {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name).pickle"))
  }

  func images(_ multiplier: Int) -> [UInt8] { (0..<2 * 3_072).map { UInt8($0 * multiplier % 251) } }

  /// Replaces the one place where `old` stands.
  func replacing(_ old: String, by new: String, in data: Data) throws -> Data {
    let range = try #require(data.range(of: Data(old.utf8)))
    var changed = data
    changed.replaceSubrange(range, with: Data(new.utf8))
    return changed
  }

  func detail(_ data: Data) -> String? {
    do throws(DataError) {
      let dictionary = try PickledDictionary(data, url: url)
      var bytes: [UInt8] = []
      try dictionary.appendRows("data", rows: 2, columns: 3_072, to: &bytes)
      return nil
    } catch {
      guard case .malformed(url.path, let detail) = error else { return "another error: \(error)" }
      return detail
    }
  }

  @Test func pythonsFilesAreRead() throws {
    let ten = try PickledDictionary(try pickle("cifar10"), url: url)
    #expect(try ten.integers("labels") == [3, 9])
    var bytes: [UInt8] = []
    try ten.appendRows("data", rows: 2, columns: 3_072, to: &bytes)
    #expect(bytes == images(7))
  }

  @Test func columnMajorArraysAreTransposed() throws {
    let hundred = try PickledDictionary(try pickle("cifar100"), url: url)
    #expect(
      try hundred.integers("fine_labels") == [19, 29] && hundred.integers("coarse_labels") == [11, 15])
    var bytes: [UInt8] = []
    try hundred.appendRows("data", rows: 2, columns: 3_072, to: &bytes)
    #expect(bytes == images(13))
  }

  @Test func wholeDataSetsAreRead() throws {
    let folder = try TemporaryFolder()
    for name in [
      "data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch",
    ] {
      try pickle("cifar10").write(to: folder.url.appendingPathComponent(name))
    }
    let (training, test) = try CIFAR.ten(imagesPerFile: 2).read(folder.url, .pickle)
    #expect(training.count == 10 && test.count == 2 && test.bytes == images(7))
    #expect(training.labels == [3, 9, 3, 9, 3, 9, 3, 9, 3, 9])
    for name in ["train", "test"] {
      try pickle("cifar100").write(to: folder.url.appendingPathComponent(name))
    }
    #expect(try CIFAR.hundred(training: 2, test: 2).read(folder.url, .pickle).training.labels == [19, 29])
    #expect(throws: DataError.self) { try CIFAR.hundred(training: 3, test: 2).read(folder.url, .pickle) }
  }

  @Test func nothingElseIsCalled() throws {
    let pickle = try pickle("cifar10")
    let call = try replacing("cnumpy\ndtype\n", by: "cos\nsystem\n", in: pickle)
    #expect(detail(call)?.contains("a call of os.system, which the official files do not make") == true)
    let other = try replacing("_reconstruct", by: "_ufunc_cons", in: pickle)
    #expect(detail(other)?.contains("numpy.core.multiarray._ufunc_cons") == true)
    let floats = try replacing("U\u{2}u1", by: "U\u{2}f4", in: pickle)
    #expect(detail(floats)?.contains("other elements than bytes") == true)
    #expect(try replacing("ndarray", by: "matrix_", in: pickle).isEmpty == false)
    #expect(detail(try replacing("ndarray", by: "matrix_", in: pickle))?.contains("numpy.ndarray") == true)
  }

  @Test func foreignInstructionsAreRefused() throws {
    let pickle = try pickle("cifar10")
    for instruction in [0x8C, 0x93, 0x81, 0x69, 0x6F, 0x50, 0x82, 0x95] as [UInt8] {
      var data = Data([0x80, 2])
      data.append(instruction)
      #expect(detail(data + pickle.dropFirst(2))?.contains("not among those of the official files") == true)
    }
    #expect(detail(Data([0x81, 2]) + pickle.dropFirst(2))?.contains("protocol 2") == true)
    #expect(detail(Data("<html><body>503</body></html>".utf8))?.contains("protocol 2") == true)
  }

  @Test(arguments: [3, 4, 5] as [UInt8]) func newerProtocolsAreNamed(number: UInt8) throws {
    let data = Data([0x80, number]) + (try pickle("cifar10")).dropFirst(2)
    let error = #expect(throws: DataError.self) { try PickledDictionary(data, url: url) }
    let text = error?.description ?? ""
    #expect(
      text.contains("found a pickle of protocol \(number), expected one of") && text.contains("binary form"))
    #expect(!text.contains("repro data get"), "a whole copy would be no help")
  }

  /// Protocols 0 and 1 begin without a mark, and Python 3 writes bytes by a call: sound files, of which a whole copy would
  /// be no other.
  @Test func otherWritersAreNamed() {
    let bytes = Data([0x80, 2]) + Data("}U\u{4}datac_codecs\nencode\nX\u{1}\0\0\0aX\u{6}\0\0\0latin1".utf8)
    let files: [(Data, String)] = [
      (Data("(dp0\nS'data'\np1\nI1\nsS'labels'\nI2\ns.".utf8), "a pickle of protocol 0 or 1"),
      (Data("}q\0U\u{4}dataq\u{1}K\u{1}s.".utf8), "a pickle of protocol 0 or 1"),
      (bytes + Data([0x86]) + Data("Rs.".utf8), "a pickle that Python 3 wrote"),
    ]
    for (data, found) in files {
      let text = #expect(throws: DataError.self) { try PickledDictionary(data, url: url) }?.description ?? ""
      #expect(text.contains("found \(found)") && text.contains("binary form"), "\(text)")
      #expect(!text.contains("repro data get"))
    }
  }

  /// Depth is refused where it arises, and never freed by recursion: each of these took the process with it, or hung.
  @Test func nestingIsBounded() throws {
    func nested(_ start: String, _ step: String, _ count: Int) -> Data {
      Data([0x80, 2]) + Data(start.utf8)
        + Data([UInt8](repeating: 0, count: count).flatMap { _ in step.utf8 }) + Data(".".utf8)
    }
    let tuples = Data([0x80, 2, 0x29]) + Data(repeating: 0x85, count: 300_000) + Data(".".utf8)
    #expect(detail(tuples)?.contains("more than 4 tuples in one another") == true)
    let marked = nested(String(repeating: "(", count: 300_000) + ")", "t", 300_000)
    #expect(detail(marked)?.contains("more than 4 tuples in one another") == true)
    // ((…), [(…)]) and so on: each container in another one.
    for (outer, inner, end) in [("]", "]", "a"), ("]", "}", "a"), ("]", ")", "a"), ("}U\u{1}x", "}", "s")] {
      let data = Data([0x80, 2]) + Data((outer + inner + end).utf8) + Data(".".utf8)
      let text = detail(data) ?? ""
      #expect(text.contains("a list of lists") || text.contains("a dictionary in a dictionary"), "\(text)")
    }
    for inner in ["]", "}"] {
      let data = Data([0x80, 2]) + Data(inner.utf8) + Data([0x85]) + Data(".".utf8)
      #expect(detail(data)?.contains("or a list or dictionary in one") == true)
    }
    // A list that is made to hold itself, and a chain of lists that grows at its far end.
    #expect(detail(Data([0x80, 2]) + Data("]q\0h\0a.".utf8))?.contains("a list of lists") == true)
    // One wide tuple in many others: its depth is not found anew each time.
    let wide = Data([0x80, 2]) + Data("(".utf8) + Data(repeating: 0x4E, count: 1_000_000) + Data("tq\0".utf8)
    let start = ContinuousClock.now
    _ = detail(wide + Data((0..<300_000).flatMap { _ in [0x68, 0, 0x85] as [UInt8] }) + Data(".".utf8))
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func countsAndNamesAreBounded() {
    let many = Data([0x80, 2]) + Data(repeating: 0x4E, count: PickleReader.mostValues + 1)
    #expect(detail(many)?.contains("more than 4000000 instructions") == true)
    let name = Data([0x80, 2]) + Data("c".utf8) + Data(repeating: 0x41, count: 1_000)
    #expect(detail(name)?.contains("a name without an end") == true)
    let key = Data([0x80, 2]) + Data("}T".utf8) + Data([0, 4, 0, 0]) + Data(repeating: 0x41, count: 1_024)
    #expect(detail(key + Data("Ns.".utf8))?.contains("no short text") == true)
  }

  @Test func everyTruncationIsAnError() throws {
    let pickle = try pickle("cifar10")
    for length in Array(0..<260) + Array(6_300..<pickle.count) {
      #expect(detail(pickle.prefix(length)) != nil, "\(length) bytes")
    }
    #expect(detail(pickle + Data([0]))?.contains("1 bytes follow") == true)
  }

  @Test func everyChangedByteIsHarmless() throws {
    let pickle = try pickle("cifar10")
    for position in Array(0..<217) + Array(6_355..<pickle.count) {
      for value in [0, 0x2E, 0x28, 0x52, 0x62, 0x65, 0x71, 0x74, 0x75, 0x87, 0xFF] as [UInt8] {
        var changed = pickle
        changed[position] = value
        _ = detail(changed)
      }
    }
  }

  @Test func missingEntriesAreNamed() throws {
    let dictionary = try PickledDictionary(try pickle("cifar10"), url: url)
    #expect(
      throws: DataError.malformed(path: url.path, detail: "it has no 'fine_labels' that is a list of numbers")
    ) {
      try dictionary.integers("fine_labels")
    }
    #expect(throws: DataError.self) { try dictionary.integers("filenames") }
    var bytes: [UInt8] = []
    #expect(throws: DataError.self) { try dictionary.appendRows("data", rows: 3, columns: 3_072, to: &bytes) }
    #expect(throws: DataError.self) {
      try dictionary.appendRows("labels", rows: 2, columns: 3_072, to: &bytes)
    }
    #expect(bytes.isEmpty)
  }

  @Test func labelsOutOfRangeAreNamed() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("data_batch_1")
    try replacing("K\u{3}K\u{9}", by: "K\u{3}K\u{A}", in: pickle("cifar10")).write(to: file)
    #expect(throws: DataError.labelOutOfRange(path: file.path, image: 1, found: 10, valid: 0...9)) {
      try CIFAR.ten(imagesPerFile: 2).read(folder.url, .pickle)
    }
  }
}
