import Foundation
import Testing

/// What other packages are offered: products, a page for each, examples that stand in compiled files.
struct ProductTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: Room.root.appending(path: path), encoding: .utf8)
  }

  /// The libraries that `Package.swift` names as products.
  private static func libraries() throws -> [String] {
    try text("Package.swift").matches(of: /\.library\(name: "(\w+)"/).map { String($0.output.1) }
  }

  /// Where an example's lines may stand, compiled.
  private static let places = ["Tests/HarnessTests/Examples", "Tests/PretrainingTests", "Examples/OwnPaper"]

  private static func compiled() throws -> [String] {
    try places.flatMap { place in
      let folder = Room.root.appending(path: place)
      let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      return try (walk?.compactMap { $0 as? URL } ?? [])
        .filter { $0.pathExtension == "swift" && !$0.path.contains("/.build/") }
        .map { try String(contentsOf: $0, encoding: .utf8) }
    }
  }

  /// Lines without their indentation, empty ones left out.
  private static func lines(_ text: some StringProtocol) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  @Test func everyLibraryBeginsWithAnExampleThatIsCompiled() throws {
    let libraries = try Self.libraries()
    #expect(libraries.count >= 13)
    let rooms = Dictionary(uniqueKeysWithValues: try Room.all().map { ($0.name, $0.path) })
    let files = try Self.compiled().map(Self.lines)
    for name in libraries {
      let path = try #require(rooms[name]) + "/\(name).docc/\(name).md"
      let page = try Self.text(path)
      #expect(page.hasPrefix("# ``\(name)``\n"), "\(path)")
      let example = try #require(
        page.firstMatch(of: /^# .*\n\n.*\n\n```swift\n((?s:.*?))```/),
        "\(path) does not begin with an example"
      ).output.1
      let (imports, body) = (
        Self.lines(example).filter { $0.hasPrefix("import ") },
        Self.lines(example).filter { !$0.hasPrefix("import ") }
      )
      #expect(imports.contains("import \(name)") && body.count >= 3, "\(path)")
      let found = files.contains { $0.firstRange(of: body) != nil && imports.allSatisfy($0.contains) }
      #expect(found, "the example of \(path) stands in no compiled file")
    }
  }

  /// Below tools version 6.2 SwiftPM refuses whoever depends on a version of a package with `unsafeFlags`.
  @Test func theFlagsStandInNobodysWay() throws {
    let version = try #require(
      try Self.text("Package.swift").prefixMatch(of: /\/\/ swift-tools-version: (\d+)\.(\d+)/)?.output)
    let (major, minor) = (try #require(Int(version.1)), try #require(Int(version.2)))
    #expect((major, minor) >= (6, 2))
  }

  /// The page about tensors lists every operation on them.
  @Test func everyOperatorIsListed() throws {
    let page = try Self.text("Sources/Tensors/Tensors.docc/Tensors.md")
    let folder = Room.root.appending(path: "Sources/Tensors/Operations")
    var count = 0
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let text = try Self.text("Sources/Tensors/Operations/\(file)")
      for match in text.matches(of: /public (?:static |mutating |prefix )*func (\S+?)(?: ?\()/) {
        let name = String(match.output.1)
        let isOperator = name.allSatisfy { !$0.isLetter }
        #expect(
          page.contains(isOperator ? "`\(name)`" : "`\(name)("), "Tensors.md does not list \(name) of \(file)"
        )
        count += 1
      }
    }
    #expect(count >= 50, "only \(count) operations were found")
  }
}
