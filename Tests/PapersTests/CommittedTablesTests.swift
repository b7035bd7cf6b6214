import Foundation
import Harness
import Testing

@testable import Reporting
@testable import repro

/// What is committed under `paper-tables`, `Results` and in the README follows from the committed numbers.
@Suite struct CommittedTablesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private let catalogue = allExperiments

  @Test func equalTheirRendering() throws {
    for stale in try Tables.check(catalogue.declarations, root: Self.root) { Issue.record("\(stale)") }
  }

  /// A page nobody renders any more would go stale unnoticed.
  @Test func everyPageIsRendered() throws {
    let rendered = Set(try Tables.render(catalogue.declarations, root: Self.root).map(\.path))
    let folder = Self.root.appending(component: "paper-tables").path
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".md") }
    for page in pages { #expect(rendered.contains("paper-tables/\(page)")) }
  }
}
