import ArgumentParser
import Foundation
import Harness
import Reporting

extension RunsCommand {
  /// `repro runs ls`.
  struct Listing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls",
      abstract: "List the runs with their state, what they take on disk, and when they wrote last.")

    @OptionGroup var chosen: RunSelectionOptions

    @Option(
      help:
        "The order: path (the default), experiment, state, date (the newest first), score (the highest first)."
    )
    var sort: RunSelection.Order?

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      if sort == .score && chosen.measure == nil {
        throw ValidationError("--sort score has to be told which: --by linear-v1")
      }
    }

    func run() async throws {
      try await Failure.reported {
        let stored = StoredRun.all(under: output.directory)
        let entries = chosen.selection(sort ?? .path).entries(of: stored, below: output.directory)
        if json { return try Console.json(entries) }
        if stored.isEmpty { return Console.note("no run lies in \(output.directory.path) yet") }
        for line in RunEntry.table(entries) { Console.result(line) }
        let total = DiskUse.text(entries.reduce(0) { $0 + $1.bytes })
        let of = entries.count == stored.count ? "" : " of \(stored.count)"
        Console.note(
          "\(Typography.count(entries.count, "run"))\(of), \(total), in \(output.directory.path)")
        for line in OtherVersions(among: stored, Known.catalogue).lines { Console.note(line) }
      }
    }
  }

  /// `repro runs best`.
  struct Best: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the finished runs with the highest scores.",
      discussion: """
        A run that is picked for its score is no result: claims are judged by every seed, and --set is explored on held-out \
        images. For looking around, and for choosing what to export.
        """)

    @Argument(
      help: "The experiment, as `repro list` names it.",
      completion: .list(Known.catalogue.experiments.map { $0.name }))
    var experiment: String

    @Option(
      name: .customLong("by"),
      help:
        "The score: linear-v1, whose metric is top1, or linear-v1:top5 (default: what decides the headline).",
      transform: RunSelectionOptions.measure)
    var measure: Measure?

    @Option(help: "How many.")
    var count = 5

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      guard count > 0 else { throw ValidationError("--count is \(count), but has to be at least 1") }
    }

    func run() async throws {
      try await Failure.reported {
        let type = try ExperimentOptions.type(named: experiment)
        let measure = measure ?? type.init(scale: .reduced).headline.measure
        let selection = RunSelection(
          experiment: type.name, states: [.finished, .diverged], measure: measure, order: .score)
        let stored = StoredRun.all(under: output.directory)
        let entries = selection.entries(of: stored, below: output.directory).filter { $0.score != nil }
        if json { return try Console.json(Array(entries.prefix(count))) }
        if entries.isEmpty {
          throw RunProblem("no finished run of \(type.name) in \(output.directory.path) has \(measure.name)")
        }
        for line in RunEntry.table(Array(entries.prefix(count))) { Console.result(line) }
        Console.note(
          "by \(measure.name), of \(Typography.count(entries.count, "run")); picked after the fact, which is no result"
        )
      }
    }
  }
}
