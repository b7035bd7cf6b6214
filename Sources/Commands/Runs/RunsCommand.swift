import ArgumentParser
import Foundation
import Harness
import Reporting

/// `repro runs`: what lies in the folder of runs.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, show, compare, remake, prune and merge runs on disk.",
    subcommands: [
      Listing.self, Best.self, ShowRun.self, Compare.self, Remake.self, Prune.self, Merge.self,
    ],
    defaultSubcommand: Listing.self)

  /// `repro runs show`.
  struct ShowRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract:
        "Show one run: where its numbers come from, its scores, its files; or all runs of an arm in short.")

    @Argument(
      help: "The run: the beginning of its digest, or the end of its folder's path; or an arm, by its name.")
    var name: String

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print its manifest and its scores as JSON.")
    var json = false

    func run() async throws {
      try await Failure.reported {
        let root = output.directory
        let all = StoredRun.all(under: root)
        let ofArm = all.filter { $0.manifest?.identity.arm.slug == name.slug }
        if !ofArm.isEmpty { return try show(ofArm) }
        let stored = try all.run(named: name, below: root)
        let manifest = try RunManifest(contentsOf: stored.folder.manifest)
        if json {
          return try Console.json(RunAnswer(manifest, scores: stored.folder.shownScores(of: manifest)))
        }
        for line in try RunDescription(stored, manifest).lines { Console.result(line) }
      }
    }

    /// All runs of an arm, those of each experiment and scale together.
    private func show(_ runs: [StoredRun]) throws {
      let known = runs.compactMap { run in run.manifest.map { (run, $0) } }
      if json {
        return try Console.json(
          known.map { try RunAnswer($1, scores: $0.folder.shownScores(of: $1)) })
      }
      let groups = unique(known.map { "\($1.identity.experiment), \($1.identity.scale.rawValue) scale" })
      for group in groups {
        Console.result("\(name), \(group)")
        for (run, manifest) in known
        where "\(manifest.identity.experiment), \(manifest.identity.scale.rawValue) scale" == group {
          for line in try RunDescription(run, manifest).shortLines { Console.result("  \(line)") }
        }
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
