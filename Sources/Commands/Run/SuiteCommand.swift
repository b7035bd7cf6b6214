import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// `repro suite`: runs what the next looks at the claims lack.
struct SuiteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite",
    abstract: "Run what the next look at each claim lacks, headlines first; stopped, it goes on from there.",
    discussion: """
      A claim is judged at looks, after numbers of pairs that were fixed beforehand (`repro show NAME`): exactly the runs \
      that its next look lacks are made, and none once it has its verdict. With --everything one seed of every other arm \
      follows. Only one suite runs in a folder of runs at a time. Experiments whose images cannot be had, and runs whose folders hold something else, \
      are told and passed over. Afterwards `repro record NAME` takes the finished runs into the record.
      """)

  @Argument(
    help: "Only these experiments, as `repro list` names them (default: all).",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiments: [String] = []

  @Flag(help: "Only say what would be run, in its order, and how long runs of the same arms took.")
  var plan = false

  @Option(help: "How much of the published recipes.", transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @Flag(help: "Also run one seed of every arm that no claim needs.")
  var everything = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var inflation: InflationOptions

  @OptionGroup var pool: ThreadOptions

  func run() async throws {
    try await Failure.reported {
      let root = try Project.requiredRoot()
      let suite = try suitePlan(in: root)
      if plan { return show(suite) }
      let waiting = suite.toRun
      if waiting.isEmpty { return Console.note(conclusion(suite)) }
      let source = SourceState.built
      if let flaw = source.flaw {
        throw RunProblem("\(flaw), so that nothing run now could be recorded: commit and build it first")
      }
      let lock = try RunLock(RunFolder(output.directory))
      Interruption.listen()
      pool.startPool()
      let failures = try await perform(waiting, source)
      withExtendedLifetime(lock) {}
      Console.note(conclusion(try suitePlan(in: root)))
      if failures > 0 { throw Failure.runtime }
    }
  }

  private func suitePlan(in root: URL) throws -> SuitePlan {
    let chosen =
      experiments.isEmpty
      ? Known.catalogue : Catalogue(try experiments.map(Known.catalogue.experiment))
    let declared = chosen.experiments.map { Declaration($0.init(scale: scale), scale: scale) }
    return try SuitePlan(declared, isEverything: everything, root: root, runs: output.directory)
  }

  /// Runs everything that waits; returns how many runs failed or could not be begun.
  private func perform(_ items: [SuitePlan.Item], _ source: SourceState) async throws -> Int {
    var failures = 0
    var loaded: (name: String, found: ImageSource.Found)?
    var withoutImages: Set<String> = []
    for (number, item) in items.enumerated() {
      let type = try Known.catalogue.experiment(named: item.experiment)
      if withoutImages.contains(type.name) { continue }
      if loaded?.name != type.name {
        do {
          loaded = (type.name, try await data.images(for: type, scale: scale, isRealDataOnly: true))
        } catch let error where error is DataError || error is DownloadError {
          withoutImages.insert(type.name)
          failures += 1
          Console.error("\(type.name) is passed over, since its images could not be had: \(error)")
          continue
        }
      }
      guard let own = loaded?.found else { continue }
      let arms = try own.experiment.arms(named: [item.arm])
      let found: ImageSource.Found
      do {
        found = try inflation.files(runs: output.directory).offering(to: arms, in: own)
      } catch let error where error is RunProblem || error is ArrayFileError {
        failures += 1
        Console.error("\(type.name), \(item.arm) is passed over: \(error)")
        continue
      }
      let request = Runner.Request(
        scale: scale, arms: arms, seeds: [item.seed],
        dataset: found.dataset, output: output.directory, threads: WorkerPool.threads)
      Console.note("suite, \(number + 1) of \(items.count): \(type.name), \(item.arm), seed \(item.seed)")
      let progress = ProgressPrinter(imagesPerEpoch: found.images.pretraining.count, runs: request)
      let runner = Runner(found.experiment, request, images: found.images, source: source) {
        progress.show($0)
      }
      do {
        failures += try runner.run().count { $0.manifest.status == .failed }
      } catch let error where error is ForeignRun || error is FolderInUse {
        failures += 1
        Console.error("\(error)")
      }
    }
    return failures
  }

  private func show(_ suite: SuitePlan) {
    let absent = Set(
      DataStore(directory: data.directory).list().filter { !DatasetEntry($0).isUsable }.map(\.name))
    for item in suite.items {
      let images = item.dataset.name
      let state =
        item.isFinished
        ? "finished, to be recorded"
        : absent.contains(images) ? "to run, once \(images.rawValue) is here" : "to run"
      Console.result(
        "\(item.experiment)  \(item.arm)  seed \(item.seed)  \(item.role.rawValue)  \(state)\(time(of: item))"
      )
    }
    Console.note(conclusion(suite))
  }

  private func time(of item: SuitePlan.Item) -> String {
    if item.isFinished { return "" }
    return item.seconds.map { "  \(hours($0))" } ?? "  time unknown"
  }

  private func hours(_ seconds: Double) -> String {
    seconds < 3_600 ? "\(Int((seconds / 60).rounded(.up))) min" : String(format: "%.1f h", seconds / 3_600)
  }

  private func conclusion(_ suite: SuitePlan) -> String {
    let finished = suite.items.filter(\.isFinished)
    var parts: [String] = []
    if suite.items.isEmpty { parts.append("no look lacks anything at \(scale.rawValue) scale") }
    if !suite.toRun.isEmpty {
      let (seconds, unknown) = suite.cost
      parts.append(
        "\(Typography.count(suite.toRun.count, "run")) to do, about \(hours(seconds)) by recorded runs of the same arms"
          + (unknown == 0 ? "" : " (\(unknown) of them have none)"))
    }
    for name in Set(finished.map(\.experiment)).sorted() {
      parts.append("finished ones wait for `\(Project.command) record \(name)`")
    }
    return parts.joined(separator: "; ")
  }
}
