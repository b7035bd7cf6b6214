import Tensors

/// A random change of one image.
public protocol ImageTransform: Sendable {
  /// Changes `sample`, drawing from `random`; the number of draws must not depend on anything but their outcomes.
  func apply(to sample: inout Sample, using random: inout Random)
}

/// Transforms applied one after another.
public struct Augmentation: Sendable, ExpressibleByArrayLiteral {
  /// The transforms, in the order of their application.
  public let steps: [any ImageTransform]

  /// Creates an augmentation of `steps`.
  public init(_ steps: [any ImageTransform]) { self.steps = steps }

  /// Creates an augmentation of the given transforms.
  public init(arrayLiteral elements: any ImageTransform...) { steps = elements }
}
