import Foundation
import Harness
import Recipes
import Records
import Tensors
import Vision

/// Times one arm's training step as its experiment declares it, from image bytes to updated weights.
package struct ArmBenchmark {
  /// What a timing found.
  package struct Result: Codable {
    package let experiment, arm: String
    /// Images per step, each with all its views.
    package let batch: Int
    package let precision: String
    package let threads: Int
    package let imagesPerSecond, millisecondsPerStep: Double
    let slowestImagesPerSecond, fastestImagesPerSecond: Double
    /// Of convolutions and matrix products.
    package let multiplyAddsPerStep: Int
    /// What part that is of what all cores could do in that time in registers alone.
    package let shareOfLimit: Double
    let peakBytes: Int
    let instructionSet, build: String

    /// Everything in one line, the arm's name in `width` columns.
    package func line(width: Int) -> String {
      arm.padding(toLength: max(width, arm.count), withPad: " ", startingAt: 0)
        + String(
          format:
            "  %6.0f images/s (%.0f to %.0f)  %7.1f ms/step  %6.2f · 10⁹ multiply-adds  %3.0f %% of the limit",
          imagesPerSecond, slowestImagesPerSecond, fastestImagesPerSecond, millisecondsPerStep,
          Double(multiplyAddsPerStep) * 1e-9, 100 * shareOfLimit)
    }
  }

  /// Steps before anything is timed: the first allocates everything and packs every weight.
  private static let warmSteps = 3
  /// A plan that does not end while it is timed.
  private static let endlessEpochs = 1_000_000

  private let experiment: String
  private let arm: Arm
  private let training: TimedTraining
  private let floor: Profile.Floor

  /// Prepares `arm` of `experiment` on `images`; throws a `PretrainingError`.
  package init(_ arm: Arm, of experiment: any Experiment, on images: ImageCollection) throws {
    var configuration = arm.configuration
    configuration.plan.epochs = Self.endlessEpochs
    self.experiment = type(of: experiment).name
    self.arm = try arm.with(configuration)
    training = try TimedTraining(of: self.arm, on: images, dataset: experiment.dataset)
    floor = Profile.Floor(arm.plan.precision.dataType)
    for _ in 0..<Self.warmSteps { try training.step() }
  }

  /// Times steps for so many seconds, cut into `windows` of which the median counts.
  package func run(seconds: Double, windows: Int) throws -> Result {
    var work = 0
    let rates = try WindowRates(seconds: seconds, windows: windows, images: arm.plan.batchSize) {
      work = try training.step().multiplyAdds
    }
    let secondsPerStep = Double(arm.plan.batchSize) / rates.median
    return Result(
      experiment: experiment, arm: arm.name, batch: arm.plan.batchSize,
      precision: arm.plan.precision.dataType.rawValue, threads: WorkerPool.threads,
      imagesPerSecond: rates.median,
      millisecondsPerStep: 1_000 * secondsPerStep, slowestImagesPerSecond: rates.slowest,
      fastestImagesPerSecond: rates.fastest, multiplyAddsPerStep: work,
      shareOfLimit: Double(work) / secondsPerStep
        / (Double(WorkerPool.threads) * floor.multiplyAddsPerSecond),
      peakBytes: ProcessUsage.peakMemoryBytes, instructionSet: Machine.current.instructionSet,
      build: Machine.build)
  }

  /// Where the time of `steps` warm steps goes, beside what a core of this machine can do.
  package func profile(steps: Int = 20) throws -> StepProfile {
    let start = ContinuousClock.now
    let entries = try Profile.entries { for _ in 0..<steps { try training.step() } }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return StepProfile(
      of: "\(experiment), \(arm.name)", batch: arm.plan.batchSize, precision: arm.plan.precision, entries,
      floor: floor, steps: steps, millisecondsPerStep: 1_000 * seconds / Double(steps))
  }
}
