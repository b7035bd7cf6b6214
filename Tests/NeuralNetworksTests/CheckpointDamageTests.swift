import Foundation
import Tensors
import Testing

@testable import NeuralNetworks

/// Every way in which a file can be wrong has an error of its own, and none is read.
@Suite struct CheckpointDamageTests {
  private func expect(
    _ problem: CheckpointError.Problem, reading bytes: Data, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryFile { file in
      try bytes.write(to: file)
      expectProblem(
        { $0 == problem }, of: { _ = try Checkpoint.read(from: file) }, sourceLocation: sourceLocation)
    }
  }

  /// A file of the given header and `count` bytes of elements.
  private func file(_ header: String, count: Int = 0, length: UInt64? = nil) -> Data {
    let text = Data(header.utf8)
    return withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Data($0) } + text
      + Data(count: count)
  }

  private func one(_ fields: String) -> String { "{\"a\":{\(fields)}}" }

  @Test func everyTruncationIsFound() throws {
    let whole = CheckpointTests.reference
    try withTemporaryFile { file in
      for count in 0..<whole.count {
        try whole.prefix(count).write(to: file)
        expectProblem {
          switch $0 {
          case .foreign: count < 9
          case .truncated(let expected, let found): expected > found && found == count
          default: false
          }
        } of: {
          _ = try Checkpoint.read(from: file)
        }
      }
    }
    try expect(.trailingBytes(expected: whole.count, found: whole.count + 1), reading: whole + [0])
  }

  @Test func everyChangedByteOfTheHeaderIsReadOrRefused() throws {
    let whole = CheckpointTests.reference
    try withTemporaryFile { file in
      for place in 8..<488 {
        for value: UInt8 in [0, 0x22, 0x39, 0x7D, 0xFF] {
          var changed = whole
          changed[place] = value
          try changed.write(to: file)
          do { _ = try Checkpoint.read(from: file) } catch { #expect(error is CheckpointError) }
        }
      }
    }
  }

  @Test func foreignFilesAreNamed() throws {
    try expect(.foreign("an empty file"), reading: Data())
    try expect(.foreign("an HTML page"), reading: Data("<!DOCTYPE html><html></html>".utf8))
    try expect(
      .foreign("a zip archive, as torch.save writes"), reading: Data("PK\u{3}\u{4}aaaaaaaaaaaaaaa".utf8))
    try expect(.foreign("a Python pickle"), reading: Data([0x80, 2]) + Data(count: 20))
    try expect(.foreign("a gzip archive"), reading: Data([0x1F, 0x8B]) + Data(count: 20))
    try expect(
      .foreign("something else (it begins with 00 00 00 00 00 00 00 00 00)"), reading: Data(count: 20))
  }

  @Test func headersBeyondTheLimitAreNotRead() throws {
    try expect(
      .oversizedHeader(length: 100_000_001, limit: 100_000_000), reading: file("{}", length: 100_000_001))
    try expect(.oversizedHeader(length: .max, limit: 100_000_000), reading: file("{}", length: .max))
    try expect(.truncated(expected: 108, found: 10), reading: file("{}", length: 100))
  }

  @Test func headersMustBeUTF8() throws {
    var bytes = file("{\"a\":1}")
    bytes[10] = 0xFF
    try expect(.headerNotUTF8, reading: bytes)
  }

  @Test func namesMustDiffer() throws {
    let entry = "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"
    try expect(.duplicateName("a"), reading: file("{\"a\":{\(entry)},\"a\":{\(entry)}}", count: 4))
    // The same name in an escape.
    try expect(.duplicateName("a"), reading: file("{\"a\":{\(entry)},\"\\u0061\":{\(entry)}}", count: 4))
    try expect(.duplicateName("k"), reading: file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"))
    try expect(
      .duplicateName("dtype"),
      reading: file(one("\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]"), count: 4)
    )
  }

  @Test func typesMustBeKnown() throws {
    let header = one("\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]")
    try expect(.unsupportedType(tensor: "a", found: "F64"), reading: file(header, count: 8))
  }

  @Test func shapesAndPlacesMustAgree() throws {
    func header(_ shape: String, _ offsets: String) -> String {
      one("\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]")
    }
    try expect(
      .sizeMismatch(tensor: "a", shape: [2], expected: 8, found: 4),
      reading: file(header("2", "0,4"), count: 4))
    try expect(
      .sizeMismatch(tensor: "a", shape: [1], expected: 4, found: -4),
      reading: file(header("1", "4,0"), count: 4))
    let huge = 1 << 62
    try expect(
      .hugeShape(tensor: "a", shape: [huge, 4]), reading: file(header("\(huge),4", "0,4"), count: 4))
    try expect(
      .truncated(
        expected: 8 + header("9", "0,36").utf8.count + 36, found: 8 + header("9", "0,36").utf8.count),
      reading: file(header("9", "0,36")))
    try expect(.gap(tensor: "a", begin: 4, previousEnd: 0), reading: file(header("1", "4,8"), count: 8))
  }

  @Test func tensorsMustNotOverlap() throws {
    let header = """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
      """
    try expect(.overlap(tensor: "b", begin: 4, previousEnd: 8), reading: file(header, count: 8))
  }

  @Test(arguments: [
    "{\"a\":1}", "{\"a\":{}", "{\"a\":{\"dtype\":\"F32\"}}", "{\"a\" {}}", "{,}",
    "{\"a\":{\"dtype\":\"F32\",}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "{\"\\ud800\":{}}",
    "{\"\\u00g1\":{}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "{\"a\\", "{\"a\\u12", "{} x",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", "{\"\\u+123\":{}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", "{\"__metadata__\":{\"a\":1}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"extra\":\"x\"}}",
  ])
  func brokenHeadersAreRefused(header: String) throws {
    try withTemporaryFile { url in
      try file(header, count: 4).write(to: url)
      expectProblem {
        if case .malformedHeader = $0 { true } else { false }
      } of: {
        _ = try Checkpoint.read(from: url)
      }
    }
  }

  @Test func aFolderIsNotACheckpoint() {
    expectProblem {
      $0 == .unreadable("it is not a file")
    } of: {
      _ = try Checkpoint.read(from: FileManager.default.temporaryDirectory)
    }
  }
}
