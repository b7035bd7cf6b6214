import NeuralNetworks
import Tensors
import Vision

/// What one optimizer step did.
public struct StepReport: Sendable {
  /// How far the training has come, this step included.
  public let progress: TrainingProgress
  /// What was minimized.
  public let loss: Float
  /// Its parts.
  public let terms: [(name: String, value: Float)]
  /// What else the method tells.
  public let observations: [(name: String, value: Float)]
  /// The rate of the step.
  public let learningRate: Float
  /// ‖∇L‖₂ over everything that was trained, before the rule of the plan made a step of it.
  public let gradientNorm: Float
  /// Multiply-adds of its convolutions and matrix products, from views to updated weights.
  public let multiplyAdds: Int
  /// How long it waited for the views of its images, in seconds.
  public let secondsForViews: Double
}

/// Why a training cannot go on.
public enum PretrainingError: Error, CustomStringConvertible, Equatable {
  /// The loss is NaN or infinite.
  case nonFiniteLoss(step: Int, epoch: Int, loss: Float, learningRate: Float, indices: [Int])
  /// A batch is larger than the data set.
  case batchTooLarge(batchSize: Int, images: Int)
  /// A checkpoint lacks something this training needs, or holds it in another shape.
  case foreignState(String)

  public var description: String {
    switch self {
    case .nonFiniteLoss(let step, let epoch, let loss, let rate, let indices):
      "the loss became \(loss) at step \(step) (epoch \(epoch), learning rate \(rate), images "
        + "\(indices.prefix(8).map(String.init).joined(separator: ", "))…): lower the learning rate or the precision's risk "
        + "(--set plan.precision=float32); the last good checkpoint is kept"
    case .batchTooLarge(let batchSize, let images):
      "a batch of \(batchSize) images cannot be drawn from \(images): lower plan.batchSize"
    case .foreignState(let what):
      "the checkpoint does not fit this training: \(what); start anew with --fresh"
    }
  }
}

/// The only training loop.
public final class Pretrainer {
  /// How far the training has come.
  public internal(set) var progress: TrainingProgress
  let method: any PretrainingMethod
  private let plan: TrainingPlan
  let optimizer: Optimizer
  private let mixture: Mixture
  private let loader: ViewLoader
  private let seed: UInt64
  private let stepsPerEpoch, stepsPerPass: Int
  /// The batches still to come in this pass over the list of images, last first.
  var pending: [[Int]] = []

  /// Prepares the training of `method` on `images`.
  ///
  /// - Throws: `PretrainingError.batchTooLarge`.
  public convenience init(
    method: any PretrainingMethod, plan: TrainingPlan, images: ImageSet, standardization: Standardization,
    seed: UInt64
  ) throws {
    try self.init(
      method: method, plan: plan, mixture: Mixture(images), standardization: standardization, seed: seed)
  }

  /// Prepares the training of `method` on the images of `mixture`, in whose list each stands as often as it counts.
  ///
  /// - Throws: `PretrainingError.batchTooLarge`.
  public init(
    method: any PretrainingMethod, plan: TrainingPlan, mixture: Mixture, standardization: Standardization,
    seed: UInt64
  ) throws {
    guard plan.epochs == 0 || plan.batchSize <= mixture.count else {
      throw PretrainingError.batchTooLarge(batchSize: plan.batchSize, images: mixture.count)
    }
    self.mixture = mixture
    self.method = method
    self.plan = plan
    self.seed = seed
    optimizer = Optimizer(plan.optimizer, for: method)
    // Labels stop here: what a method sees of the data set are its images.
    loader = ViewLoader(
      mixture.images.unlabelled, augmentations: method.augmentations, standardization: standardization,
      seed: seed,
      dataType: plan.precision.dataType)
    stepsPerEpoch = plan.stepsPerEpoch(over: mixture.count)
    stepsPerPass = mixture.count / plan.batchSize
    progress = TrainingProgress(step: 0, steps: plan.epochs * stepsPerEpoch, epoch: 0, epochs: plan.epochs)
  }

  /// Whether every step of the plan has been taken.
  public var isFinished: Bool { progress.step >= progress.steps }

  /// Takes the steps of one epoch, or the rest of one that was begun, and reports each.
  ///
  /// - Throws: `PretrainingError.nonFiniteLoss`, and whatever `observe` throws.
  public func runEpoch(_ observe: (StepReport) throws -> Void) throws {
    let epoch = progress.epoch
    while progress.epoch == epoch { try observe(try step()) }
  }

  /// Takes the next step, from image bytes to updated weights.
  ///
  /// - Throws: `PretrainingError.nonFiniteLoss`.
  @discardableResult
  public func step() throws -> StepReport {
    // A pass over the list is an epoch, unless the plan sets an epoch's steps: then passes follow one another.
    let pass = progress.step / stepsPerPass
    if pending.isEmpty {
      let batches = mixture.separated(
        method.sampler.batches(count: mixture.count, size: plan.batchSize, epoch: pass, seed: seed))
      precondition(
        batches.count == stepsPerPass, "a sampler gave \(batches.count) batches for \(stepsPerPass) steps")
      pending = batches.dropFirst(progress.step % stepsPerPass).reversed()
    }
    let places = pending.removeLast()
    let began = ContinuousClock.now
    let batch = loader.batch(indices: places.map(mixture.image), at: places, epoch: pass)
    let report = try step(on: batch, secondsForViews: (ContinuousClock.now - began) / .seconds(1))
    progress.epoch = progress.step / stepsPerEpoch
    return report
  }

  /// Takes one step: the two halves of every method's algorithm, in its order.
  private func step(on batch: Batch, secondsForViews: Double) throws -> StepReport {
    let before = MultiplyAdds.total
    let rate =
      plan.optimizer.learningRate
      * plan.schedule.factor(at: progress.step, of: progress.steps, stepsPerEpoch: stepsPerEpoch)
    let parameters = method.trainableParameters(at: progress)
    let (loss, gradients) = withGradients(of: parameters) { method.loss(of: batch, at: progress) }
    let total = loss.total.item
    guard total.isFinite else {
      throw PretrainingError.nonFiniteLoss(
        step: progress.step, epoch: progress.epoch, loss: total, learningRate: rate, indices: batch.indices)
    }
    optimizer.update(parameters, with: gradients, learningRate: rate)
    method.didUpdate(at: progress)
    progress.step += 1
    return StepReport(
      progress: progress, loss: total, terms: loss.terms.map { ($0.name, $0.value.item) },
      observations: loss.observations, learningRate: rate, gradientNorm: gradients.norm(of: parameters),
      multiplyAdds: MultiplyAdds.total - before, secondsForViews: secondsForViews)
  }
}

extension Precision {
  /// What `automatic` means on this machine.
  public var resolved: Precision {
    self == .automatic ? (OneDNN.hasBFloat16 ? .bfloat16 : .float32) : self
  }

  /// The numbers activations are made of on this machine.
  public var dataType: DataType { resolved == .bfloat16 ? .bfloat16 : .float32 }
}
