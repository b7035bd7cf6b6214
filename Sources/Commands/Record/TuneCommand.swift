import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// `repro tune`: makes the trials that a comparison's constants are chosen by.
struct TuneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Choose an experiment's constants on held-out images, every arm with the same budget.",
    discussion: """
      The grid is declared by the experiment. Every configuration of the baseline, then of each other arm, is trained for \
      a fifth of the horizon, the best two for all of it, with seeds from \(TuningGrid.firstSeed) on; test images are \
      never read. A best value at the end of an axis asks for one beyond it. Each trial enters \
      Results/<experiment>/<scale>/tuning.csv when it is finished; stopped, the same command goes on. What is chosen is \
      entered into the recipe by hand, and `repro check` holds the recipe against the rows.
      """)

  @OptionGroup var selection: ExperimentOptions

  @Flag(help: "Only say what has been tried, what is chosen and what comes next.")
  var plan = false

  @Option(help: "Make at most so many trials now (default: all).")
  var trials: Int?

  @Flag(help: "Print what has been tried as JSON.")
  var json = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var pool: ThreadOptions
  @OptionGroup var ending: EndingOptions

  func validate() throws {
    if let trials, trials < 1 { throw ValidationError("--trials is \(trials), but must be at least 1") }
  }

  func run() async throws {
    try await Failure.reported {
      let root = try Project.requiredRoot()
      let type = try selection.type()
      let tuning = try TuningRecord(type, scale: selection.scale, root: root)
      if !plan { try await makeTrials(of: type, tuning) }
      let report = TuningReport(try tuning.progress(), of: tuning.grid)
      if json { return try Console.json(report) }
      if !report.lines.isEmpty { Console.result(report.table.render()) }
      for remark in report.remarks { Console.result(remark) }
      Console.note(
        report.missingTrials == 0
          ? "nothing is left to try"
          : "\(Typography.count(report.missingTrials, "trial")) to make before the next decision, "
            + "\(String(format: "%.1f", report.missingHorizons)) horizons")
    }
  }

  private func makeTrials(of type: any Experiment.Type, _ tuning: TuningRecord) async throws {
    if try tuning.progress().isComplete { return }
    ending.listen()
    let found = try await data.images(
      for: type, scale: selection.scale, isRealDataOnly: true, holdingOutTail: true)
    pool.startPool()
    let tuner = try Tuner(
      found.experiment, scale: found.scale, dataset: found.dataset, images: found.images,
      source: .built, runs: output.directory, threads: WorkerPool.threads)
    var made = 0
    while made < trials ?? .max, let trial = try tuning.progress().missing.first {
      Console.note(
        "trial of “\(trial.arm)”, seed \(trial.seed), \(String(format: "%g", trial.share)) of the horizon: "
          + trial.constants.words)
      let progress = ProgressPrinter(
        imagesPerEpoch: found.images.pretraining.count, runs: try tuner.request(for: trial))
      let rows = try tuner.rows(of: trial) { progress.show($0) }
      try await tuning.add(rows) { Console.note($0) }
      made += 1
    }
  }
}
