import ArgumentParser
import Foundation
import Harness
import Pretraining
import Reporting
import Tensors
import Vision

/// `repro run`: trains, measures, reports.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Run an experiment: train every arm with every seed, measure, and compare (the default command).",
    discussion: """
      Finished runs of the same configuration are kept, interrupted ones go on from their last checkpoint. Labels never \
      reach a training unless its arm says so; the kNN shown during training uses them for display only.
      """)

  @OptionGroup var selection: ExperimentOptions

  @Option(
    name: .customLong("seeds"),
    help:
      "The seeds, such as 0...4, or 0,1,2 (default: the first three of the claim); given again, more of them.",
    transform: Run.seeds)
  var seedLists: [SeedList] = []

  /// The seeds of all lists, checked by `validate`.
  var seeds: SeedList {
    (try? SeedList(joining: seedLists.isEmpty ? [Run.usualSeeds] : seedLists)) ?? Run.usualSeeds
  }

  private static let usualSeeds = try! SeedList(parsing: "0...2")

  @OptionGroup var changes: ArmOptions

  @Option(
    name: .customLong("evaluations"),
    help:
      "Measure only by these, e.g. knn-v1,linear-v1 (default: all). The same command without it measures the rest.",
    transform: ArmOptions.names)
  var evaluationLists: [[String]] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var own: OwnImagesOptions
  @OptionGroup var inflation: InflationOptions

  @OptionGroup var pool: ThreadOptions
  @OptionGroup var ending: EndingOptions
  var threads: Int? { pool.threads }

  @Flag(help: "Fail rather than go on with synthetic images when the real ones cannot be had.")
  var realDataOnly = false

  @Flag(help: "Measure on the last training images, held out, instead of the test images: for tuning.")
  var holdOut = false

  @Option(
    help:
      "Train on so many of the first images at most, for a quick look. The run is marked modified and enters no table."
  )
  var limit: Int?

  @Flag(help: "Go on with runs that were begun with another instruction set; tables then say so.")
  var allowInstructionSet = false

  @Flag(help: "Delete what these runs have left and begin anew.")
  var fresh = false

  @Flag(help: "Print every measure of every arm, and the paper's tables, as Markdown.")
  var full = false

  @OptionGroup var color: ColorOptions

  @Flag(help: "Print the outcome as JSON.")
  var json = false

  private var evaluations: [String]? {
    evaluationLists.isEmpty ? nil : evaluationLists.flatMap { $0 }
  }

  static func seeds(_ text: String) throws -> SeedList {
    do {
      return try SeedList(parsing: text)
    } catch {
      throw ValidationError("\(error)")
    }
  }

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is \(limit), but has to be at least 1") }
    do {
      if !seedLists.isEmpty { _ = try SeedList(joining: seedLists) }
    } catch {
      throw ValidationError("\(error)")
    }
  }

  func run() async throws {
    try await Failure.reported {
      let type = try selection.type()
      // Names, keys and constants are checked before anything is downloaded.
      let experiment = type.init(scale: selection.scale)
      for arm in try arms(of: experiment, at: selection.scale) { try arm.check() }
      try experiment.checkEvaluations(evaluations ?? [])
      try inflation.check(takenBy: try arms(of: experiment, at: selection.scale), of: type)
      ending.listen()
      let began = ContinuousClock.now
      let own = try await images(for: type)
      let found = try inflation.files(runs: output.directory)
        .offering(to: try arms(of: own.experiment, at: own.scale, on: own.images.own), in: own)
      let reading = (ContinuousClock.now - began) / .seconds(1)
      pool.startPool()
      try await perform(found, .built, readingSeconds: reading)
    }
  }

  /// The folder of one's own that was named, or the experiment's images.
  private func images(for type: any Experiment.Type) async throws -> ImageSource.Found {
    guard let folder = own.folder else {
      return try await data.images(
        for: type, scale: selection.scale, isRealDataOnly: realDataOnly, holdingOutTail: holdOut,
        limit: limit)
    }
    pool.startPool()
    return try data.source(isRealDataOnly: true).images(
      in: folder, for: type, scale: selection.scale, holdingOutTail: holdOut, limit: limit)
  }

  private func perform(
    _ found: ImageSource.Found, _ source: SourceState, readingSeconds: Double
  ) async throws {
    let arms = try arms(of: found.experiment, at: found.scale, on: found.images.own)
    var overrides = changes.overrides
    if holdOut { overrides.append(.holdingOutTail) }
    if let limit { overrides.append(.limiting(to: limit)) }
    var request = Runner.Request(
      scale: found.scale, arms: arms, seeds: wantedSeeds(of: found.experiment, at: found.scale),
      evaluations: evaluations ?? measures(of: found),
      dataset: found.dataset,
      overrides: overrides, output: output.directory, threads: WorkerPool.threads, isFresh: fresh)
    request.allowsAnyInstructionSet = allowInstructionSet
    request.readingSeconds = readingSeconds
    let report = RunReport(found: found, request: request)
    Console.note(try report.introduction(source))
    let progress = ProgressPrinter(imagesPerEpoch: found.images.pretraining.count, runs: request)
    let standing = Standing(report.declared)
    let watch = CoreWatch()
    let runner = Runner(found.experiment, request, images: found.images, source: source) { event in
      progress.show(event)
      // What cannot be compared is told at the end, with everything else that is known by then.
      if let line = try? standing.line(after: event) { Console.note(line) }
    }
    let outcomes = try runner.run()
    if json {
      try Console.json(try report.answer(outcomes))
    } else {
      color.apply()
      try report.conclude(outcomes, isFull: full)
    }
    Console.note(report.usage(outcomes))
    if let others = watch?.others { Console.warning("\(others): alone, the same runs take less time") }
    await report.drawFigures(outcomes)
    let failures = outcomes.filter { $0.manifest.status == .failed }
    if let first = failures.first {
      Console.error(
        "\(failures.count) of \(outcomes.count) runs failed; \(first.run.arm.name): \(first.manifest.failure ?? "")"
      )
      throw Failure.runtime
    }
    if found.excuse != nil || found.scale == .demo && found.images.own == nil {
      let wanted = selection.scale.isAboutPapers ? selection.scale : .reduced
      Console.note(RealImages(of: type(of: found.experiment), at: wanted).text(width: Console.textWidth))
    }
  }

  /// The arms that were asked for, or else those that a demonstration takes, or the headline's and its references.
  private func arms(
    of experiment: any Experiment, at scale: Scale, on images: OwnImages? = nil
  ) throws -> [Arm] {
    let known = Set(experiment.arms.map(\.name))
    let usual =
      scale == .demo && images == nil ? experiment.demonstration.arms.filter(known.contains) : []
    return try changes.arms(of: experiment, usual: usual, on: images)
  }

  /// What a demonstration is measured by; `nil`, for everything, elsewhere.
  private func measures(of found: ImageSource.Found) -> [String]? {
    guard found.scale == .demo && found.images.own == nil else { return nil }
    let measure = found.experiment.demonstration.measure.evaluation
    return found.experiment.evaluations.contains { $0.name == measure } ? [measure] : nil
  }

  /// The seeds that were asked for, or else the first three that the headline is judged by, of a demonstration one.
  private func wantedSeeds(of experiment: any Experiment, at scale: Scale) -> [UInt64] {
    let first = experiment.claims[0].firstSeed
    return seedLists.isEmpty ? Array(first..<first + (scale == .demo ? 1 : 3)) : seeds.seeds
  }
}
