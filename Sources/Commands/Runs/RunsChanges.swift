import ArgumentParser
import Foundation
import Harness

extension RunsCommand {
  /// `repro runs prune`.
  struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say which runs no result rests on, and delete them with --yes.",
      discussion: """
        Without a kind: --failed --outdated --modified --reruns. A finished run of the code's version is never deleted, \
        nor anything that a process works on.
        """)

    @Flag var kinds: [Pruning.Kind] = []

    @Flag(help: "Delete what would otherwise only be named.")
    var yes = false

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
      try await Failure.reported {
        let pruning = Pruning(
          kinds.isEmpty ? Pruning.Kind.usual : kinds, under: output.directory,
          versions: Known.catalogue.versions)
        if json {
          if yes { try pruning.perform() }
          return try Console.json(PruneAnswer(pruning, isDeleted: yes))
        }
        if pruning.items.isEmpty { return Console.note("there is nothing to delete") }
        func say(_ verb: String, _ item: Pruning.Item) {
          Console.result("\(verb) \(item.url.path) (\(item.kind.reason), \(DiskUse.text(item.bytes)))")
        }
        if yes {
          try pruning.perform { say("deleted", $0) }
        } else {
          for item in pruning.items { say("would delete", item) }
        }
        Console.note(
          "\(DiskUse.text(pruning.bytes)) \(yes ? "set free" : "in all; nothing was deleted: add --yes")")
      }
    }
  }

  /// `repro runs merge`.
  struct Merge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take over finished runs from a folder brought from another machine.",
      discussion: """
        Runs that are here already with the same rows are kept as they are. Where the same run has other numbers, or \
        another configuration lies in its place, nothing is copied and both paths are told; the exit status is then 1. \
        Runs made with --set stay behind.
        """)

    @Argument(help: "The other folder of runs.", completion: .directory)
    var folder: String

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
      try await Failure.reported {
        let merging = try Merging(
          URL(fileURLWithPath: folder, isDirectory: true), into: output.directory)
        if json {
          try Console.json(MergeAnswer(merging))
          if !merging.refusals.isEmpty { throw ExitCode(1) }
          return
        }
        func count(_ result: Merging.Result) -> Int { merging.results.count { $0.result == result } }
        for found in merging.results where found.result == .copied { Console.result("copied \(found.path)") }
        for refusal in merging.refusals { Console.warning("not merged: \(refusal)") }
        Console.note(
          "\(count(.copied)) copied, \(count(.identical)) here already, \(merging.refusals.count) refused")
        if !merging.refusals.isEmpty { throw ExitCode(1) }
      }
    }
  }
}

extension Pruning.Kind: EnumerableFlag {
  /// What the flag adds to what is deleted.
  public static func help(for kind: Pruning.Kind) -> ArgumentHelp? {
    switch kind {
    case .failed: "Runs whose training came to an error."
    case .outdated: "Runs of an earlier version of their experiment."
    case .modified: "Runs changed by --set."
    case .reruns: "Runs made by check --rerun."
    case .checkpoints:
      "The checkpoints of finished runs; an evaluation added later would have to train those anew."
    }
  }

  /// Why something of this kind is deleted.
  fileprivate var reason: String {
    switch self {
    case .failed: "failed"
    case .outdated: "of an earlier version"
    case .modified: "made with --set"
    case .reruns: "made by check --rerun"
    case .checkpoints: "checkpoint of a finished run"
    }
  }
}
