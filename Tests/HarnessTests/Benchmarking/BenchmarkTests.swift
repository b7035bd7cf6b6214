import Foundation
import Harness
import Tensors
import Testing

@testable import Benchmarking
@testable import Commands
@testable import Records
@testable import repro

@Suite struct BenchmarkTests {
  /// Names are what a row and a column are found by, and a trial that cannot run would only show in a measurement.
  @Test(arguments: KernelGroup.all.map(\.title))
  func everyTrialRunsUnderAName(title: String) throws {
    let group = try #require(KernelGroup.all.first { $0.title == title })
    let trials = group.trials()
    #expect(Set(trials.map { "\($0.kernel), \($0.variant)" }).count == trials.count)
    for trial in trials {
      #expect(trial.bytes > 0 && trial.workingSet > 0 && trial.multiplyAdds >= 0, "\(trial.kernel)")
      trial.run()
    }
  }

  @Test func convolutionsComeInEveryDirectionButThatOfTheImages() {
    let trials = KernelGroup.convolutions(width: 16, .float32).trials()
    #expect(trials.count == 11 * 3 - 1)
    let first = trials.first { $0.kernel.hasPrefix("3 × 3, 16 to 16") }
    // 4 images of 32 × 32 × 16 float32 numbers fill the 256 kB that a chunk may have, and 3 the 192 kB of one with
    // AVX2. Our kernels take 16 multiply-adds for four outputs; tap by tap, two of 3 · 32 taps along each axis fall on
    // padding.
    let (set, ofChannels) = (Machine.current.instructionSet, 16 * 16)
    let images = set == "avx2" ? 3 : 4
    #expect(first?.multiplyAdds == images * ofChannels * (set == "portable" ? 94 * 94 : 16 * 16 * 16))
  }

  /// In a process of its own, because it makes the pool one thread wide.
  @Test func linesStandBesideTheirFloors() async {
    await #expect(processExitsWith: .success) {
      let numbers = Numbers(4_096)
      let group = KernelGroup(title: "Sums") {
        ["one", "two"].map { variant in
          KernelTrial("sum", variant: variant, multiplyAdds: 4_096, bytes: 16_384) {
            precondition((0..<4_096).reduce(Float(0)) { $0 + numbers.floats[$1] }.isFinite)
          }
        }
      }
      var tables: [String] = []
      let benchmark = KernelBenchmark([group], window: 1e-6) { tables.append($0.table) }
      let lines = benchmark.groups[0].lines
      precondition(
        lines.allSatisfy { $0.microseconds > 0 && $0.floorMicroseconds > 0 && $0.place == .secondLevel })
      precondition(
        tables.count == 1 && tables[0].contains("| Sums     | one, µs | floor, % | two, µs | floor, % |"),
        tables.joined())
      precondition(tables[0].split(separator: "\n").last!.hasPrefix("| sum [L2] |"), tables[0])
    }
  }

  @Test func passesAreTimedForEveryNumberOfImages() async {
    await #expect(processExitsWith: .success) {
      let workload = BenchmarkWorkload(
        step: .simCLR, width: 4, batch: 16, precision: .float32, method: timedMethods[.simCLR])
      var measured: [PassBenchmark.Line] = []
      let passes = try! PassBenchmark(workload, counts: [96, 32], rounds: 3) { measured.append($0) }
      precondition(measured.map(\.images) == [32, 96, 32, 96, 32, 96])
      precondition(passes.lines.map(\.images) == [32, 96])
      let epochs = measured.filter { $0.images == 96 }.map(\.epoch)
      precondition(passes.lines[1].epoch == epochs.sorted()[1], "\(epochs)")
      precondition(passes.lines.allSatisfy { min($0.epoch, $0.features, $0.neighbors, $0.probe) > 0 })
    }
  }

  @Test func tiledImagesBeginAgain() {
    let images = RandomImages(count: 7, distinctCount: 3).set
    #expect(images.count == 7 && images.labels == [0, 1, 2, 0, 1, 2, 0])
    #expect(images.subset([0, 1, 2]).bytes == images.subset([3, 4, 5]).bytes)
    #expect(images.subset([0]).bytes == images.subset([6]).bytes)
    #expect(images.subset([0]).bytes != images.subset([1]).bytes)
    #expect(RandomImages(count: 3).set.bytes == images.subset([0, 1, 2]).bytes)
  }

  @Test(arguments: [
    (["--images", "10000,x"], "“x” is no number"), (["--images", "500"], "at least 1,000"),
    (["--images", "2000", "--step", "features"], "no epochs"),
    (["--images", "2000", "--kernels"], "choose one"),
    (["--profile", "--kernels"], "choose one"), (["--rounds", "3"], "goes with --images"),
  ])
  func measurementsThatMakeNoSenseAreRefused(arguments: [String], text: String) {
    do {
      _ = try ReproCommand.parseAsRoot(["bench"] + arguments)
      Issue.record("\(arguments) was accepted")
    } catch {
      #expect(ReproCommand.fullMessage(for: error).contains(text), "\(ReproCommand.fullMessage(for: error))")
    }
  }
}
