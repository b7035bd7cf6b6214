import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Recipes
import Records
import Tensors
import Vision

/// A piece of work that is timed.
package enum BenchmarkStep: String, Codable, CaseIterable {
  /// Forward, backward and update of a ResNet-18 with ten classes on a batch that is already a tensor.
  case network
  /// MoCo + CO2 from image bytes to updated weights.
  case mocoCO2 = "moco-co2"
  /// SimCLR from image bytes to updated weights.
  case simCLR = "simclr"
  /// Pooled features of un-augmented images, from bytes.
  case features
}

/// A method whose whole step is timed; made outside, since papers are not known here.
package struct TimedMethod: Sendable {
  /// The rule of its updates.
  package let optimizer: OptimizerConfiguration
  /// Makes it around a ResNet-18 of a width for batches of a size.
  package let make: @Sendable (_ width: Int, _ batch: Int, _ random: inout Random) -> any PretrainingMethod

  /// Creates a method to time from its parts.
  package init(
    optimizer: OptimizerConfiguration,
    make: @escaping @Sendable (_ width: Int, _ batch: Int, _ random: inout Random) -> any PretrainingMethod
  ) {
    self.optimizer = optimizer
    self.make = make
  }
}

/// A piece of work and its size.
package struct BenchmarkWorkload {
  package let step: BenchmarkStep
  package let width, batch: Int
  package let precision: Precision
  /// What is trained in a step that begins with bytes; `nil` for the other steps.
  package let method: TimedMethod?

  /// Creates a workload from its parts.
  package init(
    step: BenchmarkStep, width: Int, batch: Int, precision: Precision, method: TimedMethod? = nil
  ) {
    self.step = step
    self.width = width
    self.batch = batch
    self.precision = precision
    self.method = method
  }
}

/// What a timing found; `peakBytes` is the process's peak so far.
package struct BenchmarkResult: Codable {
  package let step: BenchmarkStep
  package let width, batch: Int
  package let precision: String
  package let threads: Int
  package let imagesPerSecond, millisecondsPerStep: Double
  let slowestImagesPerSecond, fastestImagesPerSecond: Double
  package let windows: Int
  package let peakBytes: Int
  package let instructionSet, build: String

  package var line: String {
    let name = "\(step.rawValue), width \(width), batch \(batch), \(precision), \(threads) threads"
    return name.padding(toLength: 56, withPad: " ", startingAt: 0)
      + String(
        format: "%7.0f images/s (%.0f to %.0f)  %7.1f ms/step  peak %.0f MB", imagesPerSecond,
        slowestImagesPerSecond, fastestImagesPerSecond, millisecondsPerStep, Double(peakBytes) / 1e6)
  }
}

/// Times one workload: steps until warm, then windows of equal length, of which the median counts.
package struct Benchmark {
  private let workload: BenchmarkWorkload
  private let seconds: Double
  private let windows: Int

  package init(_ workload: BenchmarkWorkload, seconds: Double, windows: Int) {
    self.workload = workload
    self.seconds = seconds
    self.windows = windows
  }

  package func run() throws -> BenchmarkResult {
    let step = try makeWarmStep()
    let rates = try WindowRates(seconds: seconds, windows: windows, images: workload.batch, step: step)
    return BenchmarkResult(
      step: workload.step, width: workload.width, batch: workload.batch,
      precision: workload.precision.dataType.rawValue, threads: WorkerPool.threads,
      imagesPerSecond: rates.median,
      millisecondsPerStep: 1_000 * Double(workload.batch) / rates.median,
      slowestImagesPerSecond: rates.slowest,
      fastestImagesPerSecond: rates.fastest, windows: windows,
      peakBytes: ProcessUsage.peakMemoryBytes,
      instructionSet: Machine.current.instructionSet, build: Machine.build)
  }

  /// Where the time of `steps` warm steps goes, beside what a core of this machine can do.
  package func profile(steps: Int = 20) throws -> StepProfile {
    let step = try makeWarmStep()
    let floor = Profile.Floor(workload.precision.dataType)
    let start = ContinuousClock.now
    let entries = try Profile.entries { for _ in 0..<steps { try step() } }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return StepProfile(
      of: workload.step.rawValue, width: workload.width, batch: workload.batch,
      precision: workload.precision, entries, floor: floor, steps: steps,
      millisecondsPerStep: 1_000 * seconds / Double(steps))
  }

  /// A step that has allocated and packed everything it needs.
  private func makeWarmStep() throws -> () throws -> Void {
    let step = try makeStep()
    for _ in 0..<3 { try step() }
    return step
  }

  private func makeStep() throws -> () throws -> Void {
    switch workload.step {
    case .network: return networkStep()
    case .mocoCO2, .simCLR:
      let trainer = try workload.trainer(on: RandomImages(count: 8 * workload.batch).set)!
      return { try trainer.step() }
    case .features: return featureStep()
    }
  }

  private func networkStep() -> () throws -> Void {
    var random = Random(seed: 0, stream: "weights")
    let method = Supervised(.resNet18(width: workload.width), using: &random)
    method.receive(labels: (0..<workload.batch).map { $0 % 10 }, classCount: 10)
    let optimizer = Optimizer(.sgd(learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4), for: method)
    let loader = ViewLoader(
      RandomImages(count: workload.batch).set, standardization: .cifar10,
      dataType: workload.precision.dataType)
    let indices = Array(0..<workload.batch)
    let batch = Batch(views: [.init(images: loader.images(at: indices), crops: [])], indices: indices)
    let progress = TrainingProgress(step: 0, steps: 1, epoch: 0, epochs: 1)
    let parameters = method.parameters
    return {
      let (_, gradients) = withGradients(of: parameters) { method.loss(of: batch, at: progress) }
      optimizer.update(parameters, with: gradients, learningRate: 0.01)
    }
  }

  private func featureStep() -> () throws -> Void {
    var random = Random(seed: 0, stream: "weights")
    let network = ResNet(.resNet18(width: workload.width), using: &random)
    let loader = ViewLoader(
      RandomImages(count: workload.batch).set, standardization: .cifar10,
      dataType: workload.precision.dataType)
    let indices = Array(0..<workload.batch)
    return { inference { _ = network(loader.images(at: indices)) } }
  }
}

extension BenchmarkWorkload {
  /// The training loop of a step that begins with bytes, which no epoch ends soon; `nil` for the other steps.
  package func trainer(on images: ImageSet) throws -> Pretrainer? {
    guard let timed = method else { return nil }
    var random = Random(seed: 0, stream: "weights")
    let method = timed.make(width, batch, &random)
    let plan = TrainingPlan(
      epochs: 1_000_000, batchSize: batch, optimizer: timed.optimizer, schedule: .cosine(),
      precision: precision)
    return try Pretrainer(method: method, plan: plan, images: images, standardization: .cifar10, seed: 0)
  }
}
