import Testing

@testable import Evaluation

@Suite struct LBFGSTests {
  @Test func findsTheMinimumOfAnIllConditionedQuadratic() {
    let scales = (0..<30).map { Double(1 << ($0 / 2)) }
    let search = LBFGS(tolerance: 1e-8, maximumIterations: 500)
    let result = search.minimize(
      { x in
        let value = zip(x, scales).reduce(0) { $0 + 0.5 * $1.1 * ($1.0 - 1) * ($1.0 - 1) }
        return (value, zip(x, scales).map { $1 * ($0 - 1) })
      }, from: [Double](repeating: 0, count: 30))
    #expect(result.gradient <= 1e-8)
    #expect(result.point.allSatisfy { abs($0 - 1) < 1e-7 })
  }

  @Test func findsTheMinimumAlongACurvedValley() {
    let search = LBFGS(tolerance: 1e-8, maximumIterations: 500)
    let result = search.minimize(
      { p in
        let (x, y) = (p[0], p[1])
        let value = (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
        return (value, [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
      }, from: [-1.2, 1])
    #expect(abs(result.point[0] - 1) < 1e-6 && abs(result.point[1] - 1) < 1e-6)
  }

  @Test func startsWhereItEndsAtAMinimum() {
    let result = LBFGS(tolerance: 1e-8, maximumIterations: 10).minimize(
      { ($0[0] * $0[0], [2 * $0[0]]) }, from: [0])
    #expect(result.iterations == 0 && result.evaluations == 1)
  }

  /// Values rounded so coarsely that no step changes them, as those of a float32 function near its optimum.
  @Test func gradientsLeadWhereValuesAreRounded() {
    let result = LBFGS(tolerance: 1e-8, maximumIterations: 100).minimize(
      { x in
        let value = 1 + zip(x, [1, 3, 9]).reduce(0) { $0 + 0.5e-6 * $1.1 * $1.0 * $1.0 }
        return ((value * 1e5).rounded(.up) / 1e5, zip(x, [1e-6, 3e-6, 9e-6]).map { $0 * $1 })
      }, from: [1, 1, 1])
    #expect(result.gradient <= 1e-8, "a gradient of \(result.gradient) is left")
  }

  /// Values that rounding only lets rise, and a metric that bounds the curvature by twenty times what it is, so that its
  /// own step gains a twentieth.
  @Test func gradientsLeadWhereTheMetricIsTimid() {
    var calls = 0.0
    let result = LBFGS(tolerance: 1e-8, maximumIterations: 100).minimize(
      { x in
        calls += 1
        return (1 + 3e-8 * calls, x.map { 1e-6 * $0 })
      }, from: [1, 1], metric: { $0.map { $0 * 1e6 / 20 } })
    #expect(result.gradient <= 1e-8, "a gradient of \(result.gradient) is left")
  }

  @Test func givesUpAtItsBound() {
    let result = LBFGS(tolerance: 0, maximumIterations: 3).minimize(
      { ($0[0] * $0[0] * $0[0] * $0[0], [4 * $0[0] * $0[0] * $0[0]]) }, from: [5])
    #expect(result.iterations == 3 && result.gradient > 0)
  }

  /// A function without a minimum, or one that is not finite, ends the search instead of looping.
  @Test func endsWithoutAMinimum() {
    let search = LBFGS(tolerance: 1e-8, maximumIterations: 50)
    #expect(search.minimize({ ($0[0], [1]) }, from: [0]).iterations == 0)
    let undefined = search.minimize({ _ in (.nan, [.nan, 0]) }, from: [0, 0])
    #expect(undefined.iterations == 0 && undefined.gradient.isNaN)
  }
}
