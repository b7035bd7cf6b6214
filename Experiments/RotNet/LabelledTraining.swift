import Evaluation
import Foundation
import NeuralNetworks
import Tensors
import Vision

/// A whole network in network with class scores: trained by labels from its images on.
final class ClassifyingNetwork: Module {
  let network: NetworkInNetwork
  let classifier: Linear

  /// Creates a network of three blocks with first weights of its own.
  init(width: Int, classes: Int, using random: inout Random) {
    network = NetworkInNetwork(.init(blocks: 3, width: width), using: &random)
    classifier = Linear(network.featureCount, classes, using: &random)
  }

  /// One number per class and image.
  func callAsFunction(_ images: Tensor) -> Tensor {
    classifier(network.pooledFeatures(of: images, block: network.blockCount))
  }

  /// Trains it on the images of `candidate` at `chosen` (all for `nil`) and returns the test accuracy.
  func accuracy(
    afterTrainingOn candidate: Candidate, chosen: [Int]? = nil, recipe: ClassifierRecipe
  ) -> ClassAccuracy {
    let images = chosen.map { candidate.training.subset($0) } ?? candidate.training
    let views = LabelledViews(
      images, standardization: candidate.standardization, dataType: candidate.dataType, seed: candidate.seed,
      augments: recipe.augments)
    ClassifierTraining(recipe: recipe, labels: images.labels, seed: candidate.seed)
      .run(self, logits: { self(views($0)) })
    let loader = ViewLoader(
      candidate.test, standardization: candidate.standardization, dataType: candidate.dataType)
    return ClassAccuracy(
      FrozenMaps.ranges(of: candidate.test.count).lazy.map { range in
        inference { self(loader.images(at: range)) }
      }, labels: candidate.test.labels, classCount: candidate.classCount)
  }
}

/// The accuracy of the first two blocks and a convolutional classifier on them, trained further together.
///
/// The classifier is trained on the frozen blocks first. Reported is `top1` after the last epoch, in percent.
public struct FineTunedClassifier: Evaluation {
  /// The classifier that is trained first.
  public let classifier: BlockClassifier
  /// How both are trained then.
  public let recipe: ClassifierRecipe

  /// `conv-classifier-fine-tuned-v1`.
  public let name = "conv-classifier-fine-tuned-v1"

  /// Creates the measure; traps for a classifier of another kind or block.
  public init(_ classifier: BlockClassifier, recipe: ClassifierRecipe) {
    precondition(
      classifier.kind == .convolutional && classifier.block == 2,
      "what is fine-tuned is the convolutional classifier on the second block")
    self.classifier = classifier
    self.recipe = recipe
  }

  /// Measures; the candidate's own network stays as it is. Traps unless that is a network in network.
  public func measure(_ candidate: Candidate) throws -> Measured {
    guard let frozen = candidate.encoder as? NetworkInNetwork else {
      preconditionFailure("fine-tuning of a network without blocks")
    }
    let head = classifier.trained(on: candidate).classifier as! ConvolutionalClassifier
    let tuned = ClassifyingNetwork(joining: frozen, with: head, classes: candidate.classCount)
    let accuracy = tuned.accuracy(afterTrainingOn: candidate, recipe: recipe)
    return Measured(
      [Score(metric: "top1", value: accuracy.total, count: candidate.test.count)],
      answers: [accuracy.answers("top1")])
  }
}

extension ClassifyingNetwork {
  /// Copies of the first two blocks of `network`, and of `head` on top of them.
  convenience init(joining network: NetworkInNetwork, with head: ConvolutionalClassifier, classes: Int) {
    var random = Random(seed: 0, stream: "overwritten")
    self.init(width: network.configuration.width, classes: classes, using: &random)
    func copy(_ module: any Module, to target: any Module) {
      for (own, other) in zip(target.namedState, module.namedState) { own.state.restore(other.state.value) }
    }
    for (block, target) in zip(network.blocks.prefix(2) + [head.block], self.network.blocks) {
      copy(block, to: target)
    }
    copy(head.classifier, to: classifier)
  }
}

/// How far the features go with few labels, beside a network that has nothing else (the paper's figure 5b).
///
/// For 20, 100, … labels of each class, the first of them in the order of the files, a convolutional classifier on the
/// frozen second block and the three blocks of the supervised network are trained, for equally many steps at reduced
/// scale. Reported are `frozen-K` and `supervised-K` in percent, and `crossing`: the number of labels of each class at
/// which the supervised network overtakes, on straight lines over the logarithm; no such row where it never does.
public struct FewLabels: Evaluation {
  /// Labels of each class, ascending.
  public let labelsPerClass: [Int]
  /// The classifier on the frozen block, and how long.
  public let classifier: BlockClassifier
  /// How the supervised network is trained.
  public let supervised: ClassifierRecipe

