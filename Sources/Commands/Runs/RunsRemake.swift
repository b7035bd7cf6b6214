import ArgumentParser
import Foundation
import Harness

extension RunsCommand {
  /// `repro runs remake`.
  struct Remake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Train recorded runs of a headline again, for their checkpoints, which the record does not hold.",
      discussion: """
        Takes arms, seeds, threads and images from Results/, trains under rerun/ in the folder of runs, and compares every \
        score with the recorded one. The same code on the same machine gives the same digits; what differs is told, and \
        the exit status is then 1. An interrupted command goes on when it is given again. The record is left as it is.
        """)

    @OptionGroup var selection: ExperimentOptions

    @Option(
      name: .customLong("seeds"),
      help: "The recorded seeds to make again, such as 0...4 (default: the first).",
      transform: Run.seeds)
    var seeds: SeedList?

    @Option(
      name: .customLong("arms"),
      help: "The recorded arms, with commas between (default: those that the headline compares).",
      transform: ArmOptions.names)
    var lists: [[String]] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var inflation: InflationOptions

    func run() async throws {
      try await Failure.reported {
        _ = try Project.requiredRoot()
        let type = try selection.type()
        let retraining = Retraining(
          type: type, scale: selection.scale, output: output.directory, data: data, inflation: inflation)
        let recorded = try retraining.recorded()
        let experiment = type.init(scale: selection.scale)
        let names = lists.flatMap { $0 }
        let arms = try experiment.arms(named: names.isEmpty ? experiment.headline.arms : names).map(\.name)
        let meant = try RecordedRuns(
          recorded.manifests, version: type.version, arms: arms, seeds: seeds?.seeds)
        let (rows, folder) = try await retraining.scores(
          of: arms, seeds: meant.seeds, as: meant.first, in: recorded)
        var hasMoved = false
        for run in StoredRun.all(under: folder) {
          guard let identity = run.manifest?.identity, identity.experiment == type.name,
            arms.contains(identity.arm), meant.seeds.contains(identity.seed)
          else { continue }
          let comparison = ScoreComparison(
            anew: rows.filter { $0.key.arm == identity.arm && $0.key.seed == identity.seed },
            recorded: recorded.scores)
          hasMoved = hasMoved || !comparison.isSame
          Console.result("\(identity.arm) seed \(identity.seed): \(comparison.text)")
          Console.result("  \(run.folder.checkpoint.path)")
        }
        if hasMoved { throw ExitCode(1) }
      }
    }
  }
}

/// Which recorded runs are made again.
struct RecordedRuns {
  /// The seeds, each recorded of every arm.
  let seeds: [UInt64]
  /// The run whose images and threads are to be met.
  let first: RunManifest

  /// Those of `arms` and `seeds` among `manifests`, or of the first seed that all arms have; throws a `RunProblem` where one
  /// is not on record.
  init(_ manifests: [RunManifest], version: Int, arms: [String], seeds: [UInt64]?) throws {
    let current = manifests.filter { $0.identity.version == version }
    func recorded(_ arm: String) -> Set<UInt64> {
      Set(current.filter { $0.identity.arm == arm }.map(\.identity.seed))
    }
    let common = arms.dropFirst().reduce(recorded(arms[0])) { $0.intersection(recorded($1)) }
    let wanted = seeds ?? common.min().map { [$0] } ?? []
    for seed in wanted {
      for arm in arms where !recorded(arm).contains(seed) {
        throw RunProblem("\(arm) seed \(seed) is not on record in version \(version)")
      }
    }
    guard let seed = wanted.first,
      let manifest = current.first(where: { $0.identity.arm == arms[0] && $0.identity.seed == seed })
    else {
      throw RunProblem("no seed of version \(version) is on record of all of \(arms.joined(separator: ", "))")
    }
    (self.seeds, first) = (wanted, manifest)
  }
}

/// Scores of a run made again beside the recorded ones.
struct ScoreComparison {
  /// How many scores both have, and how many of them differ.
  let compared: Int, moved: Int
  /// The largest change.
  let largest: (measure: Measure, recorded: Double, anew: Double)?

  /// Compares the scores `anew` of one run with what `recorded` has of the same measuring.
  init(anew: [ScoreRow], recorded: [ScoreRow]) {
    let pairs = anew.compactMap { row in
      recorded.first { $0.key.arm == row.key.arm && $0.key.seed == row.key.seed && $0.measure == row.measure }
        .map { (row, $0) }
    }
    compared = pairs.count
    moved = pairs.count { $0.value != $1.value }
    let worst = pairs.max { ($0.0.value - $0.1.value).magnitude < ($1.0.value - $1.1.value).magnitude }
    largest = worst.map { anew, recorded in
      (anew.measure, recorded.value, anew.value)
    }
  }

  /// Whether every score is the recorded one.
  var isSame: Bool { compared > 0 && moved == 0 }

  /// What was found, in words.
  var text: String {
    if compared == 0 { return "no score of it is on record" }
    if moved == 0 { return "every one of \(Typography.count(compared, "score")) is the recorded one" }
    guard let largest else { return "" }
    return
      "\(moved) of \(Typography.count(compared, "score")) moved, most of all \(largest.measure.name): "
      + "\(Typography.number(largest.anew)), on record \(Typography.number(largest.recorded))"
  }
}
