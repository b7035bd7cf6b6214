import NeuralNetworks
import Tensors

/// The accuracy of the classifier that a network was trained with, on features of un-augmented images in inference
/// mode: what a supervised training script prints.
public struct ClassifierAccuracy: Evaluation {
  /// `classifier-v1`.
  public let name = "classifier-v1"

  /// Creates the evaluation.
  public init() {}

  public var needsClassifier: Bool { true }

  /// Measures `top1` and, with more than five classes, `top5` of the test images, in percent; traps for a candidate
  /// without a classifier.
  ///
  /// - Throws: what `Candidate.features` throws.
  public func measure(_ candidate: Candidate) throws -> Measured {
    guard let classifier = candidate.classifier else {
      preconditionFailure("the accuracy of a classifier that is not there")
    }
    let test = try candidate.features(.test)
    let logits = inference { classifier(test.values).constant }
    let classes = logits.shape.columns
    let ranks = logits.withFloats { values in
      test.labels.enumerated().map { image, label in
        rank(of: label, in: values[image * classes..<(image + 1) * classes])
      }
    }
    return .shares(of: Answers.tops(ranks, classCount: classes))
  }
}
