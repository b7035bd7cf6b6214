import Claims
import Foundation
import Recipes
import Records

/// Holds one experiment's ledger of trials against its grid, its recipe and its history.
struct TuningCheck {
  private let experiment: Declaration
  private let root: URL
  private let commits: KnownCommits
  private let judge: TuningProgress.Judge

  init(_ experiment: Declaration, root: URL) {
    self.experiment = experiment
    self.root = root
    commits = KnownCommits(root: root)
    judge = TuningChecks.of(experiment.claims)
  }

  private var name: String { experiment.name }
  private var version: Int { experiment.version }
  private var scale: Scale { experiment.scale }
  private var path: String { "Results/\(name)/\(scale.rawValue)/tuning.csv" }
  private var file: URL { root.appending(path: path) }

  /// Everything about the trials that contradicts something; `recorded` are the runs on record.
  func discrepancies(recorded: [RunManifest]) async -> [Discrepancy] {
    guard FileManager.default.fileExists(atPath: file.path) else { return missingLedger(recorded) }
    let ledger: TuningLedger
    do {
      ledger = try TuningLedger(readingFrom: file)
      if try String(contentsOf: file, encoding: .utf8) != TuningLedger.sorted(ledger.rows).text {
        return [here("is not written as `repro tune` writes it: rows were edited, added or moved by hand")]
      }
    } catch {
      return [Discrepancy(path, error, root: root)]
    }
    let current = ledger.of(version: version)
    guard let grid = experiment.tuning else {
      return current.rows.isEmpty
        ? [] : [here("holds trials of version \(version), but the code declares no grid")]
    }
    let progress = TuningProgress(grid, current, judge: judge)
    var found = rowProblems(current) + strangers(in: current, grid)
    let seedZero = recorded.filter {
      $0.identity.version == version && $0.identity.seed < TuningGrid.firstSeed
        && grid.sides.map(\.arm).contains($0.identity.arm)
    }
    guard let first = seedZero.first else { return found }
    if !progress.isComplete {
      found.append(
        here(
          "lacks \(Typography.count(progress.missing.count, "trial")), but run \(first.run) of “\(first.identity.arm)” is on "
            + "record: constants are chosen before seed 0"))
    }
    found += progress.differences(from: experiment.arms).map(here)
    for manifest in seedZero { found += await orderProblems(manifest, ledger) }
    return found
  }

  private func here(_ text: String) -> Discrepancy { Discrepancy(path, text) }

  private func missingLedger(_ recorded: [RunManifest]) -> [Discrepancy] {
    guard experiment.tuning != nil, let first = recorded.first(where: { $0.identity.version == version })
    else {
      return []
    }
    return [
      here("is missing, but run \(first.run) of version \(version), which declares a grid, is on record")
    ]
  }

  private func rowProblems(_ ledger: TuningLedger) -> [Discrepancy] {
    ledger.rows.compactMap { row in
      if !row.value.isFinite { return here("\(row.measure.name) of run \(row.key.run) is \(row.value)") }
      if row.key.seed < TuningGrid.firstSeed {
        return here("run \(row.key.run) has seed \(row.key.seed): trials begin at \(TuningGrid.firstSeed)")
      }
      return row.key.experiment == name && row.key.scale == scale
        ? nil : here("run \(row.key.run) is of \(row.key.experiment) at \(row.key.scale.rawValue) scale")
    }
  }

  /// Trials that the rule never asked for, which would be tries in secret.
  private func strangers(in ledger: TuningLedger, _ grid: TuningGrid) -> [Discrepancy] {
    let asked = TuningProgress.trials(askedBy: grid, upTo: ledger, judge: judge)
    return ledger.trials.filter { !asked.contains($0) }.map { trial in
      here(
        "holds a trial of “\(trial.arm)” (\(trial.constants.words), \(trial.share) of the horizon, seed \(trial.seed)) that "
          + "the grid never asks for")
    }
  }

  /// Whether the trials were there when the run began.
  private func orderProblems(_ manifest: RunManifest, _ ledger: TuningLedger) async -> [Discrepancy] {
    // A commit that this clone does not have is the record's own check to tell.
    guard let commit = manifest.commit, await commits.answer(commit) == .known else { return [] }
    let text = await Git(folder: root).text(of: path, at: commit) ?? ""
    let then = Set(text.split(separator: "\n").map(String.init))
    let late = ledger.of(version: version).rows.first { !then.contains(String($0.line.dropLast())) }
    return late.map { row in
      [
        here(
          "holds the trial \(row.key.run), which was not there at commit \(commit.prefix(10)), where run \(manifest.run) of "
            + "“\(manifest.identity.arm)”, seed \(manifest.identity.seed), began: constants are chosen before seed 0"
        )
      ]
    } ?? []
  }
}

extension TuningLedger {
  /// `rows` in the order in which a ledger is written.
  package static func sorted(_ rows: [TuningRow]) -> TuningLedger {
    var ledger = TuningLedger()
    ledger.add(rows)
    return ledger
  }
}

extension TuningProgress {
  /// Every trial that the rule asks for on the way from an empty ledger to `ledger`.
  package static func trials(
    askedBy grid: TuningGrid, upTo ledger: TuningLedger, judge: @escaping Judge
  ) -> Set<TuningLedger.Trial> {
    var (known, asked) = (TuningLedger(), Set<TuningLedger.Trial>())
    while true {
      let missing = TuningProgress(grid, known, judge: judge).missing
      asked.formUnion(missing)
      let rows = missing.flatMap(ledger.rows)
      if rows.isEmpty { return asked }
      known.add(rows)
    }
  }
}
