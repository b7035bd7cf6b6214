import CKernels
import Tensors

/// Inverts every value that is not below a threshold, with a given probability.
public struct Solarize: ImageTransform {
  public var title: String { "solarization" }
  /// How often.
  public let probability: Float
  /// From which value on, of 0...1.
  public let threshold: Float

  /// Creates an inversion of bright values; PIL's threshold of 128 unless told.
  public init(probability: Float, threshold: Float = 128 / 255) {
    self.probability = probability
    self.threshold = threshold
  }

  /// Draws from `random` and changes `sample`.
  public func apply(to sample: inout Sample, using random: inout Random) {
    guard random.happens(withProbability: probability) else { return }
    sample.withPlanes { rk_solarize($0.baseAddress, $0.count, threshold) }
  }
}
