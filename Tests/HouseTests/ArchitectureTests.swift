import Foundation
import Testing

/// The page about the building says what the building is.
struct ArchitectureTests {
  private static let page = Room.root.appending(path: "Documentation/Architecture.md")
  private static let (begin, end) = ("```mermaid\n", "```\n")

  /// The rooms as a graph, every arrow that does not follow from others: drawn from the package description.
  private static func drawing() throws -> String {
    let rooms = try Room.all().filter { !$0.path.hasPrefix("Tests/") }
    let names = Set(rooms.map(\.name))
    let papers = Set(rooms.filter { $0.path.hasPrefix("Experiments/") }.map(\.name))
    // Seven papers see the same rooms: they are drawn as one.
    func drawn(_ name: String) -> String { papers.contains(name) ? "papers" : name }
    var arrows: [String: Set<String>] = [:]
    for room in rooms {
      let seen = room.dependencies.filter(names.contains).map(drawn).filter { $0 != drawn(room.name) }
      arrows[drawn(room.name), default: []].formUnion(seen)
    }
    func reach(_ name: String) -> Set<String> {
      (arrows[name] ?? []).reduce(into: []) { $0.formUnion(reach($1).union([$1])) }
    }
    var lines = ["graph BT"]
    for (name, seen) in arrows.sorted(by: { $0.key < $1.key }) {
      let direct = seen.filter { other in !seen.contains { reach($0).contains(other) } }
      lines += direct.sorted().map { "  \($0) --> \(name)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test func theDrawingIsThePackages() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let start = try #require(text.range(of: Self.begin)).upperBound
    let stop = try #require(text.range(of: Self.end, range: start..<text.endIndex)).lowerBound
    let drawing = try Self.drawing()
    if ProcessInfo.processInfo.environment["REPRO_WRITE_FIXTURES"] == "1" {
      try Data(text.replacingCharacters(in: start..<stop, with: drawing).utf8).write(to: Self.page)
      return
    }
    #expect(
      text[start..<stop] == drawing,
      "REPRO_WRITE_FIXTURES=1 swift test --filter ArchitectureTests draws it anew")
  }

  /// Each step of the walks names a file, which is there, and what to look for in it, which is in it.
  @Test func everyStepOfTheWalksIsWhereThePageSays() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let steps = text.matches(of: /^\d+\. `([^`]+\.(?:swift|c|h))` `([^`]+)`/.anchorsMatchLineEndings())
    #expect(steps.count >= 25, "\(steps.count) steps")
    for step in steps {
      let (file, name) = (String(step.output.1), String(step.output.2))
      let source = try? String(contentsOf: Room.root.appending(path: file), encoding: .utf8)
      #expect(source != nil, "there is no \(file)")
      #expect(source?.contains(name) ?? true, "\(file) has no \(name)")
    }
  }

  /// A room that nobody describes is a room that nobody finds.
  @Test func everyRoomHasItsLine() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    for room in try Room.all() where room.path.hasPrefix("Sources/") {
      #expect(text.contains("| `\(room.path)` |"), "\(room.path)")
    }
  }
}
