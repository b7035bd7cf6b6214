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
      that its next look lacks are made, and none once it has its verdict. What its gates lack comes first, on held-out \
      images, and where one fails nothing more of that claim is run. An experiment that declares a grid waits for `repro \
      tune`. With --everything one seed of every other arm follows. Experiments whose images cannot be had, runs whose \
      folders hold something else, and runs that another process is at are told and passed over, so that several suites may \
      work in one folder of runs; --jobs starts them, each on cores of its own. Afterwards `repro record NAME` takes the \
      finished runs into the record.
      """)

  @Argument(
    help: "Only these experiments, as `repro list` names them (default: all).",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiments: [String] = []

  @Flag(help: "Only say what would be run, in its order, and how long runs of the same arms took.")
  var plan = false

  @Option(
    help: "How much of the published recipes.", completion: ExperimentOptions.scaleCompletion,
    transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @Flag(help: "Also run one seed of every arm that no claim needs.")
  var everything = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var inflation: InflationOptions

  @Option(help: "Make so many runs at once, each by a process on its share of the cores (default: 1).")
  var jobs: Int?

  @OptionGroup var pool: ThreadOptions
  @OptionGroup var ending: EndingOptions

  func validate() throws {
    if let jobs, !(1...1_024).contains(jobs) {
      throw ValidationError("--jobs is \(jobs), but lies within 1...1024")
    }
    if json && !plan { throw ValidationError("--json goes with --plan alone") }
  }

  @Flag(help: "With --plan: print JSON.")
  var json = false

  /// One run of the plan, for programs.
  struct Entry: Encodable, Equatable {
    /// The run, and what its arm is for.
    let experiment, arm, role: String, seed: UInt64
    /// `toRun`, `behindGates` (if these pass), `finished` (on disk, to be recorded) or `withoutImages`.
    let state: String
    /// What runs of the arm took on record, on average.
    let seconds: Double?
  }

  func run() async throws {
    try await Failure.reported {
      let root = try Project.requiredRoot()
      var suite = try suitePlan(in: root)
      if plan { return try show(suite) }
      if suite.toRun.isEmpty { return Console.note(conclusion(suite)) }
      let source = SourceState.built
      if let flaw = source.flaw {
        throw RunProblem("\(flaw), so that nothing run now could be recorded: commit and build it first")
      }
      ending.listen()
      var (tally, tried) = (CellRunner.Tally(), Set<String>())
      if jobs ?? 1 == 1 { pool.startPool() }
      // What waits for gates can be run once these have been: the plan is made anew until it holds nothing untried.
      while true {
        let waiting = suite.toRun.filter { tried.insert($0.name).inserted }
        if waiting.isEmpty { break }
        if let jobs, jobs > 1 {
          tally.add(try await SuiteWorkers(count: jobs, threads: pool.threads).run())
        } else {
          tally.add(try await perform(waiting, source))
        }
        suite = try suitePlan(in: root)
      }
      Console.note(conclusion(suite))
      try tally.end(isAllDone: suite.toRun.isEmpty)
    }
  }

  private func suitePlan(in root: URL) throws -> SuitePlan {
    let chosen =
      experiments.isEmpty
      ? Known.catalogue : Catalogue(try experiments.map(Known.catalogue.experiment))
    let declared = chosen.experiments.map { Declaration($0.init(scale: scale), scale: scale) }
    return try SuitePlan(declared, isEverything: everything, root: root, runs: output.directory)
  }

  /// Runs everything that waits.
  private func perform(_ items: [SuitePlan.Item], _ source: SourceState) async throws -> CellRunner.Tally {
    var runner = CellRunner(
      scale: scale, output: output.directory, data: data, inflation: inflation, isRealDataOnly: true,
      source: source)
    for (number, item) in items.enumerated() {
      try await runner.run(
        Cell(item.experiment, seed: item.seed, arms: [item.arm]), part: item.part,
        evaluations: item.evaluations, title: "suite, \(number + 1) of \(items.count)\(place(of: item))")
    }
    return runner.tally
  }

  private func show(_ suite: SuitePlan) throws {
    let absent = Set(
      DataStore(directory: data.directory).list().filter { !DatasetEntry($0).isUsable }.map(\.name))
    func lacksImages(_ item: SuitePlan.Item) -> Bool {
      absent.contains(item.dataset.name)
    }
    if json { return try Console.json(suite.items.map { Entry($0, lacksImages: lacksImages($0)) }) }
    for item in suite.items {
      let images = item.dataset.name
      let state =
        switch item.state {
        case .finished: "finished, to be recorded"
        case .behindGates: "to run, if the gates of its claim pass"
        case .toRun: lacksImages(item) ? "to run, once \(images.rawValue) is here" : "to run"
        }
      Console.result(
        "\(item.experiment)  \(item.arm)  seed \(item.seed)  \(item.role.rawValue)  \(state)\(place(of: item))"
          + time(of: item))
    }
    Console.note(conclusion(suite))
  }

  private func place(of item: SuitePlan.Item) -> String {
    item.part == .gates ? ", on held-out images (a gate)" : ""
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
    if suite.items.isEmpty && suite.untuned.isEmpty {
      parts.append("no look lacks anything at \(scale.rawValue) scale")
    }
    if !suite.toRun.isEmpty { parts.append(told(suite.toRun, "to do")) }
    if !suite.behindGates.isEmpty { parts.append(told(suite.behindGates, "once gates have passed")) }
    parts += suite.untuned.map { "nothing of \($0)" }
    for name in Set(finished.map(\.experiment)).sorted() {
      parts.append("finished ones wait for `\(Project.command) record \(name)`")
    }
    return parts.joined(separator: "; ")
  }

  private func told(_ items: [SuitePlan.Item], _ when: String) -> String {
    let (seconds, unknown) = SuitePlan.cost(of: items)
    return
      "\(Typography.count(items.count, "run")) \(when), about \(hours(seconds)) by recorded runs of the same arms"
      + (unknown == 0 ? "" : " (\(unknown) of them have none)")
  }
}

extension SuiteCommand.Entry {
  init(_ item: SuitePlan.Item, lacksImages: Bool) {
    self.init(
      experiment: item.experiment, arm: item.arm, role: item.role.rawValue, seed: item.seed,
      state: item.isFinished
        ? "finished" : item.state == .behindGates ? "behindGates" : lacksImages ? "withoutImages" : "toRun",
      seconds: item.seconds)
  }
}
