import Foundation
import NeuralNetworks
import Tensors

/// What lies between images and the network in denoising diffusion: how noise is mixed in, and what the network is asked.
///
/// Karras, Aittala, Aila, Laine. “Elucidating the Design Space of Diffusion-Based Generative Models.” NeurIPS 2022,
/// arXiv:2206.00364. Images have numbers in −1...1; σ is the deviation of the noise added to them.
public struct Diffusion: Codable, Sendable, Equatable {
  /// The deviation that the images' numbers are taken to have.
  public var dataDeviation: Float = 0.5
  /// The mean and the deviation of ln σ in training.
  public var logNoiseMean: Float = -1.2
  public var logNoiseDeviation: Float = 1.2

  /// Creates the paper's constants.
  public init() {}

  /// c_skip, c_out and c_in (equation 7 and table 1): D(x) = c_skip x + c_out F(c_in x).
  func preconditioning(_ noise: Float) -> (skip: Float, output: Float, input: Float) {
    let (data, total) = (dataDeviation * dataDeviation, noise * noise + dataDeviation * dataDeviation)
    return (data / total, noise * dataDeviation / total.squareRoot(), 1 / total.squareRoot())
  }

  /// What the network is told about σ: c_noise = ln σ / 4.
  static func level(_ noise: Float) -> Float { Float(log(Double(noise)) / 4) }

  /// The image that `network` takes the noisy `x` (N × H × W × 3, float32) to be made of: D(x; σ), float32.
  func denoised(_ x: Tensor, noise: Float, by network: UNet, in dataType: DataType) -> Tensor {
    let factors = preconditioning(noise)
    let answer = network(
      (factors.input * x).converted(to: dataType),
      levels: Array(repeating: Diffusion.level(noise), count: x.shape.batch))
    return factors.skip * x + factors.output * answer
  }

  /// What a training step shows the network, and what it should answer.
  struct Examples {
    let input, target: Tensor
    let levels: [Float]
  }

  /// Examples from `images` (N × H × W × 3, float32), standard normal numbers of the same shape and a σ for each image.
  ///
  /// The paper's loss λ(σ) ‖D(x) − y‖² (equation 8) with its λ = 1 / c_out² is ‖F(c_in x) − (y − c_skip x) / c_out‖².
  func examples(_ images: Tensor, normal: Tensor, noise: [Float]) -> Examples {
    precondition(
      images.shape == normal.shape && noise.count == images.shape.batch,
      "images of shape \(images.shape) with noise of shape \(normal.shape) at \(noise.count) levels")
    let size = images.shape.stride
    var (input, target) = (Tensor(uninitialized: images.shape), Tensor(uninitialized: images.shape))
    images.withFloats { images in
      normal.withFloats { normal in
        input.withMutableFloats { input in
          target.withMutableFloats { target in
            nonisolated(unsafe) let (input, target) = (input, target)
            WorkerPool.forEachRange(of: noise.count) { range in
              for image in range {
                let (sigma, factors) = (noise[image], preconditioning(noise[image]))
                for place in image * size..<(image + 1) * size {
                  let x = images[place] + sigma * normal[place]
                  input[place] = factors.input * x
                  target[place] = (images[place] - factors.skip * x) / factors.output
                }
              }
            }
          }
        }
      }
    }
    return Examples(input: input, target: target, levels: noise.map(Diffusion.level))
  }

  /// The loss of `network` on `examples`, a mean over images and numbers; float32, over activations of `dataType`.
  func loss(of network: UNet, on examples: Examples, in dataType: DataType) -> Tensor {
    let difference =
      network(examples.input.converted(to: dataType), levels: examples.levels) - examples.target
    return (difference * difference).mean()
  }
}

/// Standard normal numbers for each of `indices`, a function of (seed, stream, epoch, index) alone, and a number more for
/// each image.
struct ImageNoise {
  /// One more standard normal number for each image.
  let extra: [Float]
  /// Indices × H × W × 3, float32.
  let normal: Tensor

  init(seed: UInt64, stream: String, epoch: Int = 0, indices: [Int], height: Int, width: Int) {
    let size = 3 * height * width
    var normal = Tensor(uninitialized: [indices.count, height, width, 3])
    var extra = [Float](repeating: 0, count: indices.count)
    let key = Random.streamKey(seed: seed, stream: stream)
    normal.withMutableFloats { normal in
      extra.withUnsafeMutableBufferPointer { extra in
        nonisolated(unsafe) let (normal, extra) = (normal, extra)
        WorkerPool.forEachRange(of: indices.count) { range in
          for place in range {
            var random = Random(seed: seed, key: key, epoch: epoch, index: indices[place], view: 0)
            extra[place] = random.normal()
            for number in place * size..<(place + 1) * size { normal[number] = random.normal() }
          }
        }
      }
    }
    self.normal = normal
    self.extra = extra
  }
}
