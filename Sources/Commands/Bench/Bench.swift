import ArgumentParser
import Benchmarking
import Foundation
import Harness
import Pretraining
import Tensors

/// Times training steps on this machine.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps and single kernels on this machine.",
    discussion: """
      With an experiment's name: every arm of its claims, or those called --arms, as it is declared at --scale, from the \
      images' bytes to updated weights, and what share that is of the multiply-adds that all cores could make in registers \
      alone. Its images have to be at hand; the network, batch and precision are the recipe's. Without --step: the \
      ResNet-18 step at widths 16 and 64 in both precisions, and the whole MoCo + CO2 and SimCLR steps. An image is one source image with all its views. Numbers are medians over windows; nothing else should be \
      running, and a warning says so when something was.
      """)

  @Argument(
    help: "An experiment whose arms are timed, as `repro list` names it.",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiment: String?

  @Option(
    name: .customLong("arms"), help: "With an experiment: these arms, with commas between.",
    transform: ArmOptions.names)
  var arms: [[String]] = []

  @Option(help: "With an experiment: how much of the published recipe.", transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @OptionGroup var data: DataOptions

  @Option(help: "network, moco-co2, simclr, or features.")
  var step: BenchmarkStep?

  @Option(help: "Channels of the network's first stage.")
  var width = 16

  @Option(help: "Images per step.")
  var batch = 256

  @Option(help: "float32, bfloat16, or automatic.")
  var precision = Precision.automatic

  @OptionGroup var pool: ThreadOptions

  @Option(help: "Seconds of measurement, after a warm-up.")
  var seconds = 10.0

  @Option(help: "Windows that the measurement is cut into.")
  var windows = 5

  @Flag(
    help: ArgumentHelp(
      "Show where a step's time goes and what share of it is the floor.",
      discussion:
        "Of the step named by --step, or MoCo + CO2's. Taking the times makes a step a little longer."))
  var profile = false

  @Flag(
    help: ArgumentHelp(
      "Time every kernel on one core beside its floor.",
      discussion:
        "At widths 16 and 64, in both precisions, whatever the other options say; about half a minute."))
  var kernels = false

  @Option(
    name: .customLong("images"),
    help: ArgumentHelp(
      "Time an epoch, features, kNN and probe of so many images, with commas between the numbers.",
      discussion: "The cost of an image has to stay the same. Of the step named by --step, or MoCo + CO2's."),
    transform: Bench.counts)
  var imageCounts: [Int] = []

  @Option(
    help: ArgumentHelp(
      "Rounds of --images, in turns, of which the medians count.",
      discussion: "A machine whose speed changes from minute to minute needs three."))
  var rounds = 1

  @Flag(help: "Print as JSON.")
  var json = false

  func validate() throws {
    guard width > 0, batch > 1, seconds > 0, windows > 0 else {
      throw ValidationError("--width, --batch, --seconds and --windows are positive, --batch at least 2")
    }
    guard rounds > 0, rounds == 1 || !imageCounts.isEmpty else {
      throw ValidationError("--rounds is positive and goes with --images")
    }
    if experiment == nil, !arms.isEmpty { throw ValidationError("--arms goes with an experiment's name") }
    if experiment != nil, step != nil || kernels || !imageCounts.isEmpty {
      throw ValidationError(
        "an experiment's arms are timed as declared: --step, --kernels, --images are others")
    }
    guard [profile, kernels, !imageCounts.isEmpty].count(where: { $0 }) < 2 else {
      throw ValidationError("--profile, --kernels and --images are different measurements: choose one")
    }
    if let least = imageCounts.min() {
      guard least >= max(batch, 1_000) else {
        throw ValidationError("--images has \(least), but takes at least 1,000 and a whole batch")
      }
      guard step == nil || step == .mocoCO2 || step == .simCLR else {
        throw ValidationError("--images goes with --step moco-co2 or simclr: the others have no epochs")
      }
    }
  }

  private static func counts(_ text: String) throws -> [Int] {
    try text.split(separator: ",").map { part in
      guard let count = Int(part.trimmingCharacters(in: .whitespaces)) else {
        throw ValidationError("“\(part)” is no number of images")
      }
      return count
    }
  }

  func run() async throws {
    pool.startPool()
    let watch = CoreWatch()
    defer { if let warning = watch?.warning { Console.warning(warning) } }
    if let experiment { return try await Failure.reported { try await showArms(of: experiment) } }
    if profile { return try showProfile() }
    if kernels { return try showKernels() }
    if !imageCounts.isEmpty { return try showPasses() }
    let results = try workloads.map { workload in
      let result = try Benchmark(workload, seconds: seconds, windows: windows).run()
      if !json { print(result.line) }
      BufferPool.trim()
      return result
    }
    guard json else { return }
    if step == nil { try Console.json(results) } else { try Console.json(results[0]) }
  }

  private func showArms(of name: String) async throws {
    let type = try Known.catalogue.experiment(named: name)
    let found = try await data.imagesToTime(for: type, scale: scale)
    let named = arms.flatMap { $0 }
    let claimed = Declaration(found.experiment, scale: scale).armsOfPlans
    let timed = try found.experiment.arms(named: named).filter {
      $0.plan.epochs > 0 && (!named.isEmpty || claimed.contains($0.name))
    }
    let width = timed.map(\.name.count).max() ?? 0
    var results: [ArmBenchmark.Result] = []
    for arm in timed {
      defer { BufferPool.trim() }
      try arm.check(imageCount: arm.mixture(of: found.images).count)
      let benchmark = try ArmBenchmark(arm, of: found.experiment, on: found.images)
      if profile {
        let profile = try benchmark.profile()
        if json { try Console.json(profile) } else { print(profile.table) }
      } else {
        results.append(try benchmark.run(seconds: seconds, windows: windows))
        if !json { print(results.last!.line(width: width)) }
      }
    }
    if json, !profile { try Console.json(results) }
  }

  private func showProfile() throws {
    let workload = workload(step ?? .mocoCO2, width: width, batch: batch, precision)
    let profile = try Benchmark(workload, seconds: seconds, windows: windows).profile()
    if json { try Console.json(profile) } else { print(profile.table) }
  }

  private func showKernels() throws {
    let benchmark = KernelBenchmark(KernelGroup.all) { group in
      if !json { print(group.table) }
    }
    if json { try Console.json(benchmark) } else { print(benchmark.explanation) }
  }

  private func showPasses() throws {
    let workload = workload(step ?? .mocoCO2, width: width, batch: batch, precision)
    let benchmark = try PassBenchmark(workload, counts: imageCounts, rounds: rounds) { line in
      if !json { print(line.text) }
    }
    if json { try Console.json(benchmark) } else { benchmark.summary(of: rounds).forEach { print($0) } }
  }

  private func workload(
    _ step: BenchmarkStep, width: Int, batch: Int, _ precision: Precision
  ) -> BenchmarkWorkload {
    BenchmarkWorkload(
      step: step, width: width, batch: batch, precision: precision, method: Known.timedMethods[step])
  }

  private var workloads: [BenchmarkWorkload] {
    if let step { return [workload(step, width: width, batch: batch, precision)] }
    let networks = [16, 64].flatMap { width in
      [Precision.float32, .bfloat16].map { precision in
        workload(.network, width: width, batch: width == 16 ? 256 : 128, precision)
      }
    }
    return networks + [
      workload(.mocoCO2, width: width, batch: batch, precision),
      workload(.simCLR, width: width, batch: batch, precision),
      workload(.features, width: width, batch: batch, precision),
    ]
  }
}

extension BenchmarkStep: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