  /// `few-labels-v1`.
  public let name = "few-labels-v1"

  /// Creates the measure with the paper's numbers of labels.
  public init(
    _ classifier: BlockClassifier, supervised: ClassifierRecipe,
    labelsPerClass: [Int] = [20, 100, 400, 1_000, 5_000]
  ) {
    self.classifier = classifier
    self.supervised = supervised
    self.labelsPerClass = labelsPerClass
  }

  /// Trains both for every number of labels.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let count = candidate.test.count
    var (measured, curve) = (Measured([]), [CrossingPoint.Sample]())
    for labels in labelsPerClass {
      let (frozen, whole) = accuracies(of: candidate, labels: labels)
      for (metric, accuracy) in [("frozen-\(labels)", frozen), ("supervised-\(labels)", whole)] {
        measured.scores.append(Score(metric: metric, value: accuracy.total, count: count))
        measured.answers.append(accuracy.answers(metric))
      }
      curve.append(.init(labels: labels, frozen: frozen.total, supervised: whole.total))
    }
    let crossing = CrossingPoint.labels(of: curve).map { Score(metric: "crossing", value: $0, count: count) }
    measured.scores += crossing.map { [$0] } ?? []
    return measured
  }

  /// Those of both after training with `labels` labels of each class.
  fileprivate func accuracies(of candidate: Candidate, labels: Int) -> (
    frozen: ClassAccuracy, supervised: ClassAccuracy
  ) {
    let chosen = FewLabels.first(labels, of: candidate.training.labels)
    let frozen = classifier.trained(on: candidate, chosen: chosen).last
    var random = Random(seed: candidate.seed, stream: "few labels")
    let network = ClassifyingNetwork(
      width: classifier.width, classes: candidate.classCount, using: &random)
    return (frozen, network.accuracy(afterTrainingOn: candidate, chosen: chosen, recipe: supervised))
  }

  /// The places of the first `count` images of each class, in their order.
  static func first(_ count: Int, of labels: [Int]) -> [Int] {
    var seen: [Int: Int] = [:]
    return labels.indices.filter { place in
      seen[labels[place], default: 0] += 1
      return seen[labels[place]]! <= count
    }
  }
}

/// One point of that figure, which a claim can be judged by: what the features are worth with a number of labels at which
/// a network that has nothing else learns little.
///
/// Reported are `top1`, of the convolutional classifier on the frozen second block, and `top1-supervised`, of the supervised
/// network that the same labels train from nothing, in percent.
public struct FewLabelsMatch: Evaluation {
  /// How both are trained.
  public let fewLabels: FewLabels
  /// How many labels of each class both are given.
  public let labels: Int

  /// `few-labels-100-v1`.
  public var name: String { "few-labels-\(labels)-v1" }

  /// What the supervised network's accuracy is called.
  static let supervised = "top1-supervised"

  /// Creates the measure.
  public init(_ fewLabels: FewLabels, labels: Int) {
    self.fewLabels = fewLabels
    self.labels = labels
  }

  /// Trains both.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let (frozen, supervised) = fewLabels.accuracies(of: candidate, labels: labels)
    let all = [("top1", frozen), (Self.supervised, supervised)]
    return Measured(
      all.map { Score(metric: $0, value: $1.total, count: candidate.test.count) },
      answers: all.map { $1.answers($0) })
  }
}

/// Where one curve of accuracies overtakes another.
enum CrossingPoint {
  struct Sample {
    let labels: Int
    let frozen, supervised: Double
    var lead: Double { frozen - supervised }
  }

  /// The number of labels from which on the supervised network is ahead for good, between two samples on a straight line
  /// over the logarithm; the first sample's where it always is, `nil` where it is not at the last.
  static func labels(of curve: [Sample]) -> Double? {
    guard let last = curve.last, last.lead < 0 else { return nil }
    guard let before = curve.lastIndex(where: { $0.lead >= 0 }) else { return Double(curve[0].labels) }
    let (a, b) = (curve[before], curve[before + 1])
    let part = a.lead / (a.lead - b.lead)
    let (start, end) = (log(Double(a.labels)), log(Double(b.labels)))
    return exp(start + part * (end - start))
  }
}
