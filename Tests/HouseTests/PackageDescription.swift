import Foundation

/// A target as `Package.swift` declares it.
struct Room {
  let name: String
  /// The folder of its sources, relative to the repository.
  let path: String
  /// The targets and products that it may import.
  let dependencies: [String]

  /// The repository.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every target, in the order of the description.
  ///
  /// Read as text: the package manager's own description cannot be asked for while it runs the tests.
  static func all() throws -> [Room] {
    let text = try String(contentsOf: root.appending(component: "Package.swift"), encoding: .utf8)
      .split(separator: "\n").filter { !$0.contains(/^\s*\/\//) }.joined(separator: "\n")
    let starts = text.matches(of: /\.(target|executableTarget|testTarget|systemLibrary)\(\s*name:/)
    return starts.compactMap { start in
      let folder = start.output.1 == "testTarget" ? "Tests" : "Sources"
      return Room(declaredIn: balanced(text[start.range.lowerBound...], "(", ")"), usuallyUnder: folder)
    }
  }

  private init?(declaredIn text: Substring, usuallyUnder folder: String) {
    guard let name = text.firstMatch(of: /name:\s*"([^"]+)"/)?.output.1 else { return nil }
    self.name = String(name)
    path = text.firstMatch(of: /path:\s*"([^"]+)"/).map { String($0.output.1) } ?? "\(folder)/\(name)"
    guard let list = text.firstMatch(of: /dependencies:\s*\[/) else {
      dependencies = []
      return
    }
    // Of a product the first name counts, the second is its package's.
    dependencies = Self.balanced(text[list.range.lowerBound...], "[", "]")
      .replacing(/package:\s*"[^"]+"/, with: "").matches(of: /"([^"]+)"/).map { String($0.output.1) }
  }

  /// The beginning of `text` up to where its first `open` is closed.
  private static func balanced(_ text: Substring, _ open: Character, _ close: Character) -> Substring {
    var depth = 0
    for index in text.indices {
      if text[index] == open { depth += 1 }
      if text[index] == close {
        depth -= 1
        if depth == 0 { return text[...index] }
      }
    }
    return text
  }

  /// What its Swift files import, the system's own modules aside; `nil` for a target without Swift.
  func imports() throws -> Set<String>? {
    let walk = FileManager.default.enumerator(
      at: Self.root.appending(path: path), includingPropertiesForKeys: nil)
    let files = (walk?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    if files.isEmpty { return nil }
    let lines = try files.flatMap { try String(contentsOf: $0, encoding: .utf8).split(separator: "\n") }
    let modules = lines.filter { $0.contains("import ") }.compactMap { line in
      line.prefixMatch(
        of: /(?:@\w+\s+|public\s+|package\s+)*import\s+(?:(?:struct|class|enum|func|protocol)\s+)?(\w+)/
      ).map { String($0.output.1) }
    }
    return Set(modules).subtracting(Self.systemModules)
  }

  private static let systemModules: Set = [
    "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Testing",
  ]
}
