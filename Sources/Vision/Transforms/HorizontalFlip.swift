import Tensors

/// Mirrors left to right with a given probability.
public struct HorizontalFlip: ImageTransform {
  public var title: String { "flip" }
  /// How often.
  public let probability: Float

  /// Creates a flip.
  public init(probability: Float = 0.5) { self.probability = probability }

  /// Draws from `random` and changes `sample`.
  public func apply(to sample: inout Sample, using random: inout Random) {
    if random.happens(withProbability: probability) { sample.flip() }
  }
}
