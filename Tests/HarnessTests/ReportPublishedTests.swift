import Foundation
import Testing

@testable import Harness
@testable import Records

/// The published numbers that are committed.
@Suite struct ReportPublishedTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func numbers() throws -> [(file: String, number: PublishedNumber)] {
    let folder = Self.root.appending(component: "paper-tables")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".csv") && $0 != RetiredClaim.file
    }
    #expect(!paths.isEmpty)
    return try paths.sorted().flatMap { path in
      try PublishedNumber.read(from: folder.appending(path: path)).map { (path, $0) }
    }
  }

  @Test func everyNumberHasASourceAndADataSet() throws {
    for (file, number) in try numbers() {
      #expect(number.fields.allSatisfy { !$0.isEmpty }, "\(file): \(number.fields)")
      #expect(number.unit != "%" || (0...100).contains(number.value), "\(file): \(number.text) %")
      let isRecalled = number.source.localizedLowercase.contains("recall") || number.source.contains("memory")
      #expect(!isRecalled, "\(file): only numbers seen in a source belong here")
    }
  }

  @Test func noNumberStandsTwice() throws {
    let places = try numbers().map { $0.number }.map {
      [$0.table, $0.row, $0.dataset, $0.setting, $0.metric]
    }
    #expect(Set(places).count == places.count)
  }

  @Test func othersNumbersAreMarked() throws {
    for (file, number) in try numbers() where file.contains("third-party") {
      #expect(number.source.contains("third party"))
      #expect(number.table.contains("third-party"))
    }
  }
}
