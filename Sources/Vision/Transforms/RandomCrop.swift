import Tensors

/// Cuts a random window of the image's own size after a black border has been put around it.
public struct RandomCrop: ImageTransform {
  public var title: String { "crop" }
  /// Pixels of border on each side.
  public let padding: Int

  /// Creates a crop; traps on a negative border.
  public init(padding: Int) {
    precondition(padding >= 0, "a border of \(padding) pixels")
    self.padding = padding
  }

  /// Draws from `random` and changes `sample`.
  public func apply(to sample: inout Sample, using random: inout Random) {
    let top = random.integer(below: 2 * padding + 1) - padding
    let left = random.integer(below: 2 * padding + 1) - padding
    sample.cropPadded(top: top, left: left, toHeight: sample.height, width: sample.width)
  }
}
