import ArgumentParser
import Foundation
import Harness
import Reporting
import Tensors

/// `repro estimate`: how long an experiment would take here.
struct EstimateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Time a few steps of every arm and one measuring, and say the hours per scale and seeds.",
    discussion: """
      Measuring is timed on a tenth of the training images with the baseline's encoder as initialized. A warning follows \
      when other processes used the cores meanwhile. With --cluster: the hours that equal machines would take for what the \
      next looks at all claims still lack, trials and gates included, in processes of as many threads as are timed here.
      """)

  @Argument(
    help: "The experiment, as `repro list` names it (with --cluster: one or several; all unless told).",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiments: [String] = []

  @Option(
    help: "Only this scale (default: reduced and paper; with --cluster, reduced).",
    completion: ExperimentOptions.scaleCompletion,
    transform: ExperimentOptions.scale)
  var scale: Scale?

  @Option(
    help: "Machines and the cores of each, as 8x16: how long these take for what the plans lack.",
    transform: EstimateCommand.shape)
  var cluster: ClusterShape?

  @Option(
    help: ArgumentHelp(
      "With --cluster: where runs of one's own lie, which need not be made again (default: Runs).",
      valueName: "folder"),
    completion: .directory)
  var runs: String?

  @OptionGroup var data: DataOptions

  @OptionGroup var pool: ThreadOptions
  var threads: Int? { pool.threads }

  @Flag(help: "Print JSON.")
  var json = false

  private static func shape(_ text: String) throws -> ClusterShape {
    guard let shape = ClusterShape(text) else {
      throw ValidationError("“\(text)” names no cluster: write machines and cores of each, as 8x16")
    }
    return shape
  }

  func validate() throws {
    if cluster == nil, experiments.count != 1 {
      throw ValidationError("name one experiment to estimate, or several with --cluster")
    }
    if cluster == nil, runs != nil { throw ValidationError("--runs goes with --cluster") }
  }

  func run() async throws {
    try await Failure.reported {
      pool.startPool()
      let watch = CoreWatch()
      if let cluster {
        try await estimate(on: cluster)
      } else {
        let type = try Known.catalogue.experiment(named: experiments[0])
        if let known = try recorded(type) { Console.note("\(type.name): \(known)") }
        var estimates: [Estimate] = []
        for scale in scale.map({ [$0] }) ?? [.reduced, .paper] {
          estimates.append(try await estimate(type, scale: scale))
          if !json { for line in EstimateTable(estimates.last!).lines { Console.result(line) } }
        }
        if json { try Console.json(estimates) }
      }
      if let warning = watch?.warning { Console.warning(warning) }
    }
  }

  /// Times every arm of `type`, or those called `arms`.
  func estimate(
    _ type: any Experiment.Type, scale: Scale, arms: Set<String>? = nil
  ) async throws -> Estimate {
    let found = try await data.imagesToTime(for: type, scale: scale)
    let estimator = Estimator(found.experiment, scale: scale, images: found.images) {
      Console.note("\(type.name), \(scale.rawValue): \($0)")
    }
    return try estimator.estimate(only: arms)
  }
}

extension EstimateCommand {
  /// What the record knows of the time before anything is timed here.
  private func recorded(_ type: any Experiment.Type) throws -> String? {
    let scale = scale ?? .reduced
    let experiment = type.init(scale: scale)
    let results = try RecordedResults(
      readingFrom: ResultsFolder(Project.results, experiment: type.name, scale: scale))
    let arms = try experiment.arms(named: []).map(\.name)
    return Report.hours(arms: arms, seeds: 3, recorded: results).map { "three seeds take \($0)" }
  }
}

/// What an estimate prints.
struct EstimateTable {
  private let estimate: Estimate

  init(_ estimate: Estimate) { self.estimate = estimate }

  /// The arms, the measuring, and the hours of one, three and five seeds.
  var lines: [String] {
    let width = estimate.arms.map(\.name.count).max() ?? 0
    func row(_ title: String, _ text: String) -> String {
      "  \(title.padding(toLength: max(width, 9), withPad: " ", startingAt: 0))  \(text)"
    }
    let arms = estimate.arms.map { arm in
      guard let step = arm.secondsPerStep else { return row(arm.name, "not trained") }
      return row(
        arm.name,
        (arm.preparationSeconds > 0 ? "\(hours(arm.preparationSeconds)) of preparation, " : "")
          + "\(arm.steps) steps of \(Int((1_000 * step).rounded())) ms: \(hours(arm.trainingSeconds)) a seed")
    }
    let seeds = [1, 3, 5].map { count in
      row(
        Typography.count(count, "seed"),
        "\(hours(estimate.seconds(seeds: count, headlineOnly: true))) for the headline, "
          + "\(hours(estimate.seconds(seeds: count))) for every arm")
    }
    let title =
      "\(estimate.experiment), \(estimate.scale.rawValue) scale, "
      + Typography.count(WorkerPool.threads, "thread")
    let measuring = row(
      "measuring", "\(hours(estimate.evaluationSeconds)) a run, timed on \(estimate.evaluatedArm)")
    return [title] + arms + [measuring] + seeds
  }

  private func hours(_ seconds: Double) -> String { Typography.duration(seconds) }
}
