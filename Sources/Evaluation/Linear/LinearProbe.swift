import Tensors

/// The accuracy of a linear classifier on frozen features: multinomial logistic regression, solved to its optimum.
///
/// Features are standardized over the training images. The penalty is fixed, so nothing is tuned on anything; the
/// problem is strictly convex in the weights, so there is one answer and no seed. Reported are `top1` and, with more
/// than five classes, `top5` of the test images, `train-top1` of the training images (all in percent), and the
/// optimizer's `iterations`.
public struct LinearProbe: Evaluation {
  /// λ of the penalty (λ/2) ‖W‖² beside the mean cross-entropy.
  public static let penalty = 1e-4
  /// The optimum is reached when no component of the objective's gradient exceeds this.
  public static let tolerance = 1e-5
  /// More steps than any sound set of features takes.
  public static let maximumIterations = 2_000

  /// `linear-v1`: another penalty, tolerance or standardization would be another version.
  public let name = "linear-v1"

  /// Creates the evaluation; it has no choices.
  public init() {}

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
      penalty: LinearProbe.penalty)
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
