import ArgumentParser
import Foundation
import Harness
import Tensors

/// `repro sweep`: cells for schedulers, each an experiment with a seed.
struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Cut what plans lack into cells, print them for a scheduler, and run the cell that is given.",
    discussion: """
      A cell is an experiment with one seed and all arms that its claims compare, so that a pair shares its machine. \
      Without seeds, those are meant that the next look at each claim lacks, as in `repro suite`. Give the printed text to \
      its scheduler; each task runs this command with --run and takes the number of its cell from --cell K/N or from the \
      scheduler's variable. Documentation/Cluster.md has an example for each, and what was tried.
      """)

  @Argument(
    help:
      "Experiments, each with seeds of its own where wanted: co2-cifar10, or co2-cifar10:0...9 (default: all).",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var targets: [SweepTarget] = []

  @Option(
    name: .customLong("seeds"),
    help: "The seeds of experiments without their own, such as 0...9; given again, more.",
    transform: Run.seeds)
  var seedLists: [SeedList] = []

  @Option(help: "How much of the published recipes.", transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @Option(
    name: .customLong("cell"),
    help:
      "How large a cell is, seed (the default) or arm; with --run, K/N for every N-th cell from K on, from 0."
  )
  var cellOptions: [CellOption] = []

  @Option(help: "What to print: list (the default), json, slurm, parallel, k8s or skypilot.")
  var emit: Emission?

  @Flag(name: .customLong("run"), help: "Run the cell that --cell K/N or the scheduler's variable names.")
  var runsCell = false

  @Flag(help: "Say how far every cell has come; with --emit json as JSON.")
  var status = false

  @Flag(help: "Print nothing: give the script for Slurm to bash, which calls sbatch.")
  var submit = false

  @OptionGroup(title: "For scripts") var job: JobOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var inflation: InflationOptions
  @OptionGroup var pool: ThreadOptions
  @OptionGroup var ending: EndingOptions

  @Flag(help: "With --run: fail rather than go on with synthetic images when the real ones cannot be had.")
  var realDataOnly = false

  func validate() throws {
    let grains = cellOptions.filter { if case .grain = $0 { true } else { false } }
    guard grains.count <= 1, cellOptions.count - grains.count <= 1 else {
      throw ValidationError("--cell is given twice with a size, or twice with a share: give each once")
    }
    guard [runsCell, status, submit].count(where: \.self) <= 1 else {
      throw ValidationError("--run, --status and --submit are three commands: give one of them")
    }
    if share != nil && !runsCell { throw ValidationError("--cell K/N goes with --run") }
    if let emit, runsCell || submit || status && emit != .json && emit != .list {
      throw ValidationError("--emit \(emit.rawValue) does not go with --run, --submit or --status")
    }
    do {
      if !seedLists.isEmpty { _ = try SeedList(joining: seedLists) }
    } catch {
      throw ValidationError("\(error)")
    }
    let names = targets.map(\.experiment)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ValidationError("\(twice) is named twice: name it once, with all its seeds")
    }
  }

  func run() async throws {
    try await Failure.reported {
      // Before anything else: a task may be told to save while it begins.
      if runsCell { ending.listen() }
      let sweep = try chosen()
      if runsCell || submit { try checkReadiness(of: sweep) }
      if runsCell { return try await runCells(of: sweep) }
      let progress = try progress(of: sweep)
      if status { return try SweepListing(scale: scale, progress.entries).show(isJSON: emit == .json) }
      let rest = sweep.only(progress.unfinished.map(\.cell))
      let left = try self.progress(of: rest)
      switch emit ?? (submit ? .slurm : .list) {
      case .list, .json:
        let listing = SweepListing(scale: scale, left.entries)
        try listing.show(isJSON: emit == .json)
        if emit != .json { Console.note(try conclusion(rest)) }
      case .slurm:
        let text = try script(for: rest).slurm
        if submit { try await Slurm.submit(text) } else { Console.result(text) }
      case .parallel: Console.result(try script(for: rest).parallel)
      case .k8s: Console.result(try script(for: rest).kubernetes)
      case .skypilot: Console.result(try script(for: rest).skyPilot)
      }
    }
  }

  // MARK: Which cells

  private var grain: Sweep.Grain {
    for case .grain(let grain) in cellOptions { return grain }
    return .seed
  }

  private var share: (index: Int, count: Int)? {
    for case .share(let index, let count) in cellOptions { return (index, count) }
    return nil
  }

  /// Where the record lies, when the command is given in the repository.
  private var root: URL? { Project.isHere ? Project.root : nil }

  /// The cells that the targets mean; without seeds, those that the next looks lack.
  func chosen() throws -> Sweep {
    let targets =
      self.targets.isEmpty ? Known.catalogue.experiments.map { SweepTarget($0.name) } : self.targets
    let common = seedLists.isEmpty ? nil : try SeedList(joining: seedLists)
    let declared = try targets.map { target in
      Declaration(try ExperimentOptions.type(named: target.experiment).init(scale: scale), scale: scale)
    }
    let areGiven = targets.map { $0.seeds != nil || common != nil }
    if areGiven.contains(true) {
      if let bare = zip(targets, areGiven).first(where: { !$0.1 })?.0.experiment {
        throw ValidationError("\(bare) has no seeds, and others have: write \(bare):0...4, or give --seeds")
      }
      let parts = zip(targets, declared).map { target, experiment in
        Sweep.Part(experiment, seeds: (target.seeds ?? common!).seeds)
      }
      for part in parts {
        guard let seed = part.seeds.first(where: { part.experiment.sweptArms(seed: $0).isEmpty }) else {
          continue
        }
        let first = part.experiment.claims.map(\.firstSeed).min() ?? 0
        throw ValidationError(
          "seed \(seed) of \(part.experiment.name) belongs to an earlier version: those of version "
            + "\(part.experiment.version) begin at \(first)")
      }
      return Sweep(parts, grain: grain)
    }
    if runsCell {
      throw ValidationError(
        "--run takes seeds, since what plans lack changes with every run and a cell's number must not: write "
          + "\(targets[0].experiment):0...4, or give --seeds")
    }
    guard let root else { return Sweep(declared.map { .init($0, seeds: firstLook(of: $0)) }, grain: grain) }
    let plan = try SuitePlan(declared, root: root, runs: output.directory)
    return Sweep(
      declared.map { experiment in
        let seeds = plan.items.filter {
          $0.experiment == experiment.name && $0.part == .main && $0.state == .toRun
        }.map(\.seed)
        return .init(experiment, seeds: Set(seeds).sorted())
      }.filter { !$0.seeds.isEmpty }, grain: grain)
  }

  /// Throws a `RunProblem` for an experiment whose constants are not chosen yet, or whose gates have not passed: what a
  /// cluster trained of it could not be recorded.
  private func checkReadiness(of sweep: Sweep) throws {
    guard let root else { return }
    let plan = try SuitePlan(sweep.parts.map(\.experiment), root: root, runs: output.directory)
    if let first = plan.untuned.first { throw RunProblem("nothing is to be run of \(first)") }
    if let first = plan.behindGates.first {
      throw RunProblem(
        "\(first.experiment) waits for its gates: `\(Project.command) suite \(first.experiment)` runs them")
    }
  }

  /// The seeds of the first look, for those who have no record here.
  private func firstLook(of experiment: Declaration) -> [UInt64] {
    let claim = experiment.claims[0]
    return (0..<UInt64(claim.looks.counts[0])).map { claim.firstSeed + $0 }
  }

  private func progress(of sweep: Sweep) throws -> SweepProgress {
    try SweepProgress(sweep, root: root, runs: output.directory)
  }

  private func script(for sweep: Sweep) throws -> SweepScript {
    if sweep.cells.isEmpty { throw RunProblem("nothing is left to run, so there is no script to print") }
    return try SweepScript(sweep, scale: scale, command: self)
  }

  private func conclusion(_ sweep: Sweep) throws -> String {
    if sweep.cells.isEmpty { return "nothing is left to run at \(scale.rawValue) scale" }
    let command = try script(for: sweep).command
    return
      "\(Typography.count(sweep.cells.count, "cell")); number K is run by \(command) --cell K/\(sweep.cells.count)"
  }

  // MARK: Running

  /// The cells that `--cell K/N` means, or else the one whose number `environment` tells.
  func asked(
    of sweep: Sweep, in environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> [Cell] {
    if let share { return try sweep.share(share.index, of: share.count) }
    guard let task = try Scheduler.taskIndex(in: environment) else {
      throw ValidationError(
        "--run does not say which cell: give --cell K/N, or start it as a task of an array")
    }
    do {
      return [try sweep.cell(task.index)]
    } catch let problem as RunProblem {
      throw RunProblem("$\(task.variable) is \(task.index), but \(problem)")
    }
  }

  private func runCells(of sweep: Sweep) async throws {
    let cells = try asked(of: sweep)
    let entries = try progress(of: sweep).entries.filter { cells.contains($0.cell) }
    let waiting = entries.filter { !$0.state.isDone }
    if waiting.isEmpty {
      return Console.note(
        "\(Typography.count(cells.count, "cell")) of \(sweep.cells.count): nothing is left to do")
    }
    let source = SourceState.built
    if let flaw = source.flaw {
      guard !scale.isAboutPapers else {
        throw RunProblem("\(flaw), so that nothing run now could be recorded: commit and build it first")
      }
      Console.warning("\(flaw), so that nothing run now could be recorded")
    }
    pool.startPool()
    var runner = CellRunner(
      scale: scale, output: output.directory, data: data, inflation: inflation, isRealDataOnly: realDataOnly,
      source: source)
    for (number, entry) in waiting.enumerated() {
      try await runner.run(entry.remaining, title: "cell \(number + 1) of \(waiting.count)")
    }
    try runner.tally.end()
  }
}
