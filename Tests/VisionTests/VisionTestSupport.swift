import Foundation
import TestSupport

extension Fixture {
  /// An H × W × 3 image as three planes.
  func planes(_ name: String) -> [Float] {
    let values = tensor(name).floats
    let pixels = values.count / 3
    return (0..<3 * pixels).map { values[$0 % pixels * 3 + $0 / pixels] }
  }
}

/// A folder that is deleted when the test lets go of it.
final class TemporaryFolder: Sendable {
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
