import Tensors

/// The accuracy of a linear classifier on frozen features: multinomial logistic regression, solved to its optimum.
///
/// Features are standardized over the training images. The penalty is fixed or a function of their number, so nothing is
/// tuned on anything; the problem is strictly convex in the weights, so there is one answer and no seed. Reported are `top1` and, with more
/// than five classes, `top5` of the test images, `train-top1` of the training images (all in percent), and the
/// optimizer's `iterations`.
public struct LinearProbe: Evaluation {
  /// How λ of the penalty (λ/2) ‖W‖² beside the mean cross-entropy is set.
  public enum Penalty: Sendable, Hashable {
    /// 10⁻⁴, however many images there are: version 1, which suits some 50,000.
    case fixed
    /// 5 / n for n labelled images, the same strength beside the *sum* of cross-entropies: version 2. At 50,000 images both
    /// are one; with fewer of them, the weights that so many images cannot settle stay small.
    case shrinkingWithImages

    /// λ for `count` images.
    public func strength(for count: Int) -> Double {
      switch self {
      case .fixed: 1e-4
      case .shrinkingWithImages: 5 / Double(max(1, count))
      }
    }
  }

  /// The optimum is reached when no component of the objective's gradient exceeds this.
  public static let tolerance = 1e-5
  /// More steps than any sound set of features takes.
  public static let maximumIterations = 2_000

  /// How the penalty is set.
  public let penalty: Penalty

  /// `linear-v1`, and `linear-v2` with the penalty for few labels: another tolerance or standardization would be another
  /// version.
  public var name: String { penalty == .fixed ? "linear-v1" : "linear-v2" }

  /// Creates the evaluation, of version 1 unless told otherwise.
  public init(penalty: Penalty = .fixed) { self.penalty = penalty }

  /// Version 2, for images of which few have labels.
  public static let ofFewLabels = LinearProbe(penalty: .shrinkingWithImages)

  /// Fits the classifier and measures it.
  ///
  /// - Throws: `EvaluationError.probeDidNotConverge`, and what `Candidate.features` throws.
  public func measure(_ candidate: Candidate) throws -> Measured {
    try measured(
      training: candidate.features(.training), test: candidate.features(.test),
      classCount: candidate.classCount)
  }

  /// Fits the classifier to the training images' features and measures it on the test images'.
  ///
  /// - Throws: `EvaluationError.probeDidNotConverge`.
  public func measured(training: Features, test: Features, classCount: Int) throws -> Measured {
    let standardization = ColumnStandardization(of: training.values)
    let problem = LogisticRegression(
      features: standardization.applied(to: training.values), labels: training.labels, classCount: classCount,
      penalty: penalty.strength(for: training.count))
    let fit = try LinearProbe.fit(problem)
    func ranks(_ features: Tensor, _ labels: [Int]) -> [Int] {
      let logits = LogisticRegression.logits(features, parameters: fit.point, classCount: classCount)
      return labels.enumerated().map { row, label in
        rank(of: label, in: logits[(row * classCount)..<(row + 1) * classCount])
      }
    }
    let testRanks = ranks(standardization.applied(to: test.values), test.labels)
    let trainingRanks = ranks(problem.features, training.labels)
    var measured = Measured.shares(of: Answers.tops(testRanks, classCount: classCount))
    let known = Answers.right("train-top1", trainingRanks)
    measured.scores += [
      Score(metric: known.metric, value: known.value, count: known.count),
      Score(metric: "iterations", value: Double(fit.iterations), count: training.count),
    ]
    return measured
  }

  /// The optimum of `problem`.
  static func fit(_ problem: LogisticRegression) throws -> LBFGS.Result {
    let metric = CurvatureBound(of: problem)
    let search = LBFGS(tolerance: tolerance, maximumIterations: maximumIterations)
    let result = search.minimize(
      problem.callAsFunction, from: [Double](repeating: 0, count: problem.parameterCount),
      metric: metric.callAsFunction)
    guard result.gradient <= tolerance else {
      throw EvaluationError.probeDidNotConverge(
        iterations: result.iterations, gradient: result.gradient, tolerance: tolerance)
    }
    return result
  }
}
