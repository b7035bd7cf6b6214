import Foundation
import NeuralNetworks
import Pretraining
import TestSupport
import Testing
import Vision

@testable import Harness
@testable import Records
@testable import repro

/// `--set KEY=VALUE` of any experiment, with known keys and any values: an error in a line, or what can be trained.
@Suite struct SetFuzzTests {
  /// An arm of an experiment at smoke scale, and what is set.
  private struct Case {
    let experiment: any Experiment
    let arm: Arm
    let overrides: [Override]
  }

  private static let experiments = allExperiments.experiments.map { $0.init(scale: .smoke) }

  private static func isOurs(_ error: any Error) -> Bool {
    error is OverrideError || error is RunProblem || error is UnknownName || error is PretrainingError
  }

  /// Something that may stand where `value` does, or nearly.
  private static func other(than value: JSONValue, _ random: inout FuzzRandom) -> String {
    switch value {
    case .integer(let number) where random.once(in: 2):
      return "\(random.one(of: [number &- 1, number &+ 1, number &* 2, number / 2, 1, 0, -number]))"
    case .number(let number) where random.once(in: 2):
      return "\(random.one(of: [number * 2, number / 2, 0, 1, -number, number + 0.25]))"
    case .bool where random.once(in: 2): return random.one(of: ["true", "false"])
    case .string where random.once(in: 2):
      return random.one(of: [
        "none", "linear", "cifar", "imagenet", "float32", "bfloat16", "soft", "hard", "zero",
      ])
    case .array(let items) where random.once(in: 2):
      let count = random.once(in: 3) ? random.below(6) : items.count
      return "[\((0..<count).map { _ in "\(random.below(4))" }.joined(separator: ","))]"
    default:
      return random.once(in: 8)
        ? random.one(of: ["[", "{}", "[[1]]", "null", "é", "\u{202E}", String(repeating: "[", count: 2_000)])
        : random.numeral()
    }
  }

  private static func draw(_ random: inout FuzzRandom) -> Case {
    let experiment = random.one(of: experiments)
    let arm = random.one(of: experiment.arms)
    let constants = arm.configuration.json
    let overrides = (0...random.below(3)).compactMap { _ -> Override? in
      let path = random.one(of: constants.paths)
      let value = constants.value(at: path.split(separator: ".").map(String.init)) ?? .null
      // As much of its end as may be unambiguous.
      let words = path.split(separator: ".")
      let key = random.once(in: 2) ? path : words.suffix(1 + random.below(words.count)).joined(separator: ".")
      return Override("\(key)=\(other(than: value, &random))")
    }
    return Case(experiment: experiment, arm: arm, overrides: overrides)
  }

  @Test func whateverIsSetIsAnErrorOrAConfiguration() {
    let accepted = Fuzz.run("set", throwing: Self.isOurs, Self.draw) { drawn in
      let changed = try Arm.applying(drawn.overrides, to: [drawn.arm])[0]
      try changed.check(imageCount: 512)
      // What is kept in run.json is read again as itself, and has a folder.
      let configuration = changed.configuration
      #expect(try changed.with(configuration).configuration == configuration)
      let changes = changed.changes(from: [drawn.arm])
      if !changes.isEmpty { #expect(!RunFolder.name(of: changes).isEmpty) }
    }
    #expect(accepted > 0)
  }

  /// Whether one step takes a moment: no whole number is far above the experiment's own.
  private static func isQuick(_ arm: Arm, beside own: Arm) -> Bool {
    arm.changes(from: [own]).allSatisfy { change in
      guard let number = Double(change.value) else {
        return !change.value.hasPrefix("[") || change.value.count < 16
      }
      let path = change.key.split(separator: ".").map(String.init)
      let before = own.configuration.json.value(at: path)?.number ?? 0
      return number < 1 || number <= max(2 * before, 64) && !change.key.contains("blocks")
    }
  }

  /// What is accepted takes its first step: the loss is a number, or an error says why it is none.
  @Test func whatIsAcceptedTakesAStep() throws {
    let images = try DatasetReference.shapes.first(256).load()
    var (steps, built) = (0, 0)
    Fuzz.run("set-steps", share: 0.02, least: 40, throwing: Self.isOurs, Self.draw) { drawn in
      let changed = try Arm.applying(drawn.overrides, to: [drawn.arm])[0]
      let offered = images.offeringStandIns(to: [changed])
      try changed.check(offeredBy: offered)
      let mixture = changed.mixture(of: offered)
      try changed.check(imageCount: mixture.count)
      guard Self.isQuick(changed, beside: drawn.arm) else { return }
      let method = changed.method(seed: 0, on: mixture.images)
      built += 1
      // What has to learn something first takes too long here, and an untrained one takes no step.
      if (method as? any PreparedMethod)?.needsPreparation == true || changed.plan.epochs == 0 { return }
      let pretrainer = try Pretrainer(
        method: method, plan: changed.plan, mixture: mixture, standardization: .shapes, seed: 0)
      try pretrainer.step()
      steps += 1
    }
    print("of these \(built) were built and \(steps) took a step")
    #expect(steps > 0)
  }
}
