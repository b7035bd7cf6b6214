import Foundation
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// The training of an unconditional diffusion model on images alone: no label reaches it.
public final class DiffusionTraining: PretrainingMethod {
  /// The network in training.
  public let network: UNet
  /// Its running average, which makes the better images.
  public let average: MomentumCopy<UNet>
  public let augmentations: [Augmentation] = []
  public var encoder: any Encoder { network }
  private let diffusion: Diffusion
  private let averageMomentum: Float
  private let images: ViewLoader
  private let dataType: DataType
  private let seed: UInt64

  /// Creates an untrained model of `images` in numbers of `dataType`; everything random is a function of `seed`.
  public init(_ recipe: GeneratorRecipe, on images: ImageSet, seed: UInt64, dataType: DataType) {
    var weights = Random(seed: seed, stream: "generator.weights")
    network = UNet(recipe.network, using: &weights)
    average = MomentumCopy(of: network, as: UNet(recipe.network, using: &weights))
    diffusion = recipe.diffusion
    averageMomentum = recipe.averageMomentum
    // Pixels stay float32 up to the network's door: bfloat16 would round what it should learn.
    self.images = ViewLoader(
      images, augmentations: [[HorizontalFlip()]], standardization: .centred, seed: seed)
    self.dataType = dataType
    self.seed = seed
  }

  /// Images from −1 to 1, mirrored at random, with noise that is a function of (seed, step, image).
  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let clean = images.batch(indices: batch.indices, epoch: progress.epoch).views[0].images
    let noise = ImageNoise(
      seed: seed, stream: "generator.noise", epoch: progress.step, indices: batch.indices,
      height: clean.shape.height, width: clean.shape.width)
    let sigmas = noise.extra.map { diffusion.noise(at: $0) }
    let examples = diffusion.examples(clean, normal: noise.normal, noise: sigmas)
    return Loss(diffusion.loss(of: network, on: examples, in: dataType))
  }

  /// The average follows, faster while there is little to average.
  public func didUpdate(at progress: TrainingProgress) {
    let step = Float(progress.step + 1)
    average.follow(momentum: min(averageMomentum, (1 + step) / (10 + step)))
  }
}

extension Diffusion {
  /// σ for a standard normal number.
  func noise(at normal: Float) -> Float { expf(logNoiseMean + logNoiseDeviation * normal) }
}

extension Standardization {
  /// Colours from −1 to 1.
  static let centred = Standardization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
}
