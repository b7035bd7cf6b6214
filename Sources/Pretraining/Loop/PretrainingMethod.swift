import NeuralNetworks
import Tensors
import Vision

/// How far a training has come.
public struct TrainingProgress: Sendable, Equatable {
  /// Optimizer steps taken so far, and in all.
  public var step, steps: Int
  /// Full passes over the images so far, and in all.
  public var epoch, epochs: Int

  /// Creates a progress.
  public init(step: Int, steps: Int, epoch: Int, epochs: Int) {
    self.step = step
    self.steps = steps
    self.epoch = epoch
    self.epochs = epochs
  }

  /// Passes over the images so far with the part of the one that was begun, so that an event may lie within a pass.
  public var epochsPassed: Float {
    let stepsPerEpoch = steps / max(1, epochs)
    guard stepsPerEpoch > 0 else { return Float(epoch) }
    let steps = min(max(0, step - epoch * stepsPerEpoch), stepsPerEpoch)
    return Float(epoch) + Float(steps) / Float(stepsPerEpoch)
  }

  /// The part done, 0 at the first step.
  public var fraction: Float { steps == 0 ? 0 : Float(step) / Float(steps) }
}

/// A way to learn features without labels: networks, augmentations, a loss, and what follows an update.
public protocol PretrainingMethod: Module {
  /// The network evaluations probe.
  var encoder: any Encoder { get }

  /// One pipeline per view.
  var augmentations: [Augmentation] { get }

  /// What each of these views is to the method: `query`, `large crop 1`.
  var viewNames: [String] { get }

  /// Whether its two views are compared where they show the same; unless the method says so, they are not.
  var comparesWhereViewsOverlap: Bool { get }

  /// The order in which a pass visits the images; random unless the method says otherwise.
  var sampler: any BatchSampler { get }

  /// What this step trains; every unfrozen parameter unless the method says otherwise.
  func trainableParameters(at progress: TrainingProgress) -> [Parameter]

  /// What this step minimizes.
  func loss(of batch: Batch, at progress: TrainingProgress) -> Loss

  /// Called after the optimizer: follow, enqueue, renormalize.
  func didUpdate(at progress: TrainingProgress)
}

extension PretrainingMethod {
  /// `view 1`, `view 2`, …; of one alone, `the view`.
  public var viewNames: [String] {
    augmentations.count == 1 ? ["the view"] : augmentations.indices.map { "view \($0 + 1)" }
  }

  /// They are not.
  public var comparesWhereViewsOverlap: Bool { false }

  /// Every image once, in random order.
  public var sampler: any BatchSampler { Shuffled() }

  /// Every unfrozen parameter.
  public func trainableParameters(at progress: TrainingProgress) -> [Parameter] { parameters }

  /// Nothing follows an update.
  public func didUpdate(at progress: TrainingProgress) {}
}
