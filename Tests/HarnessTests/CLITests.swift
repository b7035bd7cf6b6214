import ArgumentParser
import Foundation
import Testing

@testable import Harness
@testable import repro

@Suite struct CLITests {
  @Test func anExperimentAloneIsARun() throws {
    let command = try #require(try Repro.parseAsRoot(["co2-cifar10"]) as? Run)
    #expect(command.selection.experiment == "co2-cifar10")
    #expect(command.selection.scale == .reduced)
    #expect(command.seeds.seeds == [0, 1, 2])
    #expect(!command.fresh && !command.realDataOnly && command.threads == nil)
  }

  @Test func everyFlagOfTheDesignIsThere() throws {
    let command = try #require(
      try Repro.parseAsRoot([
        "run", "co2-cifar10", "--scale", "smoke", "--seeds", "0,3..4", "--arms", "MoCo,MoCo + CO2",
        "--output", "/o",
        "--data-dir", "/d", "--threads", "2", "--accept-digest", "--real-data-only", "--fresh", "--set",
        "plan.epochs=3", "--set", "temperature=0.1", "--json",
      ]) as? Run)
    #expect(command.selection.scale == .smoke)
    #expect(command.seeds.seeds == [0, 3, 4])
    #expect(command.changes.lists == [["MoCo", "MoCo + CO2"]])
    #expect(command.changes.overrides.map(\.description) == ["plan.epochs=3", "temperature=0.1"])
    #expect(command.output.directory.path == "/o" && command.data.directory.path == "/d")
    #expect(command.data.acceptDigest && command.realDataOnly && command.fresh && command.json)
  }

  @Test(arguments: [
    (["co2-cifar10", "--scale", "reducd"], "did you mean “reduced”"),
    (["co2-cifar10", "--threads", "0"], "--threads is 0"),
    (["co2-cifar10", "--threads", "-2"], "--threads"),
    (["co2-cifar10", "--seeds", "3..1"], "names no seeds"),
    (["co2-cifar10", "--set", "epochs"], "not of the form key=value"),
    (["data", "get", "cifar11"], "did you mean “cifar10”"),
    (["co2-cifar10", "--frsh"], "--fresh"),
    (["run"], "<experiment>"),
  ])
  func wrongUsageIsSaidAndEndsWith64(arguments: [String], text: String) {
    do {
      _ = try Repro.parseAsRoot(arguments)
      Issue.record("\(arguments) was accepted")
    } catch {
      #expect(Repro.fullMessage(for: error).contains(text), "\(Repro.fullMessage(for: error))")
      #expect(Repro.exitCode(for: error).rawValue == 64)
    }
  }

  @Test func anUnknownExperimentOffersExperimentsAndCommands() throws {
    func problem(_ name: String) throws -> String {
      let command = try #require(try Repro.parseAsRoot([name]) as? Run)
      do {
        _ = try command.selection.type()
        return ""
      } catch {
        #expect(Repro.exitCode(for: error).rawValue == 64)
        return Repro.message(for: error)
      }
    }
    #expect(try problem("co2-cifr10").contains("did you mean “co2-cifar10”?"))
    #expect(try problem("lsit").contains("Or the command “list”?"))
  }

  @Test func everyCommandHasHelp() {
    #expect(Repro.configuration.subcommands.count >= 9)
    for command in Repro.configuration.subcommands {
      #expect(Repro.helpMessage(for: command).contains("OVERVIEW"), "\(command)")
    }
  }

  @Test func everyExperimentSaysWhatItIs() {
    for type in allExperiments.experiments {
      #expect(!type.claim.isEmpty && !type.cost.isEmpty && type.version >= 1)
      for scale in Scale.allCases {
        let experiment = type.init(scale: scale)
        let names = experiment.arms.map(\.name)
        #expect(names.contains(experiment.headline.treatment) && names.contains(experiment.headline.baseline))
        #expect(experiment.evaluations.map(\.name).contains(experiment.headline.evaluation))
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
        return Repro.exitCode(for: error).rawValue
      }
    }
    #expect(await status(Interrupted()) == 130)
    #expect(await status(StorageError("write", path: "/x", code: ENOSPC)) == 2)
    #expect(await status(FolderInUse(path: "/x", holder: 7)) == 2)
    #expect(await status(RunProblem("epochs is -1")) == 64)
    #expect(await status(UnknownName(kind: "arm", name: "a", known: ["b"])) == 64)
    #expect(await status(ExitCode(1)) == 1)
  }
}
