import Tensors
import Vision

/// A method that has to learn something about the images before its first step, e.g. which of them look alike.
///
/// What it learns is part of its `namedState`, so that a checkpoint keeps it. A preparation that is stopped in the middle
/// is done again from its beginning: it is a function of images, seed and precision alone.
public protocol PreparedMethod: PretrainingMethod {
  /// Whether there is anything to prepare.
  var needsPreparation: Bool { get }

  /// Makes room for what the preparation will find about `count` images, before a checkpoint is taken up.
  func expectPreparation(imageCount count: Int)

  /// Prepares the method and returns pictures of what was found.
  ///
  /// - Throws: what training throws, and whatever `preparation.observe` throws.
  func prepare(_ preparation: Preparation) throws -> [Picture]
}

/// What a preparation works with.
public struct Preparation {
  /// The images of pre-training, without labels.
  public let images: ImageSet
  /// What decides everything random.
  public let seed: UInt64
  /// In what numbers activations are held.
  public let precision: Precision
  /// Told how the preparation goes on; may throw to end it.
  public let observe: (Report) throws -> Void

  /// Creates a preparation on `images`, whose labels stop here.
  public init(
    on images: ImageSet, seed: UInt64, precision: Precision,
    observe: @escaping (Report) throws -> Void = { _ in }
  ) {
    self.images = images.unlabelled
    self.seed = seed
    self.precision = precision
    self.observe = observe
  }

  /// How far a preparation has come.
  public struct Report: Sendable {
    /// What is being done: `autoencoder`.
    public let stage: String
    /// How much of it is done.
    public let progress: TrainingProgress
    /// What is worth keeping, by name; empty in the midst of an epoch.
    public let metrics: [(name: String, value: Double)]

    /// Creates a report.
    public init(stage: String, progress: TrainingProgress, metrics: [(name: String, value: Double)] = []) {
      self.stage = stage
      self.progress = progress
      self.metrics = metrics
    }
  }
}

extension ImageSet {
  /// The same images without their labels.
  var unlabelled: ImageSet {
    ImageSet(height: height, width: width, bytes: bytes, labels: [], classNames: [])
  }
}
