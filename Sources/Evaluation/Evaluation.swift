import NeuralNetworks
import Tensors
import Vision

/// One number that an evaluation measured.
public struct Score: Sendable, Equatable {
  /// What was measured, e.g. `top1`, in percent where it is an accuracy.
  public let metric: String
  /// The number.
  public let value: Double
  /// How many test images it is about.
  public let count: Int

  /// Creates a score.
  public init(metric: String, value: Double, count: Int) {
    self.metric = metric
    self.value = value
    self.count = count
  }
}

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
  func evaluate(_ candidate: Candidate) throws -> [Score]

  /// Measures `candidate` and shows what was measured; no pictures unless the evaluation has some.
  func illustrated(_ candidate: Candidate) throws -> (scores: [Score], pictures: [Picture])
}

extension Evaluation {
  public var needsClassifier: Bool { false }

  public var needsLabelFreeTraining: Bool { false }

  public var growsWithTraining: Bool { true }

  public func isPossible(on images: ImageCollection) -> Bool { true }

  public func illustrated(_ candidate: Candidate) throws -> (scores: [Score], pictures: [Picture]) {
    (try evaluate(candidate), [])
  }
}
