import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct FixtureTests {
  /// a: [1, 2] in float32, b: [-1] in int32, c: [0.5] in float64.
  private let json = """
    {"meta": {"about": "a test"}, "scalars": {"loss": 2.5, "k": 3},
     "tensors": {"x.a": {"shape": [1, 2], "f32": "AACAPwAAAEA="}, "x.b": {"shape": [1], "i32": "/////w=="},
                 "c": {"shape": [1], "f64": "AAAAAAAA4D8="}}}
    """

  private func withFile(_ text: String, _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fixture-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.json")
    try Data(text.utf8).write(to: file)
    try body(file)
  }

  private func expectContents(_ fixture: Fixture) {
    #expect(fixture.meta == ["about": "a test"])
    #expect(fixture.scalar("loss") == 2.5 && fixture.scalar("k") == 3)
    #expect(fixture.tensor("x.a").floats == [1, 2] && fixture.shape("x.a") == [1, 2])
    #expect(fixture.integers("x.b") == [-1] && fixture.tensor("x.b").dataType == .int32)
    #expect(fixture.doubles("c") == [0.5] && fixture.doubles("x.a") == [1, 2])
    #expect(fixture.tensors(under: "x.").keys.sorted() == ["a", "b"])
  }

  @Test func readsPlainAndCompressedFiles() throws {
    try withFile(json) { file in
      expectContents(try Fixture(file))
      let gzip = Process()
      gzip.executableURL = URL(filePath: "/usr/bin/env")
      gzip.arguments = ["gzip", file.path]
      try gzip.run()
      gzip.waitUntilExit()
      #expect(!FileManager.default.fileExists(atPath: file.path))
      expectContents(try Fixture(file))
    }
  }

  @Test func damagedFilesAreErrors() throws {
    try withFile(json.replacing("[1, 2]", with: "[3]")) { file in
      #expect(throws: FixtureError.self) { try Fixture(file) }
    }
    #expect(throws: FixtureError.self) { try Fixture("no such fixture") }
  }
}
