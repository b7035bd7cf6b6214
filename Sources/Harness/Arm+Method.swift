import Evaluation
import Pretraining
import Tensors
import Vision

extension Arm {
  /// The method that the arm trains, with the first weights of `seed`; one that uses labels is handed those of `images`.
  func method(seed: UInt64, on images: ImageSet) -> any PretrainingMethod {
    var weights = Random(seed: seed, stream: "weights")
    let method = makeMethod(&weights)
    if usesLabels, let student = method as? any UsesLabels {
      student.receive(labels: images.labels, classCount: images.classNames.count)
    }
    return method
  }
}

extension Experiment {
  /// What is measured of `arm`: a classifier's accuracy only where labels trained one, and whatever is its own.
  func evaluations(of arm: Arm) -> [any Evaluation] {
    evaluations.filter { !$0.needsClassifier || arm.usesLabels } + arm.evaluations
  }

  /// The names of everything that any arm is measured by.
  var evaluationNames: [String] { unique((evaluations + arms.flatMap(\.evaluations)).map(\.name)) }
}

extension Candidate {
  /// Puts what `method` trained up for examination.
  convenience init(
    _ method: any PretrainingMethod, training: ImageSet, test: ImageSet, standardization: Standardization,
    dataType: DataType, seed: UInt64 = 0
  ) {
    self.init(
      encoder: method.encoder, classifier: (method as? any HasClassifier)?.classifier, training: training,
      test: test, standardization: standardization, dataType: dataType, seed: seed)
  }
}
