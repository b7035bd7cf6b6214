import Foundation
import Harness
import Vision

/// What scripts for every scheduler have in common: the cells, what a task calls, and what has to be there before.
///
/// Everything that a cell's bytes depend on is spelled out, the number of threads above all; seeds are named one by one, so
/// that a cell keeps its number whatever is finished meanwhile.
struct SweepScript {
  /// Where the program and its files lie, for those who call it.
  struct Place: Equatable {
    /// The program, the folder that it is called in, and the folders of runs and of data sets.
    var program, folder, runs, data: String
  }

  /// How often a task is started again before somebody should look.
  static let mostRestarts = 20

  let sweep: Sweep
  let scale: Scale
  let place: Place
  let job: JobOptions
  /// The data sets to get, and the weights whose images generators have to draw, with what they learn from.
  let datasets: [String], generators: [(weights: String, dataset: String)]
  /// Further options of the cells: files of images to add, data of unknown content.
  let others: [String]

  /// `10 cells of co2-cifar10 at reduced scale`.
  var title: String {
    "\(Typography.count(sweep.cells.count, "cell")) of \(sweep.parts.map(\.experiment.name).joined(separator: ", ")) "
      + "at \(scale.rawValue) scale"
  }

  /// What a task calls, without the number of its cell.
  var command: String { command(place) }

  /// What a task calls where things lie as in `place`.
  func command(_ place: Place) -> String { words(place).map(\.shellWord).joined(separator: " ") }

  /// The words of `command`.
  func words(_ place: Place) -> [String] {
    [place.program, "sweep"]
      + sweep.parts.map { part in
        SweepTarget(
          part.experiment.name,
          seeds: try? SeedList(parsing: part.seeds.map(String.init).joined(separator: ","))
        )
        .text
      } + ["--scale", scale.rawValue] + (sweep.grain == .seed ? [] : ["--cell", sweep.grain.rawValue])
      + ["--threads", "\(job.cpus)", "--output", place.runs, "--data-dir", place.data] + others
      + ["--real-data-only", "--run"]
  }

  /// What has to be done once, before the first cell: a line for each data set and generator.
  func preparation(_ place: Place) -> [String] {
    let program = place.program.shellWord
    let data = "--data-dir \(place.data.shellWord)"
    return datasets.map { name in
      // A known copy that is there does where none can be downloaded.
      "\(program) data get \(name) \(data) || \(program) data verify \(name) \(data)"
    }
      + generators.map { weights, dataset in
        "\(program) generate --quality \(weights) --data \(dataset) --threads \(job.cpus) "
          + "--output \(place.runs.shellWord) \(data) --real-data-only"
      }
  }
}

extension SweepScript {
  /// What `command` asks for, of the cells of `sweep`.
  init(_ sweep: Sweep, scale: Scale, command: SweepCommand) throws {
    let (sources, dense) = try Self.needs(of: sweep, scale: scale)
    var others: [String] = []
    if command.data.acceptDigest { others.append("--accept-digest") }
    let inflation = command.inflation
    for (option, value) in [
      ("--generated", inflation.generated.map(Self.absolute)),
      ("--generated-early", inflation.generatedEarly.map(Self.absolute)),
      ("--generated-colors", inflation.generatedColors?.rawValue),
    ] {
      if let value { others += [option, value] }
    }
    self.init(
      sweep: sweep, scale: scale,
      place: Place(
        program: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "repro",
        folder: FileManager.default.currentDirectoryPath, runs: command.output.directory.path,
        data: command.data.directory.path),
      job: command.job, datasets: dense,
      generators: sources.filter { source, _ in
        source == .generated && inflation.generated == nil
          || source == .generatedEarly && inflation.generatedEarly == nil
      }.map { ($0.0 == .generated ? "last" : "early", $0.1) },
      others: others)
  }

  /// The sources of added images and the data sets that `sweep` takes, each once.
  private static func needs(
    of sweep: Sweep, scale: Scale
  ) throws -> (sources: [(Inflation.Source, String)], datasets: [String]) {
    var (sources, names): ([(Inflation.Source, String)], [DatasetReference.Name]) = ([], [])
    for part in sweep.parts {
      let experiment = try Known.catalogue.experiment(named: part.experiment.name).init(scale: scale)
      names += [experiment.dataset.name] + [experiment.denseDataset?.name].compactMap(\.self)
      let swept = Set(part.seeds.flatMap { part.experiment.sweptArms(seed: $0) })
      // Below the scales of papers procedural images stand in.
      for arm in part.experiment.arms where swept.contains(arm.name) && scale.isAboutPapers {
        guard let source = arm.inflation?.source else { continue }
        sources.append((source, experiment.dataset.name.rawValue))
      }
    }
    var seen: Set<String> = []
    let datasets = names.filter { $0 != .shapes }.map(\.rawValue).filter { seen.insert($0).inserted }
    return (sources.filter { seen.insert("\($0)").inserted }, datasets)
  }

  private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}

extension String {
  /// The text as one word of a POSIX shell.
  var shellWord: String {
    let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%{}"
    if !isEmpty && allSatisfy(plain.contains) { return self }
    return "'" + replacing("'", with: #"'\''"#) + "'"
  }
}
