import Vision

/// What frozen features are worth with few labels: version 2 of the probes of `SemiSupervised`, on the same labelled images,
/// without its fine-tuning, of which version 1 stands.
///
/// Reported are `linear-top1` and, with more than five classes, `linear-top5` of the linear probe whose penalty grows as
/// labels become few, and `knn-top1` of 20 neighbours, in percent of the test images.
public struct SemiSupervisedProbes: Evaluation {
  /// Which images have labels.
  public let subset: LabelledSubset

  /// `semi-supervised-1-v2`: other probes would be another version.
  public var name: String { "semi-supervised-\(subset.percent)-v2" }

  public var needsLabelFreeTraining: Bool { true }

  /// Creates the evaluation with `percent` of the labels.
  public init(percent: Int) { subset = LabelledSubset(percent: percent) }

  /// Measures both.
  ///
  /// - Throws: what `Candidate.features` and the linear probe throw.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let (training, test) = (try candidate.features(.training), try candidate.features(.test))
    let labelled = training.rows(subset.indices(of: training.labels))
    let linear = try LinearProbe.ofFewLabels.measured(
      training: labelled, test: test, classCount: candidate.classCount)
    let neighbours = NearestNeighbors.ofFewLabels.measured(
      bank: labelled, queries: test, classCount: candidate.classCount)
    return .shares(
      of: linear.answers.map { $0.renamed("linear-\($0.metric)") }
        + neighbours.answers.map { $0.renamed("knn-\($0.metric)") })
  }
}
