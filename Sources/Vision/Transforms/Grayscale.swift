import CKernels
import Tensors

/// Removes the colours with a given probability: each channel becomes 0.2989 R + 0.587 G + 0.114 B.
public struct Grayscale: ImageTransform {
  public var title: String { "grey" }
  /// How often.
  public let probability: Float

  /// Creates a loss of colour.
  public init(probability: Float) { self.probability = probability }

  /// Draws from `random` and changes `sample`.
  public func apply(to sample: inout Sample, using random: inout Random) {
    guard random.happens(withProbability: probability) else { return }
    sample.withPlanes { rk_grayscale($0.baseAddress, $0.count / 3) }
  }
}
