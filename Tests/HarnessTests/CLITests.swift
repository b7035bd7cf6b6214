import ArgumentParser
import Foundation
import Testing
import Vision

@testable import Commands
@testable import Generation
@testable import Harness
@testable import Records
@testable import repro

@Suite(.knowingEveryExperiment) struct CLITests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func anExperimentAloneIsARun() throws {
    let command = try #require(try ReproCommand.parseAsRoot(["co2-cifar10"]) as? Run)
    #expect(command.selection.experiment == "co2-cifar10")
    #expect(command.selection.scale == .reduced)
    #expect(command.seeds.seeds == [0, 1, 2])
    #expect(!command.fresh && !command.realDataOnly && command.threads == nil)
  }

  @Test func everyFlagOfTheDesignIsThere() throws {
    let command = try #require(
      try ReproCommand.parseAsRoot([
        "run", "co2-cifar10", "--scale", "smoke", "--seeds", "0,3..4", "--arms", "MoCo,MoCo + CO2",
        "--output", "/o",
        "--data-dir", "/d", "--threads", "2", "--accept-digest", "--real-data-only", "--fresh", "--set",
        "plan.epochs=3", "--set", "temperature=0.1", "--evaluations", "knn-v1,linear-v1", "--json",
      ]) as? Run)
    #expect(command.selection.scale == .smoke)
    #expect(command.seeds.seeds == [0, 3, 4])
    #expect(command.changes.lists == [["MoCo", "MoCo + CO2"]])
    #expect(command.changes.overrides.map(\.description) == ["plan.epochs=3", "temperature=0.1"])
    #expect(command.evaluationLists == [["knn-v1", "linear-v1"]])
    #expect(command.output.directory.path == "/o" && command.data.directory.path == "/d")
    #expect(command.data.acceptDigest && command.realDataOnly && command.fresh && command.json)
  }

  @Test func listsAddUpAndSingleValuesAreGivenOnce() throws {
    let command = try #require(
      try ReproCommand.parseAsRoot([
        "co2-cifar10", "--seeds", "0", "--seeds", "2...3,0", "--evaluations", "knn-v1", "--evaluations",
        "linear-v1",
      ]) as? Run)
    #expect(command.seeds.seeds == [0, 2, 3])
    #expect(command.evaluationLists == [["knn-v1"], ["linear-v1"]])
    func repeated(_ line: String) -> String? {
      RepeatedOptions.first(in: line.split(separator: " ").map(String.init))
    }
    #expect(repeated("co2-cifar10 --seeds 0 --seeds 1 --arms a --arms b --set c=1 --set d=2") == nil)
    #expect(repeated("co2-cifar10 --scale smoke --threads 1 --scale paper") == "--scale")
    #expect(repeated("co2-cifar10 --threads=1 --threads 2") == "--threads")
    #expect(repeated("suite --seeds 3 --seeds 5") == "--seeds")
    #expect(repeated("run a --output x -- --output y") == nil)
  }

  @Test func anOrderOfColoursWithoutAFileIsRefused() throws {
    let command = try #require(
      try ReproCommand.parseAsRoot(["adainf-cifar10", "--generated-colors", "bgr"]) as? Run)
    let type = try command.selection.type()
    let text = errorText {
      try command.inflation.check(takenBy: command.changes.arms(of: type.init(scale: .smoke)), of: type)
    }
    #expect(text.contains("--generated-colors goes with --generated"), "\(text)")
  }

  @Test func aFileThatNoArmReadsIsRefusedWithWhoWould() throws {
    let command = try #require(
      try ReproCommand.parseAsRoot(["co2-cifar10", "--generated", "missing.npy"]) as? Run)
    let type = try command.selection.type()
    let text = errorText {
      try command.inflation.check(takenBy: command.changes.arms(of: type.init(scale: .smoke)), of: type)
    }
    #expect(text.contains("adds images by --generated: it goes with adainf-cifar10"), "\(text)")
    let taken = try #require(
      try ReproCommand.parseAsRoot(["adainf-cifar10", "--generated", "missing.npy"]) as? Run)
    let other = try taken.selection.type()
    try taken.inflation.check(takenBy: taken.changes.arms(of: other.init(scale: .reduced)), of: other)
  }

  @Test func theEnvironmentsThreadsAreCheckedLikeTheOptions() throws {
    try ThreadOptions.check(nil, variable: nil)
    try ThreadOptions.check(nil, variable: "3")
    for variable in ["", "0", "-1", "two", "1025"] {
      let text = errorText { try ThreadOptions.check(nil, variable: variable) }
      #expect(text.contains("$REPRO_THREADS is “\(variable)”"), "\(text)")
    }
  }

  @Test(arguments: [
    (["co2-cifar10", "--scale", "reducd"], "did you mean “reduced”"),
    (["co2-cifar10", "--threads", "0"], "--threads is 0"),
    (["co2-cifar10", "--threads", "-2"], "--threads is -2"),
    (["co2-cifar10", "--arms", ","], "names nothing"),
    (["co2-cifar10", "--evaluations", ","], "names nothing"),
    (["co2-cifar10", "--seeds", "0...999,1000...1999"], "names more than 1000 seeds"),
    (["co2-cifar10", "--seeds", "0...999", "--seeds", "1000"], "names more than 1000 seeds"),
    (["tune", "co2-cifar10", "--trials", "0"], "--trials is 0"),
    (["co2-cifar10", "--seeds", "3..1"], "names no seeds"),
    (["co2-cifar10", "--set", "epochs"], "not of the form key=value"),
    (["data", "get", "cifar11"], "did you mean “cifar10”"),
    (["co2-cifar10", "--frsh"], "--fresh"),
    (["run"], "<experiment>"),
    (["check", "--rerun"], "--rerun takes the name"),
    (["runs", "compare", "abc"], "two runs are compared, not 1"),
    (["runs", "prune", "--everything"], "--everything"),
    (["replicate", "co2-cifar10", "--pairs", "0"], "lies within 1...100"),
    (["generate", "--scale", "paper"], "no generator at paper scale"),
    (["generate", "--data", "stl10"], "only cifar10, cifar100 and shapes"),
    (["generate", "--count", "0"], "--count is 0"),
    (["generate", "--quality", "best"], "one of 'last', 'early' or 'both'"),
    (["suite", "--jobs", "0"], "--jobs is 0"),
    (["sweep", "co2-cifar10:4...0"], "co2-cifar10:4...0"),
    (["sweep", "co2-cifar10", "co2-cifar10:0"], "named twice"),
    (["sweep", "--cell", "seed", "--cell", "arm"], "--cell is given twice"),
    (["sweep", "--cell", "0/4"], "goes with --run"),
    (["sweep", "--cell", "0-4", "--run"], "--cell"),
    (["sweep", "--run", "--submit"], "give one of them"),
    (["sweep", "--status", "--emit", "slurm"], "does not go with"),
    (["sweep", "--emit", "pbs"], "--emit"),
    (["sweep", "--emit", "slurm", "--cpus", "0"], "--cpus is 0"),
    (["sweep", "--emit", "slurm", "--partition", "a'b"], "cannot stand in a script"),
  ])
  func wrongUsageIsSaidAndEndsWith64(arguments: [String], text: String) {
    do {
      _ = try ReproCommand.parseAsRoot(arguments)
      Issue.record("\(arguments) was accepted")
    } catch {
      #expect(ReproCommand.fullMessage(for: error).contains(text), "\(ReproCommand.fullMessage(for: error))")
      #expect(ReproCommand.exitCode(for: error).rawValue == 64)
    }
  }

  @Test func anUnknownExperimentOffersExperimentsAndCommands() throws {
    func problem(_ name: String) throws -> String {
      let command = try #require(try ReproCommand.parseAsRoot([name]) as? Run)
      do {
        _ = try command.selection.type()
        return ""
      } catch {
        #expect(ReproCommand.exitCode(for: error).rawValue == 64)
        return ReproCommand.message(for: error)
      }
    }
    #expect(try problem("co2-cifr10").contains("did you mean “co2-cifar10”?"))
    #expect(try problem("lsit").contains("did you mean the command “list”?"))
  }

  @Test func everyCommandHasHelp() {
    #expect(ReproCommand.configuration.subcommands.count >= 9)
    for command in ReproCommand.configuration.subcommands {
      #expect(ReproCommand.helpMessage(for: command).contains("OVERVIEW"), "\(command)")
    }
  }

  @Test func theNewCommandsReadTheirArguments() throws {
    let check = try #require(
      try ReproCommand.parseAsRoot(["check", "co2-cifar10", "--rerun"]) as? CheckCommand)
    #expect(check.experiment == "co2-cifar10" && check.rerun && !check.writeGolden && check.scale == .reduced)
    let prune = try #require(
      try ReproCommand.parseAsRoot(["runs", "prune", "--failed", "--checkpoints"]) as? RunsCommand.Prune)
    #expect(prune.kinds == [.failed, .checkpoints] && !prune.yes)
    #expect(try ReproCommand.parseAsRoot(["runs"]) is RunsCommand.Listing)
    let estimate = try #require(
      try ReproCommand.parseAsRoot(["estimate", "co2-cifar10", "--scale", "paper"]) as? EstimateCommand)
    #expect(estimate.scale == .paper && estimate.threads == nil)
    let suite = try #require(
      try ReproCommand.parseAsRoot(["suite", "--plan", "--everything"]) as? SuiteCommand)
    #expect(suite.plan && suite.everything && suite.scale == .reduced)
    let doubt = try #require(
      try ReproCommand.parseAsRoot(["replicate", "co2-cifar10", "--pairs", "3"]) as? ReplicateCommand)
    #expect(doubt.pairs == 3 && doubt.firstSeed == 1_000_000)
  }

  @Test func aGeneratorsArgumentsAreRead() throws {
    let usual = try #require(try ReproCommand.parseAsRoot(["generate"]) as? Generate)
    #expect(usual.scale == .reduced && usual.seed == 0 && usual.count == nil && usual.data == .cifar10)
    #expect(usual.quality.qualities == [.last] && !usual.json && !usual.fresh)
    let other = try #require(
      try ReproCommand.parseAsRoot([
        "generate", "--scale", "smoke", "--seed", "7", "--count", "12", "--data", "shapes", "--quality",
        "both",
        "--output", "/o", "--json",
      ]) as? Generate)
    #expect(other.scale == .smoke && other.seed == 7 && other.count == 12 && other.data == .shapes)
    #expect(other.quality.qualities == [.last, .early] && other.output.directory.path == "/o" && other.json)
  }

  /// The manual page and the README know every command, and the page every command of a command.
  @Test func everyCommandIsDocumented() throws {
    let page = try String(contentsOf: Self.root.appending(path: "Documentation/repro.1"), encoding: .utf8)
    let readme = try String(contentsOf: Self.root.appending(component: "README.md"), encoding: .utf8)
    for command in ReproCommand.configuration.subcommands {
      let name = command._commandName
      #expect(page.contains("\n.It Cm \(name)\n"), "the manual page lacks \(name)")
      #expect(readme.contains("| `\(name)"), "the README lacks \(name)")
      for below in command.configuration.subcommands {
        let entry =
          page.components(separatedBy: "\n.It Cm \(name)\n").last?
          .components(separatedBy: "\n.It ").first ?? ""
        #expect(entry.contains("\n.Cm \(below._commandName)\n"), "\(name) \(below._commandName)")
      }
    }
    let entries = page.components(separatedBy: "\n.It Cm ").dropFirst().map { $0.prefix { $0 != "\n" } }
    #expect(Set(entries.map(String.init)) == Set(ReproCommand.commandNames))
  }

  @Test func everyOptionOfARunIsInTheManualPage() throws {
    let page = try String(contentsOf: Self.root.appending(path: "Documentation/repro.1"), encoding: .utf8)
    let options = ReproCommand.helpMessage(for: Run.self).matches(of: /\n  --(?<name>[a-z-]+)/).map(\.name)
    #expect(options.count >= 10)
    for option in options {
      #expect(page.contains("\n.It Fl -\(option)"), "the manual page lacks --\(option)")
    }
  }

  @Test(arguments: [
    ("short", 80, "short"), ("0123456789", 10, "01234567…"), ("0123456789", 11, "0123456789"),
  ])
  func progressKeepsToOneLine(text: String, width: Int, fitted: String) {
    #expect(Console.fitted(text, to: width) == fitted)
    #expect(Console.fitted(text, to: nil) == text)
  }

  @Test func everyArmPassesItsOwnCheck() throws {
    for type in allExperiments.experiments {
      for scale in Scale.allCases { for arm in type.init(scale: scale).arms { try arm.check() } }
    }
  }

  @Test(arguments: [
    "width=0", "width=-1", "width=1000000", "blocks.0=-1", "normalizationGroups=0", "normalizationGroups=3",
    "embeddingDimension=0", "queueLength=10", "queueLength=1000000000000", "batchSize=0", "batchSize=3",
    "epochs=-1", "epochs=1000000000000000000", "momentum=2", "weightDecay=-1", "warmupEpochs=-1",
    "padding=-1",
    "smallestCrop=0", "temperature=0", "keyMomentum=1.5", "learningRate=-1",
  ])
  func impossibleConstantsAreSaidBeforeAnythingRuns(setting: String) throws {
    let experiment = try allExperiments.experiment(named: "co2-cifar10").init(scale: .smoke)
    let arms = try Arm.applying([try #require(Override(setting))], to: experiment.arms)
    let error = #expect(throws: RunProblem.self) { for arm in arms { try arm.check(imageCount: 512) } }
    let constant = try #require(setting.split(separator: "=").first?.split(separator: ".").first)
    let text = try #require(error?.description)
    #expect(text.contains(constant), "\(text)")
  }

  @Test func everyExperimentSaysWhatItIs() {
    for type in allExperiments.experiments {
      #expect(!type.claim.isEmpty && !type.cost.isEmpty && type.version >= 1)
      for scale in Scale.allCases {
        let experiment = type.init(scale: scale)
        let names = experiment.arms.map(\.name)
        for claim in experiment.claims {
          let needed = claim.arms + claim.checks.flatMap(\.arms) + claim.gates.flatMap(\.comparison.arms)
          #expect(Set(needed).isSubset(of: names), "\(type.name), \(scale): \(needed)")
          for comparison in claim.comparisons {
            for arm in experiment.arms where comparison.arms.contains(arm.name) {
              let measured = experiment.evaluations(of: arm).map(\.name)
              #expect(measured.contains(comparison.evaluation), "\(type.name), \(scale), \(arm.name)")
            }
          }
        }
        #expect(Set(experiment.arms.map(\.slug)).count == names.count)
      }
    }
  }

  @Test func failuresHaveTheirStatus() async {
    func status(_ error: any Error) async -> Int32 {
      do {
        try await Failure.reported { throw error }
        return 0
      } catch {
        return ReproCommand.exitCode(for: error).rawValue
      }
    }
    #expect(await status(Interrupted()) == 130)
    #expect(await status(StorageError("write", path: "/x", code: ENOSPC)) == 2)
    #expect(await status(FolderInUse(path: "/x", holder: 7)) == 75)
    #expect(await status(DataError.missing(set: "cifar10", directory: "/x", folders: ["y"])) == 69)
    #expect(await status(DataError.wrongSize(path: "/x", found: 1, expected: 2)) == 2)
    #expect(await status(DownloadError.unreachable(set: "cifar10", hosts: ["a"], seconds: 10)) == 69)
    #expect(await status(DownloadError.cannotUnpack(path: "/x", reason: "no")) == 2)
    #expect(await status(RunProblem("epochs is -1")) == 64)
    #expect(await status(UnknownName(kind: "arm", name: "a", known: ["b"])) == 64)
    #expect(await status(ExitCode(1)) == 1)
  }
}
