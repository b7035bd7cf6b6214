import CO2Paper
import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// A piece of work that is timed.
enum BenchmarkStep: String, Codable, CaseIterable {
  /// Forward, backward and update of a ResNet-18 with ten classes on a batch that is already a tensor.
  case network
  /// MoCo + CO2 from image bytes to updated weights.
  case mocoCO2 = "moco-co2"
  /// SimCLR from image bytes to updated weights.
  case simCLR = "simclr"
  /// Pooled features of un-augmented images, from bytes.
  case features
}

/// A piece of work and its size.
struct BenchmarkWorkload {
  let step: BenchmarkStep
  let width, batch: Int
  let precision: Precision
}

/// What a timing found; `peakBytes` is the process's peak so far.
struct BenchmarkResult: Codable {
  let step: BenchmarkStep
  let width, batch: Int
  let precision: String
  let threads: Int
  let imagesPerSecond, millisecondsPerStep: Double
  let slowestImagesPerSecond, fastestImagesPerSecond: Double
  let windows: Int
  let peakBytes: Int
  let instructionSet, build: String

  var line: String {
    let name = "\(step.rawValue), width \(width), batch \(batch), \(precision), \(threads) threads"
    return name.padding(toLength: 56, withPad: " ", startingAt: 0)
      + String(
        format: "%7.0f images/s (%.0f to %.0f)  %7.1f ms/step  peak %.0f MB", imagesPerSecond,
        slowestImagesPerSecond, fastestImagesPerSecond, millisecondsPerStep, Double(peakBytes) / 1e6)
  }
}

/// Times one workload: steps until warm, then windows of equal length, of which the median counts.
struct Benchmark {
  private let workload: BenchmarkWorkload
  private let seconds: Double
  private let windows: Int

  init(_ workload: BenchmarkWorkload, seconds: Double, windows: Int) {
    self.workload = workload
    self.seconds = seconds
    self.windows = windows
  }

  func run() throws -> BenchmarkResult {
    let step = try makeWarmStep()
    var rates: [Double] = []
    for _ in 0..<windows {
      let start = ContinuousClock.now
      var steps = 0
      var elapsed = 0.0
      repeat {
        try step()
        steps += 1
        elapsed = (ContinuousClock.now - start) / .seconds(1)
      } while elapsed < seconds / Double(windows)
      rates.append(Double(steps * workload.batch) / elapsed)
    }
    rates.sort()
    let median = rates[rates.count / 2]
    return BenchmarkResult(
      step: workload.step, width: workload.width, batch: workload.batch,
      precision: workload.precision.dataType.rawValue, threads: WorkerPool.threads, imagesPerSecond: median,
      millisecondsPerStep: 1_000 * Double(workload.batch) / median, slowestImagesPerSecond: rates[0],
      fastestImagesPerSecond: rates[rates.count - 1], windows: windows,
      peakBytes: ProcessUsage.peakMemoryBytes,
      instructionSet: Machine.current.instructionSet, build: Machine.build)
  }

  /// Where the time of `steps` warm steps goes, beside what a core of this machine can do.
  func profile(steps: Int = 20) throws -> StepProfile {
    let step = try makeWarmStep()
    let floor = Profile.Floor(workload.precision.dataType)
    let start = ContinuousClock.now
    let entries = try Profile.entries { for _ in 0..<steps { try step() } }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return StepProfile(
      workload, entries, floor: floor, steps: steps, millisecondsPerStep: 1_000 * seconds / Double(steps))
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
  func trainer(on images: ImageSet) throws -> Pretrainer? {
    var random = Random(seed: 0, stream: "weights")
    let method: any PretrainingMethod
    let optimizer: OptimizerConfiguration
    switch step {
    case .mocoCO2:
      method = CO2(
        .resNet18(width: width, normalizationGroups: batch % 8 == 0 ? 8 : 1), CO2.Hyperparameters(),
        using: &random)
      optimizer = .sgd(learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4)
    case .simCLR:
      method = SimCLR(.resNet18(width: width), SimCLR.Hyperparameters(), using: &random)
      optimizer = .lars(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4)
    case .network, .features: return nil
    }
    let plan = TrainingPlan(
      epochs: 1_000_000, batchSize: batch, optimizer: optimizer, schedule: .cosine(), precision: precision)
    return try Pretrainer(method: method, plan: plan, images: images, standardization: .cifar10, seed: 0)
  }
}
