import Pretraining
import Tensors
import Vision

/// A training of one arm that is only there to be timed.
public struct TimedTraining {
  /// The part of the images that a method is prepared on, and how many these are at least.
  private static let (part, least) = (10, 1_000)

  private let pretrainer: Pretrainer
  /// What comes before the first step, with all images.
  public let preparationSeconds: Double
  /// The steps that the plan has.
  public let stepCount: Int

  /// Begins training `arm` with seed 0 on `images` of `dataset`.
  ///
  /// A preparation is timed on a part of the images, with which it grows. Throws a `PretrainingError`.
  public init(of arm: Arm, on images: ImageCollection, dataset: DatasetReference) throws {
    let mixture = arm.mixture(of: images)
    let all = mixture.images
    var (method, seen, preparation) = (arm.method(seed: 0, on: all), all, 0.0)
    if let prepared = method as? any PreparedMethod, prepared.needsPreparation {
      seen = all.subset(0..<min(all.count, max(all.count / Self.part, Self.least, arm.plan.batchSize)))
      let clock = ContinuousClock()
      let spent = try clock.measure {
        method = try arm.preparedMethod(seed: 0, on: seen, precision: arm.plan.precision)
      }
      preparation = spent / .seconds(1) * Double(all.count) / Double(seen.count)
    }
    pretrainer = try Pretrainer(
      method: method, plan: arm.plan, mixture: seen.count == all.count ? mixture : Mixture(seen),
      standardization: .of(dataset.name), seed: 0)
    (preparationSeconds, stepCount) = (preparation, pretrainer.progress.steps)
  }

  /// Takes the next step; throws a `PretrainingError`.
  @discardableResult
  public func step() throws -> StepReport { try pretrainer.step() }
}
