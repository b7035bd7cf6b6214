import ArgumentParser
import Foundation
import Harness
import Reporting

/// `repro runs`: what lies in the folder of runs.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, show, compare, prune and merge runs on disk.",
    subcommands: [Listing.self, ShowRun.self, Compare.self, Prune.self, Merge.self],
    defaultSubcommand: Listing.self)

  /// `repro runs ls`.
  struct Listing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "List the runs with their state and what they take on disk.")

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
      try await Failure.reported {
        let stored = StoredRun.all(under: output.directory)
        let entries = stored.map { RunEntry($0, below: output.directory) }
        if json { return try Console.json(entries) }
        if entries.isEmpty { return Console.note("no run lies in \(output.directory.path) yet") }
        for line in RunEntry.table(entries) { Console.result(line) }
        let total = DiskUse.text(entries.reduce(0) { $0 + $1.bytes })
        Console.note(
          "\(Typography.count(entries.count, "run")), \(total), in \(output.directory.path)")
        for line in OtherVersions(among: stored, Known.catalogue).lines { Console.note(line) }
      }
    }
  }

  /// `repro runs show`.
  struct ShowRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show one run: where its numbers come from, its scores, its files.")

    @Argument(help: "The run: the beginning of its digest, or the end of its folder's path.")
    var name: String

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print its manifest and its scores as JSON.")
    var json = false

    func run() async throws {
      try await Failure.reported {
        let root = output.directory
        let stored = try StoredRun.all(under: root).run(named: name, below: root)
        let manifest = try RunManifest(contentsOf: stored.folder.manifest)
        if json {
          return try Console.json(RunAnswer(manifest, scores: stored.folder.shownScores(of: manifest)))
        }
        for line in try RunDescription(stored, manifest).lines { Console.result(line) }
      }
    }
  }

  /// `repro runs compare`.
  struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what two runs differ in, and their scores side by side.")

    @Argument(help: "The runs: the beginning of a digest, or the end of a folder's path.")
    var names: [String]

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      if names.count != 2 { throw ValidationError("two runs are compared, not \(names.count)") }
    }

    func run() async throws {
      try await Failure.reported {
        let root = output.directory
        let stored = StoredRun.all(under: root)
        let folders = try names.map { try stored.run(named: $0, below: root).folder }
        let comparison = try RunComparison(folders[0], folders[1])
        if json { return try Console.json(comparison) }
        if comparison.settings.isEmpty { Console.result("the same configuration, on the same machine") }
        for line in comparison.settings {
          Console.result("\(line.name): \(line.first ?? "nothing") → \(line.second ?? "nothing")")
        }
        for line in comparison.scores {
          let change = line.change.map { " (\($0))" } ?? ""
          Console.result("\(line.name): \(line.first ?? "none") → \(line.second ?? "none")\(change)")
        }
      }
    }
  }
}
