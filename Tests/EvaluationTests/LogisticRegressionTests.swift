import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite struct LogisticRegressionTests {
  private func problem(
    count: Int, dimension: Int, classes: Int, penalty: Double = 1e-2, seed: UInt64 = 0
  ) -> LogisticRegression {
    var random = Random(seed: seed, stream: "labels")
    return LogisticRegression(
      features: randomTensor([count, dimension], seed: seed),
      labels: (0..<count).map { _ in random.integer(below: classes) }, classCount: classes, penalty: penalty)
  }

  /// The same with shares of several classes in place of labels; of every fifth row nothing is known.
  private func softProblem(count: Int, dimension: Int, classes: Int, seed: UInt64 = 0) -> LogisticRegression {
    var random = Random(seed: seed, stream: "shares")
    let shares = (0..<count * classes).map { place in
      place / classes % 5 == 0 ? 0 : Float(random.integer(below: 4)) / 2
    }
    return LogisticRegression(
      features: randomTensor([count, dimension], seed: seed), truth: .shares(shares), classCount: classes,
      penalty: 1e-2)
  }

  private func shares(of problem: LogisticRegression) -> [Double] {
    switch problem.truth {
    case .labels(let labels): labels.flatMap { label in (0..<problem.classCount).map { $0 == label ? 1 : 0 } }
    case .shares(let shares): shares.map(Double.init)
    }
  }

  private func point(of problem: LogisticRegression, seed: UInt64) -> [Double] {
    var random = Random(seed: seed, stream: "point")
    // Powers of two survive the rounding to float32.
    return (0..<problem.parameterCount).map { _ in Double((random.normal() * 64).rounded()) / 128 }
  }

  /// The definition, in loops and doubles.
  private func reference(_ problem: LogisticRegression, _ parameters: [Double]) -> Double {
    let x = problem.features.floats.map(Double.init)
    let (d, classes) = (problem.dimension, problem.classCount)
    var loss = 0.0
    let shares = shares(of: problem)
    for row in 0..<problem.count {
      let logits = (0..<classes).map { c in
        (0..<d).reduce(parameters[classes * d + c]) { $0 + parameters[c * d + $1] * x[row * d + $1] }
      }
      let normalizer = logarithm(logits.reduce(0) { $0 + exponential($1) })
      for c in 0..<classes { loss += shares[row * classes + c] * (normalizer - logits[c]) }
    }
    let squares = parameters[..<(classes * d)].reduce(0) { $0 + $1 * $1 }
    return loss / Double(problem.count) + problem.penalty / 2 * squares
  }

  @Test(arguments: [(1, 1, 2), (40, 3, 4), (700, 5, 10), (5_000, 2, 3)])
  func valueIsTheDefinitions(count: Int, dimension: Int, classes: Int) {
    let problem = problem(count: count, dimension: dimension, classes: classes)
    let parameters = point(of: problem, seed: 3)
    let (value, expected) = (problem(parameters).value, reference(problem, parameters))
    #expect(abs(value - expected) < 1e-6 * expected)
    let soft = softProblem(count: count, dimension: dimension, classes: classes)
    #expect(abs(soft(parameters).value - reference(soft, parameters)) < 1e-6 * reference(soft, parameters))
  }

  @Test func wholeSharesAreLabels() {
    let hard = problem(count: 700, dimension: 5, classes: 4)
    let soft = LogisticRegression(
      features: hard.features, truth: .shares(shares(of: hard).map { Float($0) }), classCount: 4,
      penalty: hard.penalty)
    let parameters = point(of: hard, seed: 5)
    #expect(hard(parameters).value == soft(parameters).value)
    #expect(hard(parameters).gradient == soft(parameters).gradient)
  }

  /// Without features the optimum is known: each class as likely as its share of everything that is shown.
  @Test func withoutFeaturesTheOptimumIsTheShareOfEachClass() throws {
    let soft = softProblem(count: 400, dimension: 2, classes: 3)
    let blind = LogisticRegression(
      features: Tensor(zeros: [400, 2]), truth: soft.truth, classCount: 3, penalty: 1e-2)
    let fit = try LinearProbe.fit(blind)
    let biases = fit.point.suffix(3)
    let normalizer = biases.reduce(0) { $0 + exponential($1) }
    let shares = shares(of: soft)
    for (label, bias) in biases.enumerated() {
      let own = stride(from: label, to: shares.count, by: 3).reduce(0) { $0 + shares[$1] }
      #expect(abs(exponential(bias) / normalizer - own / shares.reduce(0, +)) < 1e-4)
    }
  }

  @Test func gradientAgreesWithFiniteDifferences() {
    withEvery("seed", in: 0..<5) { seed in
      let problem =
        seed < 3
        ? problem(count: 300, dimension: 4, classes: 3, seed: UInt64(seed))
        : softProblem(count: 300, dimension: 4, classes: 3, seed: UInt64(seed))
      let parameters = point(of: problem, seed: UInt64(seed) + 100)
      let gradient = problem(parameters).gradient
      let h = 1e-4
      for index in parameters.indices {
        var (up, down) = (parameters, parameters)
        up[index] += h
        down[index] -= h
        let numeric = (reference(problem, up) - reference(problem, down)) / (2 * h)
        #expect(abs(numeric - gradient[index]) < 1e-6, "parameter \(index)")
        #expect(gradient[index] != 0)
      }
    }
  }

  @Test func extremeLogitsAreFinite() {
    let problem = LogisticRegression(
      features: Tensor([1, -1], shape: [2, 1]), labels: [0, 1], classCount: 2, penalty: 0)
    let (value, gradient) = problem([1e4, -1e4, 0, 0])
    #expect(value == 0 && gradient.allSatisfy { $0 == 0 })
    #expect(problem([-1e4, 1e4, 0, 0]).value == 2e4)
  }

  /// Coefficients and objectives by scikit-learn in float64 (its C is 1 / (λ N)).
  @Test(arguments: ["0.1", "1.0", "100.0"])
  func optimumIsScikitLearns(strength: String) throws {
    let fixture = try Fixture("statistics")
    let labels = fixture.integers("probe.labels")
    let penalty = 1 / (fixture.scalar("probe.\(strength).c") * Double(labels.count))
    let problem = LogisticRegression(
      features: fixture.tensor("probe.features"), labels: labels, classCount: 3, penalty: penalty)
    let fit = try LinearProbe.fit(problem)
    #expect(abs(fit.value - fixture.scalar("probe.\(strength).objective")) < 1e-7)
    let weights = fixture.doubles("probe.\(strength).weight") + fixture.doubles("probe.\(strength).bias")
    expectClose(fit.point.map(Float.init), weights.map(Float.init), relative: 1e-3)
    let predictions = (0..<labels.count).map { row in
      let logits = LogisticRegression.logits(problem.features, parameters: fit.point, classCount: 3)
      return firstMaximum(logits[row * 3..<row * 3 + 3])
    }
    #expect(
      abs(
        percentage(zip(predictions, labels).count { $0 == $1 }, of: labels.count) - 100
          * fixture.scalar("probe.\(strength).accuracy"))
        < 1e-9)
  }

  @Test func theMetricDoesNotMoveTheOptimum() {
    let problem = problem(count: 500, dimension: 6, classes: 4)
    let search = LBFGS(tolerance: 1e-6, maximumIterations: 500)
    let start = [Double](repeating: 0, count: problem.parameterCount)
    let plain = search.minimize(problem.callAsFunction, from: start)
    let scaled = search.minimize(
      problem.callAsFunction, from: start, metric: CurvatureBound(of: problem).callAsFunction)
    #expect(plain.gradient <= 1e-6 && scaled.gradient <= 1e-6)
    expectClose(scaled.point.map(Float.init), plain.point.map(Float.init), relative: 1e-3)
  }

  /// A metric's product with the bound it inverts is the identity.
  @Test func theMetricInvertsTheBound() {
    let problem = problem(count: 64, dimension: 3, classes: 2, penalty: 0.5)
    let metric = CurvatureBound(of: problem)
    let moments = CurvatureBound.secondMoments(of: problem.features)
    let trace = (0..<3).reduce(0) { $0 + moments[$1 * 4] } / 2
    let vector: [Double] = [1, -2, 3, 0.5, 0.25, -1, 2, -4]
    var image = [Double](repeating: 0, count: 8)
    for row in 0..<2 {
      for i in 0..<3 {
        for j in 0..<3 {
          let ridge = i == j ? 0.5 + 1e-6 * trace : 0
          image[row * 3 + i] += (moments[i * 3 + j] / 2 + ridge) * vector[row * 3 + j]
        }
      }
      image[6 + row] = vector[6 + row] / 2
    }
    expectClose(metric(image).map(Float.init), vector.map(Float.init), relative: 1e-5)
  }
}
