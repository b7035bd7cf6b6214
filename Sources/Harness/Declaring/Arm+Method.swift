import Evaluation
import Pretraining
import Tensors
import Vision

extension Arm {
  /// What the arm is pre-trained on: all of a data set's `images` of pre-training, those of its classes, or all and what
  /// it adds to them; traps where that is not there.
  package func mixture(of images: ImageCollection) -> Mixture {
    if let inflation { return images.mixture(inflation) }
    return Mixture(pretrainingClasses.map(images.pretraining.images(of:)) ?? images.pretraining)
  }

  /// The images of that.
  func pretrainingImages(of images: ImageCollection) -> ImageSet { mixture(of: images).images }

  /// The method that the arm trains, with the first weights of `seed`; one that uses labels is handed those of `images`.
  ///
  /// What a checkpoint restores has its place; what takes a preparation is not prepared yet.
  package func method(seed: UInt64, on images: ImageSet) -> any PretrainingMethod {
    var weights = Random(seed: seed, stream: "weights")
    let method = makeMethod(&weights)
    if usesLabels, let student = method as? any UsesLabels {
      student.receive(labels: images.labels, classCount: images.classNames.count)
    }
    if let prepared = method as? any PreparedMethod {
      prepared.expectPreparation(imageCount: images.count)
    }
    return method
  }

  /// The same after its preparation, ready for the first step in numbers of `precision`; throws what preparing throws.
  package func preparedMethod(
    seed: UInt64, on images: ImageSet, precision: Precision
  ) throws -> any PretrainingMethod {
    let method = method(seed: seed, on: images)
    if let prepared = method as? any PreparedMethod, prepared.needsPreparation {
      _ = try prepared.prepare(Preparation(on: images, seed: seed, precision: precision))
    }
    return method
  }
}

extension Experiment {
  /// What is measured of `arm`: a classifier's accuracy only where labels trained one of all classes, what few labels are
  /// enough for only where no label was used before, and whatever is its own.
  package func evaluations(of arm: Arm) -> [any Evaluation] {
    evaluations.filter { evaluation in
      if evaluation.needsClassifier { return arm.usesLabels && arm.pretrainingClasses == nil }
      return !(evaluation.needsLabelFreeTraining && arm.usesLabels)
    } + arm.evaluations
  }

  /// The same without what `images` cannot answer.
  package func evaluations(of arm: Arm, on images: ImageCollection) -> [any Evaluation] {
    // A flat folder has no classes to ask about, and no image to measure on.
    if let own = images.own, own.classNames.isEmpty { return [] }
    return evaluations(of: arm).filter { $0.isPossible(on: images) }
  }

  /// Throws an `UnknownName` that offers the nearest where no arm is measured by one of `names`.
  public func checkEvaluations(_ names: [String]) throws {
    if let name = names.first(where: { !evaluationNames.contains($0) }) {
      throw UnknownName(kind: "evaluation", name: name, known: evaluationNames)
    }
  }

  /// The names of everything that any arm is measured by.
  var evaluationNames: [String] { unique((evaluations + arms.flatMap(\.evaluations)).map(\.name)) }
}

extension Candidate {
  /// Puts what `method` trained up for examination.
  convenience init(
    _ method: any PretrainingMethod, training: ImageSet, test: ImageSet,
    segmentation: SegmentationCollection? = nil, standardization: Standardization, dataType: DataType,
    seed: UInt64 = 0
  ) {
    self.init(
      encoder: method.encoder, classifier: (method as? any HasClassifier)?.classifier, method: method,
      training: training, test: test, segmentation: segmentation, standardization: standardization,
      dataType: dataType, seed: seed)
  }
}
