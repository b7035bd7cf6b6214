import Foundation

/// Golden vectors written by `Tests/Fixtures/generate_fixtures.py`.
struct VisionFixture {
  private struct File: Decodable {
    let tensors: [String: Entry]
  }

  struct Entry: Decodable {
    let shape: [Int]
    let f32: Data?
    let i32: Data?
  }

  private let file: File

  init(_ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Fixtures/\(name).json"))
    file = try JSONDecoder().decode(File.self, from: data)
  }

  subscript(_ name: String) -> Entry { file.tensors[name]! }

  /// An H × W × 3 image as three planes.
  func planes(_ name: String) -> [Float] {
    let entry = self[name]
    let values = entry.f32!.elements(Float.self)
    let pixels = entry.shape[0] * entry.shape[1]
    return (0..<3 * pixels).map { values[$0 % pixels * 3 + $0 / pixels] }
  }
}

extension Data {
  /// The bytes as little-endian numbers.
  func elements<Element>(_: Element.Type) -> [Element] {
    [Element](unsafeUninitializedCapacity: count / MemoryLayout<Element>.stride) { buffer, initialized in
      initialized = copyBytes(to: buffer) / MemoryLayout<Element>.stride
    }
  }
}

/// A folder that is deleted when the test lets go of it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("vision-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func make(_ name: String) throws -> URL {
    let folder = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
