import ArgumentParser
import Foundation
import Harness
import Site

/// `repro report`: the record and the runs as pages to look at.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Write Results/ and Runs/ as a folder of pages: verdicts, experiments, leaderboard, comparisons.",
    discussion: """
      The pages ask no network and can be opened as files, printed, and put on any server. With --serve a server on this \
      machine alone shows them and follows running trainings, until it is interrupted.
      """)

  @Option(help: "Write into this folder (default: Report).", completion: .directory)
  var output = "Report"

  @Option(help: "The folder of runs (default: $REPRO_RUNS, or Runs).", completion: .directory)
  var runs: String?

  @Flag(help: "Show the pages at an address of this machine, and follow running trainings.")
  var serve = false

  @Option(help: "The port of --serve; 0 for any that is free.")
  var port: UInt16 = 8_800

  func run() async throws {
    try await Failure.reported {
      let folder = URL(fileURLWithPath: output, isDirectory: true)
      let record = try record()
      let count = try Site(record, stamp: Self.stamp).write(into: folder)
      Console.note("wrote \(count) files")
      Console.result(folder.appending(component: "index.html").path)
      if serve { try await follow(folder) }
    }
  }

  /// What is on record, and what lies in the folder of runs.
  private func record() throws -> SiteRecord {
    try SiteRecord(Known.catalogue.declarations, root: Project.root, runs: runsFolder)
  }

  /// Where runs lie.
  private var runsFolder: URL {
    let named = runs ?? ProcessInfo.processInfo.environment["REPRO_RUNS"] ?? ""
    return URL(fileURLWithPath: named.isEmpty ? "Runs" : named, isDirectory: true)
  }

  private func follow(_ folder: URL) async throws {
    let catalogue = Known.catalogue
    let (runs, root) = (runsFolder, Project.root)
    let server = ReportServer(
      folder: folder,
      now: { RunsPage.fragment(at: runs) },
      page: {
        RunsPage.live(try SiteRecord(catalogue.declarations, root: root, runs: runs), stamp: Self.stamp)
      })
    try await server.run(port: port) { address in
      Console.result(address)
      Console.note("only this machine can open it; Control-C ends it")
    }
  }

  /// Which program wrote the pages.
  private static var stamp: String {
    let lines = Version.text.split(separator: "\n").prefix(2).map { line in
      line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    return lines.joined(separator: ", ") + "."
  }
}
