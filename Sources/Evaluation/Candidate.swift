import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// The features of every image of a split, in file order.
public struct Features: Sendable {
  /// One row per image: N × feature count, float32, finite.
  public let values: Tensor
  /// What each image shows.
  public let labels: [Int]

  /// Creates features; traps unless there is one label per row.
  public init(values: Tensor, labels: [Int]) {
    precondition(
      values.shape.rank == 2 && values.shape[0] == labels.count,
      "\(labels.count) labels for features of shape \(values.shape)")
    self.values = values
    self.labels = labels
  }

  /// The number of images.
  public var count: Int { values.shape[0] }
  /// The number of features of one image.
  public var dimension: Int { values.shape[1] }
}

/// An encoder under examination; its features are extracted once and shared by every evaluation.
public final class Candidate {
  /// Which images.
  public enum Split: String, Sendable {
    /// The images that probes learn from.
    case training
    /// The images that accuracies are measured on.
    case test
  }

  /// The network.
  public let encoder: any Encoder
  /// What the encoder was trained to feed, where that is a layer of class scores.
  public let classifier: Linear?
  /// What trained the encoder, for evaluations that look at more of it; `nil` for an encoder on its own.
  public let method: (any PretrainingMethod)?
  /// The labelled images of each split.
  public let training, test: ImageSet
  /// Images with masks, for evaluations that ask about pixels; `nil` where there are none.
  public let segmentation: SegmentationCollection?
  /// What colours are freed of before they reach the encoder.
  public let standardization: Standardization
  /// The numbers the encoder computes in: float32 or bfloat16.
  public let dataType: DataType
  /// What decides everything random in an evaluation.
  public let seed: UInt64
  /// How many images the encoder is given at once; features do not depend on it.
  let batchSize: Int

  private var extracted: [Split: Tensor] = [:]

  /// Puts an encoder up for examination; no feature is extracted yet.
  public init(
    encoder: any Encoder, classifier: Linear? = nil, method: (any PretrainingMethod)? = nil,
    training: ImageSet, test: ImageSet, segmentation: SegmentationCollection? = nil,
    standardization: Standardization, dataType: DataType = .float32, seed: UInt64 = 0, batchSize: Int = 500
  ) {
    precondition(batchSize > 0, "batches of \(batchSize) images")
    self.encoder = encoder
    self.classifier = classifier
    self.method = method
    self.training = training
    self.test = test
    self.segmentation = segmentation
    self.standardization = standardization
    self.dataType = dataType
    self.seed = seed
    self.batchSize = batchSize
  }

  /// The number of classes that labels are drawn from.
  public var classCount: Int {
    max(training.classNames.count, (training.labels.max() ?? -1) + 1)
  }

  /// The features of a split's un-augmented images in inference mode, extracted at the first call.
  ///
  /// - Throws: `EvaluationError` when the split is empty, has no valid labels, or a feature is not finite.
  public func features(_ split: Split) throws -> Features {
    let images = images(split)
    try checkLabels(of: images, split)
    return Features(values: try values(split), labels: images.labels)
  }

  /// The same without labels, which the images need not have: N × feature count.
  ///
  /// - Throws: `EvaluationError` when the split is empty or a feature is not finite.
  public func values(_ split: Split) throws -> Tensor {
    if let values = extracted[split] { return values }
    let images = images(split)
    guard images.count > 0 else { throw EvaluationError.noImages(split: split.rawValue) }
    let values = extract(images)
    if let image = firstNonFiniteRow(of: values) {
      throw EvaluationError.nonFiniteFeatures(split: split.rawValue, image: image)
    }
    extracted[split] = values
    return values
  }

  private func images(_ split: Split) -> ImageSet { split == .training ? training : test }

  private func extract(_ images: ImageSet) -> Tensor {
    let loader = ViewLoader(images, standardization: standardization, dataType: dataType)
    let width = encoder.featureCount
    var values = Tensor(uninitialized: [images.count, width])
    // Large images a few at a time, so that activations stay within some hundred megabytes.
    let pixels = images.height * images.width
    let batchSize = pixels > 96 * 96 ? min(self.batchSize, max(1, (1 << 20) / pixels)) : self.batchSize
    inference {
      for start in stride(from: 0, to: images.count, by: batchSize) {
        let range = start..<min(start + batchSize, images.count)
        let features = encoder(loader.images(at: range)).constant
        precondition(
          features.shape == [range.count, width] && features.dataType == .float32,
          "an encoder of \(width) features returned \(features.dataType) \(features.shape) for \(range.count) images"
        )
        values.withMutableFloats { target in
          features.withFloats { _ = target[(start * width)...].update(fromContentsOf: $0) }
        }
      }
    }
    return values
  }

  private func checkLabels(of images: ImageSet, _ split: Split) throws {
    guard images.count > 0 else { throw EvaluationError.noImages(split: split.rawValue) }
    guard !images.labels.isEmpty else {
      throw EvaluationError.badLabels(split: split.rawValue, found: nil, classes: classCount)
    }
    // Counting classes goes through all labels: once, not for every label.
    let classes = classCount
    if let label = images.labels.first(where: { !(0..<classes).contains($0) }) {
      throw EvaluationError.badLabels(split: split.rawValue, found: label, classes: classes)
    }
  }

  private func firstNonFiniteRow(of values: Tensor) -> Int? {
    let width = values.shape.columns
    return values.withFloats { elements in elements.firstIndex { !$0.isFinite }.map { $0 / width } }
  }
}
