import Foundation
import Harness
import Reporting

// What commands print with `--json`. `Documentation/Record.md` and `Documentation/Runs.md` name the keys.

/// A run by what a reader calls it, and by its digest.
struct RunName: Encodable, Equatable {
  let arm: String
  let seed: UInt64
  let run: String

  init(_ key: RunKey) { (arm, seed, run) = (key.arm, key.seed, key.run) }
}

/// A folder that was left where it is, and why.
struct RefusedRun: Encodable, Equatable {
  let path, reason: String
}

/// `repro record NAME --json`.
struct RecordAnswer: Encodable {
  let experiment, scale: String
  /// Recorded now, recorded before and now with more evaluations, recorded before, and taken out for a later version.
  let added, extended, known, superseded: [RunName]
  /// Those recorded now in which an alarm rang.
  let alarmed: [RunName]
  let refused: [RefusedRun]
  /// The rendered files that changed.
  let rendered: [String]
  /// Why commits were not looked up, and why figures were not drawn, where they were not.
  let commitsNotChecked, figuresSkipped: String?

  init(_ recording: Recording, of experiment: String, scale: Scale) {
    let outcome = recording.runs
    (self.experiment, self.scale) = (experiment, scale.rawValue)
    (added, extended) = (outcome.added.map(RunName.init), outcome.extended.map(RunName.init))
    (known, superseded) = (outcome.known.map(RunName.init), outcome.superseded.map(RunName.init))
    alarmed = outcome.alarmed.map(RunName.init)
    refused = outcome.refused.map { RefusedRun(path: $0.path, reason: $0.reason) }
    rendered = recording.rendered
    (commitsNotChecked, figuresSkipped) = (outcome.commitsNotChecked, recording.figureProblem)
  }
}

/// `repro record --acknowledge RUN REASON --json`.
struct AcknowledgeAnswer: Encodable {
  let acknowledged: RunName
  /// The rendered files that changed.
  let rendered: [String]

  init(_ done: Acknowledging) { (acknowledged, rendered) = (RunName(done.key), done.rendered) }
}

/// `repro table --json`.
struct TableAnswer: Encodable {
  /// A committed file that is not what its numbers give.
  struct Stale: Encodable {
    let path: String
    /// Lines taken away (`-`) and added (`+`), each with its number.
    let lines: [String]
  }

  /// The files written, or, with `--check`, those that are not what their numbers give.
  let rendered: [String]
  let stale: [Stale]

  init(rendered: [String] = [], stale: [Tables.Stale] = []) {
    self.rendered = rendered
    self.stale = stale.map { Stale(path: $0.path, lines: $0.lines) }
  }
}

/// `repro plot NAME --json`.
struct PlotAnswer: Encodable {
  let experiment, scale: String
  /// The pictures drawn.
  let pictures: [String]
}

/// `repro replicate NAME --json`.
struct ReplicateAnswer: Encodable {
  /// One comparison's new pairs beside the record's.
  struct Compared: Encodable {
    let treatment, baseline, evaluation, metric: String
    /// The mean difference of the new pairs, how many they are, and how many are on record.
    let mean: Double, pairs: Int, recorded: Int
    /// Where 95 % of such means lie, and whether this one does.
    let expected: [Double], isWithin: Bool
  }

  let experiment, scale: String
  let seeds: [UInt64]
  /// Where the new runs lie.
  let runs: String
  let comparisons: [Compared]

  init(
    _ lines: [Replication.Line], of experiment: String, scale: Scale, seeds: [UInt64], in folder: URL
  ) {
    (self.experiment, self.scale, self.seeds, runs) = (experiment, scale.rawValue, seeds, folder.path)
    comparisons = lines.map { line in
      Compared(
        treatment: line.comparison.treatment, baseline: line.comparison.baseline,
        evaluation: line.comparison.evaluation, metric: line.comparison.metric, mean: line.mean,
        pairs: line.pairs, recorded: line.recorded,
        expected: [line.expected.lowerBound, line.expected.upperBound], isWithin: line.isWithin)
    }
  }
}

/// `repro runs prune --json`.
struct PruneAnswer: Encodable {
  /// One thing that no result rests on.
  struct Item: Encodable {
    let path, kind: String
    let bytes: Int
  }

  /// Whether it was deleted, with `--yes`, and not only named.
  let isDeleted: Bool
  let bytes: Int
  let items: [Item]

  init(_ pruning: Pruning, isDeleted: Bool) {
    self.isDeleted = isDeleted
    bytes = pruning.bytes
    items = pruning.items.map { Item(path: $0.url.path, kind: $0.kind.rawValue, bytes: $0.bytes) }
  }
}

/// `repro runs merge FOLDER --json`.
struct MergeAnswer: Encodable {
  /// The other folder's runs that were copied, and those that are here already with the same rows.
  let copied, identical: [String]
  let refused: [RefusedRun]

  init(_ merging: Merging) {
    func paths(_ result: Merging.Result) -> [String] {
      merging.results.filter { $0.result == result }.map(\.path)
    }
    (copied, identical) = (paths(.copied), paths(.identical))
    refused = merging.results.compactMap { path, result in
      guard case .refused(let reason) = result else { return nil }
      return RefusedRun(path: path, reason: reason)
    }
  }
}
