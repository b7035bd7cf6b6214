import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// Which experiment, and how much of it.
struct ExperimentOptions: ParsableArguments {
  @Argument(
    help: "The experiment, as `repro list` names it.",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiment: String

  @Option(
    help: ExperimentOptions.scaleHelp, completion: ExperimentOptions.scaleCompletion,
    transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  static let scaleHelp: ArgumentHelp =
    "How much of the published recipe: smoke (seconds), demo (a minute, on drawn images), reduced (the default), paper."
  static let scaleCompletion: CompletionKind = .list(Scale.allCases.map(\.rawValue))

  /// The scale called `text`; throws a `ValidationError` that offers the nearest names.
  static func scale(_ text: String) throws -> Scale {
    if let scale = Scale(rawValue: text) { return scale }
    throw ValidationError(
      UnknownName(kind: "scale", name: text, known: Scale.allCases.map(\.rawValue)).description)
  }

  /// The experiment's type; throws a `ValidationError` that offers the nearest names.
  func type() throws -> any Experiment.Type { try Self.type(named: experiment) }

  /// The type of the experiment called `name`; throws a `ValidationError` that offers the nearest names.
  static func type(named name: String) throws -> any Experiment.Type {
    do {
      return try Known.catalogue.experiment(named: name)
    } catch let error as UnknownName {
      let commands = ReproCommand.commandNames.nearest(to: name)
      if commands.isEmpty { throw ValidationError("\(error)") }
      let isNearExperiment = !Known.catalogue.experiments.map { $0.name }.nearest(to: name).isEmpty
      throw ValidationError(
        isNearExperiment
          ? "\(error) Or the command \(commands.asChoice)?"
          : "there is no experiment “\(name)”; did you mean the command \(commands.asChoice)?")
    }
  }
}

/// Which arms, changed how.
struct ArmOptions: ParsableArguments {
  @Option(
    name: .customLong("arms"),
    help:
      "The arms, with commas between, or all (default: the headline's and its references; for config, all).",
    transform: ArmOptions.names)
  var lists: [[String]] = []

  @Option(
    name: .customLong("set"),
    help: "Change a constant, e.g. plan.epochs=5. The run is marked modified and enters no table.",
    transform: ArmOptions.override)
  var overrides: [Override] = []

  /// The names in a list with commas between.
  ///
  /// Throws a `ValidationError` where it names nothing: an empty list is a slip, and never means the default.
  static func names(_ text: String) throws -> [String] {
    let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
      !$0.isEmpty
    }
    if names.isEmpty {
      throw ValidationError("“\(text)” names nothing: leave the option out for the default")
    }
    return names
  }

  private static func override(_ text: String) throws -> Override {
    guard let override = Override(text) else {
      throw ValidationError("“\(text)” is not of the form key=value")
    }
    return override
  }

  /// The arms of `experiment` that were asked for, as changed; throws an `UnknownName` or an `OverrideError`.
  ///
  /// `usual` are those meant where none was named; on `images` of one's own arms are fitted to these.
  func arms(
    of experiment: any Experiment, usual: [String] = [], on images: OwnImages? = nil
  ) throws -> [Arm] {
    let names = lists.flatMap { $0 }
    return try Arm.applying(
      overrides, to: experiment.arms(named: names.isEmpty ? usual : names, on: images))
  }
}

/// Where the images lie that some arms add to a data set's own.
struct InflationOptions: ParsableArguments {
  @Option(
    help:
      "Generated images to add, instead of those that `repro generate` has drawn: .npy, .npz, .hwc.bin, .chw.bin, or a folder of PNGs.",
    completion: .file())
  var generated: String?

  @Option(help: "The same for arms that take a deliberately early generator.", completion: .file())
  var generatedEarly: String?

  @Option(help: "The order of colours in these files: rgb or bgr (default: rgb, and checked).")
  var generatedColors: ColorOrder?

