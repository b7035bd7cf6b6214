import Foundation
import Testing

@testable import Commands
@testable import Harness
@testable import Records

/// What `repro new paper` writes. That it compiles and passes its own tests is seen by the target `SamplePaper`, whose files
/// are compared here; the command in a folder of its own is walked through by `Scripts/example-test`.
@Suite struct NewPaperTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String, in files: [NewPaper.File]) throws -> String {
    try #require(files.first { $0.path == path }, "\(path) among \(files.map(\.path))").text
  }

  @Test func theSampleIsWhatIsWritten() throws {
    let paper = NewPaper("Sample")
    let files = paper.package(named: "sample", suite: .folder("/suite"))
    let places = [
      "Sources/SamplePaper/Sample.swift": "SamplePaper/Sample.swift",
      "Sources/SamplePaper/SampleOnCIFAR10.swift": "SamplePaper/SampleOnCIFAR10.swift",
      "Tests/SamplePaperTests/SampleTests.swift": "SamplePaperTests/SampleTests.swift",
    ]
    for (written, committed) in places {
      let url = Self.root.appending(path: "Tests/NewPaper/\(committed)")
      let text = try text(written, in: files)
      if ProcessInfo.processInfo.environment["REPRO_WRITE_FIXTURES"] == "1" {
        try Data(text.utf8).write(to: url)
      }
      #expect(
        try String(contentsOf: url, encoding: .utf8) == text,
        "REPRO_WRITE_FIXTURES=1 swift test --filter NewPaperTests writes \(committed) anew")
    }
    // Here and in a package of its own they are the same files in other places.
    let here = paper.filesInSuite
    #expect(
      try text("Experiments/Sample/Sample.swift", in: here)
        == text("Sources/SamplePaper/Sample.swift", in: files))
    #expect(
      try text("Tests/PapersTests/SampleTests.swift", in: here)
        == text("Tests/SamplePaperTests/SampleTests.swift", in: files))
    for file in here + files { #expect(!file.text.contains("«"), "\(file.path)") }
  }

  @Test func aTableWithoutNumbersCanBeRead() throws {
    let table = try text(
      "paper-tables/sample/cifar10.csv", in: NewPaper("Sample").package(named: "x", suite: .folder("/s")))
    let folder = try ReportFolder()
    try folder.write(table, to: "cifar10.csv")
    #expect(try PublishedNumber.read(from: folder.url.appending(component: "cifar10.csv")).isEmpty)
  }

  @Test func thePackageNamesTheSuiteByFolderOrByVersion() throws {
    let paper = NewPaper("VICReg")
    let folder = try text("Package.swift", in: paper.package(named: "own", suite: .folder("/some/suite")))
    #expect(folder.contains(#".package(name: "repro", path: "/some/suite")"#))
    #expect(folder.contains(#"name: "vicreg-paper""#) && folder.contains(#"package: "repro""#))
    let address = try text(
      "Package.swift",
      in: paper.package(named: "own", suite: .address("https://example.org/some/suite.git")))
    #expect(address.contains(#".package(url: "https://example.org/some/suite.git", from: ""#))
    #expect(address.contains(#"package: "suite""#) && !address.contains(#"package: "repro""#))
  }

  @Test func namesThatAreNoTypesAreRefused() throws {
    _ = try NewPaperCommand.parse(["VICReg"])
    for name in ["vicreg", "Two words", "2Paper", "", "Naïve"] {
      #expect(throws: (any Error).self, "\(name)") { try NewPaperCommand.parse([name]) }
    }
    #expect(throws: (any Error).self) { try NewPaperCommand.parse(["A", "--suite", "/x"]) }
  }

  @Test func nothingIsWrittenOverAnything() async throws {
    let folder = try ReportFolder()
    try folder.write("mine", to: "own/README.md")
    let arguments = [
      "new", "paper", "Sample", "--in", folder.url.appending(component: "own").path, "--suite",
      Self.root.path,
    ]
    #expect(try Program.status(arguments, in: folder.url) != 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "own").path)
    #expect(files == ["README.md"])
    try FileManager.default.removeItem(at: folder.url.appending(path: "own/README.md"))
    #expect(try Program.status(arguments, in: folder.url) == 0)
    let manifest = try String(contentsOf: folder.url.appending(path: "own/Package.swift"), encoding: .utf8)
    #expect(manifest.contains(#"name: "own""#) && manifest.contains(Self.root.path))
  }
}
