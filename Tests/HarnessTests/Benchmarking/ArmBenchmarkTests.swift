import Tensors
import Testing
import Vision

@testable import Benchmarking
@testable import Commands
@testable import Harness

@Suite struct ArmBenchmarkTests {
  private let images = try! DatasetReference.shapes.first(64).load()
  private let experiment = TinyExperiment()

  /// Eight images a step; the plan's three epochs do not end what is timed.
  @Test func anArmIsTimedAsDeclared() throws {
    let arm = experiment.arms[0]
    let result = try ArmBenchmark(arm, of: experiment, on: images).run(seconds: 0.05, windows: 2)
    #expect(result.experiment == TinyExperiment.name && result.arm == arm.name)
    #expect(result.batch == arm.plan.batchSize)
    #expect(abs(result.imagesPerSecond * result.millisecondsPerStep / 1_000 - Double(result.batch)) < 1e-6)
    #expect(result.shareOfLimit >= 0 && result.shareOfLimit < 1.5)
    #expect(result.line(width: 20).hasPrefix(arm.name.padding(toLength: 20, withPad: " ", startingAt: 0)))
  }

  /// The parts of a step's time are all of it.
  @Test func aProfileNamesTheArm() throws {
    let profile = try ArmBenchmark(experiment.arms[0], of: experiment, on: images).profile(steps: 4)
    #expect(profile.table.hasPrefix("\(TinyExperiment.name), \(experiment.arms[0].name), batch"))
    #expect(profile.width == nil && !profile.lines.isEmpty)
  }

  @Test(arguments: [
    ["bench", "--arms", "MoCo"], ["bench", "co2-cifar10", "--step", "moco-co2"],
    ["bench", "co2-cifar10", "--kernels"], ["bench", "co2-cifar10", "--arms", ","],
    ["estimate"], ["estimate", "co2-cifar10", "simclr-cifar10"], ["estimate", "--cluster", "8by16"],
    ["estimate", "co2-cifar10", "--runs", "elsewhere"],
  ])
  func whatMakesNoSenseIsRefused(arguments: [String]) {
    #expect(throws: (any Error).self) { _ = try ReproCommand.parseAsRoot(arguments) }
  }

  @Test func aClusterMayBeEstimatedForAll() throws {
    let all = try #require(
      try ReproCommand.parseAsRoot(["estimate", "--cluster", "8x16"]) as? EstimateCommand)
    #expect(all.experiments.isEmpty && all.cluster == ClusterShape("8x16"))
  }
}
