import Evaluation
import Foundation
import Testing
import Vision

@testable import Checking
@testable import Claims
@testable import Harness
@testable import Records

/// Ledgers that somebody tampered with, and what `repro check` says of them.
@Suite struct TuningCheckTests {
  private static let grid = ReportedExperiment.grid

  /// The rows of every trial that the grid asks for, with the best value in the middle of each axis or elsewhere.
  private func ledger(best: [String: Double] = [:]) -> TuningLedger {
    var ledger = TuningLedger()
    while true {
      let missing = TuningProgress(Self.grid, ledger, judge: TuningChecks.usual).missing
      if missing.isEmpty { return ledger }
      for trial in missing {
        let distance = trial.constants.values.reduce(0.0) { sum, constant in
          sum + abs((constant.value.number ?? 0) - (best[constant.key] ?? Self.recipe[constant.key]!))
        }
        ledger.add([row(trial, value: 60 - distance)])
      }
    }
  }

  /// What the sample's arms have.
  private static let recipe = ["plan.optimizer.sgd.learningRate": 0.06, "hyperparameters.weight": 1.0]

  private func row(_ trial: TuningLedger.Trial, value: Double) -> TuningRow {
    let key = RunKey(
      run: JSONValue.object(trial.constants.values).digest.prefix(11) + (trial.share < 1 ? "s" : "l"),
      experiment: ReportedExperiment.name, version: ReportedExperiment.version, scale: .reduced,
      data: "cifar10:official", arm: trial.arm, seed: trial.seed)
    return TuningRow(
      key: key, commit: "c0ffee", share: trial.share, epochs: trial.share < 1 ? 4 : 20,
      constants: trial.constants, evaluation: "linear-v1", metric: "top1", value: value, count: 5_000)
  }

  private func problems(
    _ ledger: TuningLedger?, text: String? = nil, seeds: [UInt64] = [0],
    experiment: any Experiment.Type = TunedExperiment.self
  ) async throws -> [String] {
    let folder = try ReportFolder.repository()
    if let text = text ?? ledger?.text {
      try folder.write(text, to: "Results/sample-cifar10/reduced/tuning.csv")
    }
    let manifests = seeds.map { SampleRun(arm: "Base", seed: $0).finishedManifest }
    return await TuningCheck(
      Declaration(experiment.init(scale: .reduced), scale: .reduced), root: folder.url
    ).discrepancies(recorded: manifests)
      .map(\.description)
  }

  @Test func aCompleteLedgerThatTheRecipeFollowsIsFine() async throws {
    #expect(try await problems(ledger()).isEmpty)
    #expect(try await problems(nil, seeds: []).isEmpty)
  }

  @Test func aRecordWithoutItsTrialsIsFound() async throws {
    #expect(try await problems(nil).first?.contains("which declares a grid, is on record") == true)
    var short = TuningLedger()
    short.add(ledger().rows.filter { $0.key.arm == "Base" })
    let found = try await problems(short)
    #expect(found.contains { $0.contains("lacks 3 trials") && $0.contains("before seed 0") }, "\(found)")
    #expect(try await problems(short, seeds: []).isEmpty, "trials may be under way")
  }

  @Test func aRecipeThatDoesNotFollowItsTrialsIsFound() async throws {
    let found = try await problems(ledger(best: ["hyperparameters.weight": 0.5]))
    #expect(
      found.contains { $0.contains("chooses hyperparameters.weight 0.5 for “Base + Term”") }, "\(found)")
  }

  @Test func anEditedLedgerAndSecretTrialsAreFound() async throws {
    let moved = ledger().text.split(separator: "\n").map(String.init)
    let swapped = ([moved[0]] + moved.dropFirst().reversed()).joined(separator: "\n") + "\n"
    #expect(
      try await problems(nil, text: swapped).first?.contains("not written as `repro tune` writes it") == true)
    var secret = ledger()
    let trial = TuningLedger.Trial(
      arm: "Base", constants: TuningConstants(["plan.optimizer.sgd.learningRate": 0.05]), share: 1, seed: 100)
    secret.add([row(trial, value: 61)])
    #expect(try await problems(secret).first?.contains("that the grid never asks for") == true)
  }
}

/// The sample experiment with its grid.
struct TunedExperiment: ReportedVariant {
  let base: ReportedExperiment
  init(scale: Scale) { base = ReportedExperiment(scale: scale) }

  var tuning: TuningGrid? { ReportedExperiment.grid }
}
