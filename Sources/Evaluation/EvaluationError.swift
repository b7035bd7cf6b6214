/// Why an encoder could not be measured.
public enum EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There are no images to learn from or to measure on.
  case noImages(split: String)
  /// The images have no labels, or some lie outside the classes: one of them and the number of classes.
  case badLabels(split: String, found: Int?, classes: Int)
  /// Features of an image are NaN or infinite.
  case nonFiniteFeatures(split: String, image: Int)
  /// There are no images with masks to ask about.
  case noMasks(task: String)
  /// The probe's optimizer ended above its tolerance.
  case probeDidNotConverge(iterations: Int, gradient: Double, tolerance: Double)

  /// What is wrong and what to do about it, in one line.
  public var description: String {
    switch self {
    case .noImages(let split): "the \(split) split has no images to evaluate on: give it some"
    case .badLabels(let split, nil, _):
      "the \(split) split has no labels: evaluate on a labelled split"
    case .badLabels(let split, let found?, let classes):
      "the \(split) split holds the label \(found) where labels are 0..<\(classes): check the data files"
    case .nonFiniteFeatures(let split, let image):
      "the encoder gives NaN or infinite features for image \(image) of the \(split) split: training has diverged; go "
        + "back to an earlier checkpoint or lower the learning rate"
    case .noMasks(let task):
      "there are no masks of \(task) to evaluate on: get the data set, or labelled images to make mosaics of"
    case .probeDidNotConverge(let iterations, let gradient, let tolerance):
      "the linear probe stopped after \(iterations) iterations with a gradient of \(gradient), above its tolerance of "
        + "\(tolerance); its accuracy would not be that of the optimum, so none is recorded: inspect the features' scale"
    }
  }
}
