import Evaluation
import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// What training on and measuring a whole data set costs per image, as the set grows.
package struct PassBenchmark: Encodable {
  /// The cost at one size, in microseconds per image, and the process's peak memory so far.
  package struct Line: Encodable {
    package let images: Int
    package let epoch, features, neighbors, probe: Double
    package let peakBytes: Int
  }

  package let step: BenchmarkStep
  package let width, batch: Int
  package let precision: String
  package let threads: Int
  private(set) var lines: [Line] = []

  /// Measures sets of so many images in turns, of which the first 10,000 differ: then the probe solves one problem
  /// whatever the number, in as many steps. Of several rounds the medians count. Traps unless the workload begins with
  /// bytes and trains.
  package init(_ workload: BenchmarkWorkload, counts: [Int], rounds: Int = 1, watch: (Line) -> Void) throws {
    (step, width, batch) = (workload.step, workload.width, workload.batch)
    (precision, threads) = (workload.precision.dataType.rawValue, WorkerPool.threads)
    // What is made once for a shape is no cost of an image.
    let first = try workload.trainer(on: RandomImages(count: workload.batch).set)!
    for _ in 0..<3 { try first.step() }
    var measured: [Line] = []
    for _ in 0..<rounds {
      for count in counts.sorted() {
        let line = try PassBenchmark.line(workload, count)
        measured.append(line)
        watch(line)
      }
    }
    lines = counts.sorted().map { count in PassBenchmark.median(measured.filter { $0.images == count }) }
  }

  /// Each cost's median among lines of one size, and the first one's peak.
  private static func median(_ lines: [Line]) -> Line {
    func median(_ cost: KeyPath<Line, Double>) -> Double {
      lines.map { $0[keyPath: cost] }.sorted()[lines.count / 2]
    }
    return Line(
      images: lines[0].images, epoch: median(\.epoch), features: median(\.features),
      neighbors: median(\.neighbors), probe: median(\.probe), peakBytes: lines[0].peakBytes)
  }

  private static func line(_ workload: BenchmarkWorkload, _ count: Int) throws -> Line {
    let images = RandomImages(count: count, distinctCount: 10_000).set
    func microseconds(_ imageCount: Int, _ body: () throws -> Void) rethrows -> Double {
      let start = ContinuousClock.now
      try body()
      return (ContinuousClock.now - start) / .microseconds(1) / Double(imageCount)
    }
    let trainer = try workload.trainer(on: images)!
    let epoch = try microseconds(count / workload.batch * workload.batch) { try trainer.runEpoch { _ in } }
    BufferPool.trim()
    var random = Random(seed: 0, stream: "weights")
    let candidate = Candidate(
      encoder: ResNet(.resNet18(width: workload.width), using: &random), training: images,
      test: images.subset(0..<min(count, 1_000)), standardization: .cifar10,
      dataType: workload.precision.dataType)
    _ = try candidate.features(.test)
    let features = try microseconds(count) { _ = try candidate.features(.training) }
    let neighbors = try microseconds(count) { _ = try NearestNeighbors().evaluate(candidate) }
    let probe = try microseconds(count) { _ = try LinearProbe().evaluate(candidate) }
    return Line(
      images: count, epoch: epoch, features: features, neighbors: neighbors, probe: probe,
      peakBytes: ProcessUsage.peakMemoryBytes)
  }

  /// What `rounds` rounds came to, if it has not been shown yet, and what the numbers are.
  package func summary(of rounds: Int) -> [String] {
    (rounds == 1 ? [] : ["medians of \(rounds) rounds:"] + lines.map(\.text)) + [heading]
  }

  package var heading: String {
    "\(step.rawValue), width \(width), batch \(batch), \(precision), \(threads) threads: µs per image of an epoch, of "
      + "its features, of kNN for 1,000 images, and of the linear probe"
  }
}

extension PassBenchmark.Line {
  package var text: String {
    String(
      format: "%8d images  epoch %.1f  features %.1f  kNN %.2f  probe %.1f  peak %.0f MB", images, epoch,
      features, neighbors, probe, Double(peakBytes) / 1e6)
  }
}
