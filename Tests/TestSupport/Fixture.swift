import Foundation
import Tensors

/// Golden vectors that another program made: a file of `Tests/Fixtures`, whose generator says what its names mean.
public struct Fixture: Sendable {
  /// Who made the file, with versions, and what its names mean.
  public let meta: [String: String]
  /// Numbers by name.
  public let scalars: [String: Double]
  private let file: String
  private let entries: [String: Entry]

  /// Reads `name.json`, or `name.json.gz` where that is there instead.
  ///
  /// - Throws: `FixtureError`.
  public init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    try self.init(folder.appending(path: "Fixtures/\(name).json"))
  }

  /// Reads `url`, or the same with `.gz` where that is there instead.
  ///
  /// - Throws: `FixtureError`.
  public init(_ url: URL) throws {
    let contents = try Fixture.contents(of: url)
    do {
      let decoded = try JSONDecoder().decode(Contents.self, from: contents)
      (file, meta, entries, scalars) = (url.path, decoded.meta, decoded.tensors, decoded.scalars)
    } catch {
      throw FixtureError(file: url.path, problem: "is not a fixture: \(error)")
    }
  }

  /// The float32 or int32 tensor `name`; traps when there is none.
  public func tensor(_ name: String) -> Tensor {
    let entry = entry(name)
    let (dataType, data): (DataType, Data) =
      switch (entry.f32, entry.i32) {
      case (let floats?, _): (.float32, floats)
      case (_, let integers?): (.int32, integers)
      default: preconditionFailure("\(file): '\(name)' is float64; read it with doubles(_:)")
      }
    var tensor = Tensor(uninitialized: Shape(entry.shape), dataType)
    tensor.withMutableBytes { _ = data.copyBytes(to: $0) }
    return tensor
  }

  /// The elements of `name` in row-major order; traps when there is no such tensor.
  public func doubles(_ name: String) -> [Double] {
    let entry = entry(name)
    if let doubles = entry.f64 { return Fixture.elements(of: doubles, as: Double.self) }
    if let floats = entry.f32 { return Fixture.elements(of: floats, as: Float.self).map(Double.init) }
    return Fixture.elements(of: entry.i32!, as: Int32.self).map(Double.init)
  }

  /// The elements of the int32 tensor `name`; traps when there is none.
  public func integers(_ name: String) -> [Int] {
    guard let data = entry(name).i32 else { preconditionFailure("\(file): '\(name)' does not hold integers") }
    return Fixture.elements(of: data, as: Int32.self).map(Int.init)
  }

  /// The number `name`; traps when there is none.
  public func scalar(_ name: String) -> Double {
    guard let value = scalars[name] else { preconditionFailure("\(file) has no scalar '\(name)'") }
    return value
  }

  /// The shape of the tensor `name`; traps when there is none.
  public func shape(_ name: String) -> Shape { Shape(entry(name).shape) }

  /// Every float32 or int32 tensor whose name begins with `prefix`, under what follows it: a state dictionary.
  public func tensors(under prefix: String) -> [String: Tensor] {
    let names = entries.filter { $0.key.hasPrefix(prefix) && $0.value.f64 == nil }.keys
    return Dictionary(uniqueKeysWithValues: names.map { (String($0.dropFirst(prefix.count)), tensor($0)) })
  }

  private func entry(_ name: String) -> Entry {
    guard let entry = entries[name] else {
      preconditionFailure(
        "\(file) has no tensor '\(name)', only \(entries.keys.sorted().joined(separator: ", "))")
    }
    return entry
  }
}

/// Why golden vectors could not be read.
public struct FixtureError: Error, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong with it.
  public let problem: String

  /// The file, what is wrong with it, and how to make it anew.
  public var description: String {
    "\(file) \(problem); make it anew with Tests/Fixtures/generate_fixtures.py"
  }
}

extension Fixture {
  private struct Contents: Decodable {
    let meta: [String: String]
    let tensors: [String: Entry]
    let scalars: [String: Double]
  }

  /// A tensor as the file has it: little-endian elements of one of three types.
  private struct Entry: Decodable {
    let shape: [Int]
    let f32, f64, i32: Data?

    private enum CodingKeys: String, CodingKey { case shape, f32, f64, i32 }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      shape = try container.decode([Int].self, forKey: .shape)
      f32 = try container.decodeIfPresent(Data.self, forKey: .f32)
      f64 = try container.decodeIfPresent(Data.self, forKey: .f64)
      i32 = try container.decodeIfPresent(Data.self, forKey: .i32)
      let bytes = [f32?.count, i32?.count, f64.map { $0.count / 2 }].compactMap { $0 }
      guard bytes.count == 1, shape.allSatisfy({ $0 >= 0 }), bytes[0] == 4 * shape.reduce(1, *) else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath, debugDescription: "\(bytes) bytes do not fill the shape \(shape)")
        )
      }
    }
  }

  private static func elements<Element>(of data: Data, as type: Element.Type) -> [Element] {
    data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: MemoryLayout<Element>.size).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: type)
      }
    }
  }

  private static func contents(of url: URL) throws -> Data {
    if let data = try? Data(contentsOf: url) { return data }
    let compressed = url.path + ".gz"
    guard FileManager.default.isReadableFile(atPath: compressed) else {
      throw FixtureError(file: url.path, problem: "is not there, nor with .gz")
    }
    let gzip = Process()
    let output = Pipe()
    gzip.executableURL = URL(filePath: "/usr/bin/env")
    gzip.arguments = ["gzip", "-dc", compressed]
    gzip.standardOutput = output
    try gzip.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    gzip.waitUntilExit()
    guard gzip.terminationStatus == 0 else {
      throw FixtureError(file: compressed, problem: "is damaged (gzip ended with \(gzip.terminationStatus))")
    }
    return data
  }
}
