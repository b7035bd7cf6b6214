import Tensors

/// Blurs with a Gaussian of random width, with a given probability; the edges are mirrored.
public struct GaussianBlur: ImageTransform {
  public var title: String { "blur" }
  /// Bounds of the Gaussian's standard deviation, in pixels.
  public let sigma: ClosedRange<Float>
  /// How often.
  public let probability: Float
  /// Pixels per side of the window that the Gaussian is cut to; odd.
  public let kernel: Int

  /// Creates a blur; traps on an even window or a deviation that is not positive.
  public init(sigma: ClosedRange<Float> = 0.1...2, probability: Float = 0.5, kernel: Int) {
    precondition(kernel > 0 && kernel % 2 == 1, "a blur's window is odd, not \(kernel)")
    precondition(sigma.lowerBound > 0, "a Gaussian's deviation is positive, not \(sigma)")
    self.sigma = sigma
    self.probability = probability
    self.kernel = kernel
  }

  /// SimCLR's window for images of `side` × `side` pixels: a tenth of the side, odd, and 3 at least (arXiv:2002.05709,
  /// appendix A).
  public static func usualKernel(side: Int) -> Int { max(3, side / 10 | 1) }

  /// Draws from `random` and changes `sample`.
  public func apply(to sample: inout Sample, using random: inout Random) {
    guard random.happens(withProbability: probability) else { return }
    sample.blur(size: kernel, sigma: random.uniform(in: sigma))
  }
}