  /// Throws a `ValidationError` where a file is named that none of `arms` would read.
  func check(takenBy arms: [Arm], of type: any Experiment.Type) throws {
    if generatedColors != nil && generated == nil && generatedEarly == nil {
      throw ValidationError("--generated-colors goes with --generated or --generated-early")
    }
    let sources = Set(arms.compactMap(\.inflation?.source))
    for (option, value, source) in [
      ("--generated", generated, Inflation.Source.generated),
      ("--generated-early", generatedEarly, .generatedEarly),
    ] where value != nil && !sources.contains(source) {
      let takers = Known.catalogue.experiments.filter { other in
        Scale.allCases.contains { other.init(scale: $0).arms.contains { $0.inflation?.source == source } }
      }
      let isWrongArm = takers.contains { $0.name == type.name }
      throw ValidationError(
        "no arm that was asked for of \(type.name) adds images by \(option): "
          + (isWrongArm
            ? "name one that does with --arms"
            : "it goes with \(takers.map { $0.name }.joined(separator: ", "))"))
    }
  }

  /// What these options and the folder of runs say.
  func files(runs: URL) -> InflationFiles {
    var named: [Inflation.Source: URL] = [:]
    named[.generated] = generated.map { URL(fileURLWithPath: $0) }
    named[.generatedEarly] = generatedEarly.map { URL(fileURLWithPath: $0) }
    return InflationFiles(runs: runs, named: named, colors: generatedColors)
  }
}

extension ColorOrder: ExpressibleByArgument {}

/// Where data sets lie and how strictly they are taken.
struct DataOptions: ParsableArguments {
  @Option(help: "The folder of data sets (default: $REPRO_DATA, or Data).", completion: .directory)
  var dataDir: String?

  @Flag(help: "Use data files of unknown content; everything made with them is marked custom.")
  var acceptDigest = false

  /// The folder of data sets.
  var directory: URL {
    dataDir.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? DataStore.defaultDirectory
  }
}

/// Where runs lie.
struct OutputOptions: ParsableArguments {
  @Option(help: "The folder of runs (default: $REPRO_RUNS, or Runs).", completion: .directory)
  var output: String?

  /// The folder of runs.
  var directory: URL {
    let folder = output ?? ProcessInfo.processInfo.environment["REPRO_RUNS"] ?? ""
    return URL(fileURLWithPath: folder.isEmpty ? "Runs" : folder, isDirectory: true)
  }
}

/// Where the record and the tables lie: the repository that the command is given in.
enum Project {
  /// Whether the working directory holds what the record's commands read.
  static var isHere: Bool { FileManager.default.fileExists(atPath: tables.path) }

  /// The working directory; throws a `RunProblem` where it is not the repository's.
  static func requiredRoot() throws -> URL {
    if isHere { return root }
    throw RunProblem(
      "\(root.path) is not the repository's folder, as it has no paper-tables: give this command there")
  }

  /// The working directory.
  static var root: URL { URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true) }
  /// The record.
  static var results: URL { root.appending(component: "Results") }
  /// The papers' numbers and the tables made from them.
  static var tables: URL { root.appending(component: "paper-tables") }

  /// What the program is called: `repro`, or as the package calls it whose program it is.
  static var program: String {
    Known.package == nil ? "repro" : name(of: CommandLine.arguments.first ?? "repro")
  }

  /// The words that begin this command, to be repeated in advice.
  static var command: String { command(startedAs: CommandLine.arguments.first ?? "repro") }

  /// The same of the program at `path`: as it was built, or as it was called.
  static func command(startedAs path: String) -> String {
    if path.contains("/.build/") || path.hasPrefix(".build/") {
      return "swift run \(path.contains("/release/") ? "-c release " : "")\(name(of: path))"
    }
    return path.contains("/") ? path : "repro"
  }

  private static func name(of path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: "Threads that compute (default: $REPRO_THREADS, or all cores it may use).")
  var threads: Int?

  func validate() throws {
    let variable = ProcessInfo.processInfo.environment[WorkerPool.threadsVariable]
    try ThreadOptions.check(threads, variable: threads == nil ? variable : nil)
  }

  /// Throws a `ValidationError` for a number of threads that makes no sense, given by option or by the environment.
  static func check(_ option: Int?, variable: String?) throws {
    if let option, option < 1 { throw ValidationError("--threads is \(option), but must be at least 1") }
    if let option, option > 1_024 {
      throw ValidationError("--threads is \(option), but at most 1024 make sense")
    }
    if let variable, !(Int(variable).map { (1...1_024).contains($0) } ?? false) {
      throw ValidationError(
        "$\(WorkerPool.threadsVariable) is “\(variable)”, but must be a number from 1 to 1024")
    }
  }

  /// Makes the pool as wide as was asked for.
  func startPool() { WorkerPool.start(threads: threads ?? WorkerPool.usualThreads) }
}
