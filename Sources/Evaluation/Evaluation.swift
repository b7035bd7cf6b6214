import NeuralNetworks
import Tensors
import Vision

/// A way to measure how good an encoder's features are.
public protocol Evaluation: Sendable {
  /// What results are filed under, with a version: `linear-v1`, `knn-v1`.
  var name: String { get }

  /// Whether only candidates with a classifier can be measured; false unless said otherwise.
  var needsClassifier: Bool { get }

  /// Whether only candidates that were trained without any label can be measured, because the number is about what few
  /// labels are enough for; false unless said otherwise.
  var needsLabelFreeTraining: Bool { get }

  /// Whether its work grows with the images that probes learn from; true unless said otherwise.
  var growsWithTraining: Bool { get }

  /// Whether `images` can answer it, because they have the labels or masks that it asks about; true unless said otherwise.
  func isPossible(on images: ImageCollection) -> Bool

  /// Measures `candidate`.
  func measure(_ candidate: Candidate) throws -> Measured
}

extension Evaluation {
  public var needsClassifier: Bool { false }

  public var needsLabelFreeTraining: Bool { false }

  public var growsWithTraining: Bool { true }

  public func isPossible(on images: ImageCollection) -> Bool { true }

  /// The numbers alone.
  public func evaluate(_ candidate: Candidate) throws -> [Score] { try measure(candidate).scores }
}
