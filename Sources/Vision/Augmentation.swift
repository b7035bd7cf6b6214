import Tensors

/// A random change of one image.
public protocol ImageTransform: Sendable {
  /// Changes `sample`, drawing from `random`; the number of draws must not depend on anything but their outcomes.
  func apply(to sample: inout Sample, using random: inout Random)

  /// The height and width of what it makes of an image of `height` × `width` pixels.
  func outputSize(height: Int, width: Int) -> (height: Int, width: Int)

  /// What it does, in one or two words: `colour jitter`.
  var title: String { get }
}

extension ImageTransform {
  /// The size stays.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) { (height, width) }
}

/// Transforms applied one after another.
public struct Augmentation: Sendable, ExpressibleByArrayLiteral {
  /// The transforms, in the order of their application.
  public let steps: [any ImageTransform]
  /// Whether its random numbers are those of the image's first view: transforms that begin alike then draw alike.
  public let drawsAsFirstView: Bool
  /// Whether all images of a batch share one set of draws, those of its first image.
  public let isSharedByBatch: Bool

  /// Creates an augmentation of `steps`.
  public init(
    _ steps: [any ImageTransform], drawingAsFirstView: Bool = false, isSharedByBatch: Bool = false
  ) {
    self.steps = steps
    drawsAsFirstView = drawingAsFirstView
    self.isSharedByBatch = isSharedByBatch
  }

  /// Creates an augmentation of the given transforms.
  public init(arrayLiteral elements: any ImageTransform...) { self.init(elements) }

  /// What is done, in the order of its application: `crop, flip, colour jitter`.
  public var title: String { steps.map(\.title).filter { !$0.isEmpty }.joined(separator: ", ") }

  /// Applies every transform to `sample`, in order.
  public func apply(to sample: inout Sample, using random: inout Random) {
    for step in steps { step.apply(to: &sample, using: &random) }
  }

  /// The height and width of the view of an image of `height` × `width` pixels.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
    steps.reduce((height, width)) { size, step in step.outputSize(height: size.0, width: size.1) }
  }
}
