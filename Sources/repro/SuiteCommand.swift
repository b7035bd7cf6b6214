import ArgumentParser
import Foundation
import Harness
import Tensors

/// `repro suite`: runs what the record still lacks.
struct SuiteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite",
    abstract: "Run what the record still lacks, headline comparisons first; stopped, it goes on from there.",
    discussion: """
      Headline arms are brought to \(SuitePlan.headlineSeeds) paired seeds, everything else to one. Only one suite runs \
      in a folder of runs at a time. Afterwards `repro record NAME` takes the finished runs into the record.
      """)

  @Flag(help: "Only say what would be run, in its order.")
  var plan = false

  @Option(help: "How much of the published recipes.", transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @Option(help: "Paired seeds of every headline comparison.")
  var seeds = SuitePlan.headlineSeeds

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions

  @OptionGroup var pool: ThreadOptions

  func validate() throws {
    guard (1...1_000).contains(seeds) else { throw ValidationError("--seeds lies within 1...1000") }
  }

  func run() async throws {
    try await Failure.reported {
      let root = try Project.requiredRoot()
      let suite = try SuitePlan(
        allExperiments, scale: scale, headlineSeeds: seeds, root: root, runs: output.directory)
      if plan { return show(suite) }
      let waiting = suite.toRun
      if waiting.isEmpty { return Console.note(conclusion(suite)) }
      let source = await SourceState.read(at: root)
      if let flaw = source.flaw {
        throw RunProblem("\(flaw), so that nothing run now could be recorded: commit first")
      }
      let lock = try RunLock(RunFolder(output.directory))
      Interruption.listen()
      pool.startPool()
      let failures = try await perform(waiting, source)
      withExtendedLifetime(lock) {}
      let after = try SuitePlan(
        allExperiments, scale: scale, headlineSeeds: seeds, root: root, runs: output.directory)
      Console.note(conclusion(after))
      if failures > 0 { throw Failure.runtime }
    }
  }

  /// Runs everything that waits; returns how many trainings failed.
  private func perform(_ items: [SuitePlan.Item], _ source: SourceState) async throws -> Int {
    var failures = 0
    var loaded: (name: String, found: ImageSource.Found)?
    for (number, item) in items.enumerated() {
      let type = item.experiment
      if loaded?.name != type.name {
        loaded = (type.name, try await data.images(for: type, scale: scale, isRealDataOnly: true))
      }
      guard let found = loaded?.found else { continue }
      let request = Runner.Request(
        scale: scale, arms: try found.experiment.arms(named: [item.arm]), seeds: [item.seed],
        dataset: found.dataset, output: output.directory, threads: WorkerPool.threads)
      Console.note("suite, \(number + 1) of \(items.count): \(type.name), \(item.arm), seed \(item.seed)")
      let progress = ProgressPrinter(imagesPerEpoch: found.images.pretraining.count, runs: request)
      let runner = Runner(found.experiment, request, images: found.images, source: source) {
        progress.show($0)
      }
      failures += try runner.run().count { $0.manifest.status == .failed }
    }
    return failures
  }

  private func show(_ suite: SuitePlan) {
    for item in suite.items {
      let state = item.isFinished ? "finished, to be recorded" : "to run"
      Console.result(
        "\(item.experiment.name)  \(item.arm)  seed \(item.seed)  \(item.role.rawValue)  \(state)")
    }
    Console.note(conclusion(suite))
  }

  private func conclusion(_ suite: SuitePlan) -> String {
    let finished = suite.items.filter(\.isFinished)
    var parts: [String] = []
    if suite.items.isEmpty { parts.append("the record lacks nothing at \(scale.rawValue) scale") }
    if !suite.toRun.isEmpty {
      parts.append("\(Typography.count(suite.toRun.count, "run")) to do")
    }
    for name in Set(finished.map { $0.experiment.name }).sorted() {
      parts.append("finished ones wait for `\(Project.command) record \(name)`")
    }
    return parts.joined(separator: "; ")
  }
}
