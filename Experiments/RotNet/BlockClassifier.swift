import Evaluation
import NeuralNetworks
import Tensors
import Vision

/// The paper's measure of a block: the accuracy of a classifier that is trained on its frozen feature maps.
///
/// Reported are `top1` after the last epoch, `class-NAME` of each class, and `best-test-epoch`, the largest accuracy after
/// any epoch, which is what the paper's tables show: it is chosen on the test images and no comparison uses it.
public struct BlockClassifier: Evaluation {
  /// Which of the two classifiers.
  public let kind: MapClassifierKind
  /// On which block, counted from 1.
  public let block: Int
  /// Channels of the convolutional classifier: those of the network's third block.
  public let width: Int
  /// How it is trained.
  public let recipe: ClassifierRecipe

  /// `conv-classifier-conv2-v1`, `non-linear-classifier-conv2-v1`.
  public var name: String { "\(kind.title)-classifier-conv\(block)-v1" }

  /// Creates the measure.
  public init(_ kind: MapClassifierKind, block: Int, width: Int, recipe: ClassifierRecipe) {
    self.kind = kind
    self.block = block
    self.width = width
    self.recipe = recipe
  }

  /// Trains a classifier and measures it; traps for a network without such a block.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let outcome = trained(on: candidate)
    let count = candidate.test.count
    let classes = candidate.training.classNames.enumerated().compactMap { label, name in
      outcome.last.ofClass(label).map {
        Score(metric: "class-\(name.replacing(" ", with: "-"))", value: $0, count: outcome.last.counts[label])
      }
    }
    return Measured(
      [
        Score(metric: "top1", value: outcome.last.total, count: count),
        Score(metric: "best-test-epoch", value: outcome.best, count: count),
      ] + classes, answers: [outcome.last.answers("top1")])
  }

  /// What a training came to.
  struct Outcome {
    let classifier: any MapClassifier
    /// After the last epoch.
    let last: ClassAccuracy
    /// The largest accuracy after any epoch.
    let best: Double
  }

  /// Trains a classifier on the labelled images of `candidate`, or on those of them at `chosen`.
  func trained(on candidate: Candidate, chosen: [Int]? = nil) -> Outcome {
    let maps = FrozenMaps(of: candidate, block: block)
    let test = maps.all(of: candidate.test)
    let images = chosen.map { candidate.training.subset($0) } ?? candidate.training
    var random = Random(seed: candidate.seed, stream: name)
    let classifier = kind.make(
      onMapsOf: test.shape, width: width, classes: candidate.classCount, using: &random)
    let training = ClassifierTraining(recipe: recipe, labels: images.labels, seed: candidate.seed)
    var accuracies: [ClassAccuracy] = []
    let measure = { (_: Int) in
      accuracies.append(
        ClassAccuracy(
          FrozenMaps.ranges(of: test.shape.batch).lazy.map { range in
            inference { classifier(test.rows(range)) }
          }, labels: candidate.test.labels, classCount: candidate.classCount))
    }
    if recipe.augments {
      let views = LabelledViews(
        images, standardization: candidate.standardization, dataType: candidate.dataType,
        seed: candidate.seed, augments: true)
      training.run(classifier, logits: { classifier(maps(views($0))) }, afterEpoch: measure)
    } else {
      let all = maps.all(of: images)
      training.run(
        classifier, logits: { classifier(all.gathered(at: $0.indices)) }, afterEpoch: measure)
    }
    return Outcome(
      classifier: classifier, last: accuracies.last!, best: accuracies.map(\.total).max()!)
  }
}

extension MapClassifierKind {
  /// For names of measures.
  var title: String {
    switch self {
    case .nonLinear: "non-linear"
    case .convolutional: "conv"
    }
  }
}

/// The same for every block of a network but the one that all arms are measured on (the paper's table 1).
///
/// Reported are `conv1`, `conv3`, … , each the accuracy after the last epoch in percent.
public struct BlockProfile: Evaluation {
  private let classifier: BlockClassifier

  /// `non-linear-classifier-by-block-v1`.
  public var name: String { "\(classifier.kind.title)-classifier-by-block-v1" }

  /// Creates the profile around `classifier`, whose own block is left out.
  public init(around classifier: BlockClassifier) { self.classifier = classifier }

  /// Trains one classifier per block; traps for a network without blocks.
  public func measure(_ candidate: Candidate) throws -> Measured {
    guard let encoder = candidate.encoder as? any BlockwiseEncoder else {
      preconditionFailure("a profile of a network without blocks")
    }
    let profile = (1...encoder.blockCount).filter { $0 != classifier.block }.map { block in
      let own = BlockClassifier(
        classifier.kind, block: block, width: classifier.width, recipe: classifier.recipe)
      return (metric: "conv\(block)", accuracy: own.trained(on: candidate).last)
    }
    return Measured(
      profile.map { Score(metric: $0.metric, value: $0.accuracy.total, count: candidate.test.count) },
      answers: profile.map { $0.accuracy.answers($0.metric) })
  }
}
