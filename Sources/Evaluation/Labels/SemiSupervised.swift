import NeuralNetworks
import Tensors
import Vision

/// How far features go with few labels: a network fine-tuned on a class-balanced share of the labelled images, and the
/// linear probe on the frozen features of the same images.
///
/// Zhai, Oliver, Kolesnikov, Beyer. “S4L: Self-Supervised Semi-Supervised Learning.” ICCV 2019, arXiv:1905.03670, and
/// Chen, Kornblith, Norouzi, Hinton. “SimCLR.” ICML 2020, arXiv:2002.05709, section 6, measure so on ImageNet. Reported
/// are `top1` and, with more than five classes, `top5` after fine-tuning, `linear-top1` and `linear-top5` without, in
/// percent of the test images. Nothing is chosen by looking at them: the recipe is fixed, and the last epoch counts.
public struct SemiSupervised: Evaluation {
  /// Which images have labels.
  public let subset: LabelledSubset
  /// How the network is fine-tuned.
  public let recipe: FineTuning

  /// `semi-supervised-1-v1`: another recipe would be another version.
  public var name: String { "semi-supervised-\(subset.percent)-v1" }

  public var needsLabelFreeTraining: Bool { true }

  /// Creates the evaluation with `percent` of the labels.
  public init(percent: Int) {
    subset = LabelledSubset(percent: percent)
    // About 100,000 images seen, however few they are: twenty passes over a tenth of CIFAR-10, two hundred over a hundredth.
    recipe = FineTuning(epochs: max(1, 200 / percent))
  }

  /// Measures both; the candidate's encoder is as it was afterwards.
  ///
  /// - Throws: what `Candidate.features` and the linear probe throw.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let training = try candidate.features(.training)
    let chosen = subset.indices(of: training.labels)
    let probe = try LinearProbe().measured(
      training: training.rows(chosen), test: candidate.features(.test), classCount: candidate.classCount)
    let tuned = try recipe.tuned(candidate, on: candidate.training.subset(chosen)) { tuned in
      try ClassifierAccuracy().measure(tuned)
    }
    return .shares(of: tuned.answers + probe.answers.map { $0.renamed("linear-\($0.metric)") })
  }
}

extension Features {
  /// The features of the images at `indices`, in that order.
  func rows(_ indices: [Int]) -> Features {
    let width = dimension
    let chosen = values.withFloats { values in
      indices.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
    return Features(
      values: Tensor(chosen, shape: [indices.count, width]), labels: indices.map { labels[$0] })
  }
}
