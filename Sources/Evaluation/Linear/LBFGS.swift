/// Limited-memory BFGS for smooth convex functions.
///
/// Liu, Nocedal. “On the Limited Memory BFGS Method for Large Scale Optimization.” Mathematical Programming 45, 1989.
/// Steps satisfy the weak Wolfe conditions, found by bracketing; where the function's rounding hides its decrease, the
/// slope decides instead (Hager, Zhang, SIAM J. Optim. 16, 2005, the approximate condition).
struct LBFGS {
  /// Where the search ended.
  struct Result {
    let point: [Double]
    let value: Double
    /// The largest component of the gradient there.
    let gradient: Double
    let iterations: Int
    let evaluations: Int
  }

  typealias Function = ([Double]) -> (value: Double, gradient: [Double])

  /// The search ends when no component of the gradient exceeds this.
  var tolerance: Double
  /// The search gives up after this many steps.
  var maximumIterations: Int
  /// How many steps the curvature is estimated from.
  var memory = 20
  /// Differences of the function below this part of its value are rounding.
  var valueNoise = 1e-8

  private struct Pair {
    let step, change: [Double]
    let curvature: Double
  }

  /// Searches for the minimum from `start`; `metric` applies a fixed estimate of the inverse Hessian.
  func minimize(
    _ function: Function, from start: [Double], metric: ([Double]) -> [Double] = { $0 }
  ) -> Result {
    var point = start
    var (value, gradient) = function(point)
    var pairs: [Pair] = []
    var (iterations, evaluations) = (0, 1)
    while iterations < maximumIterations, largest(gradient) > tolerance {
      let direction = descent(gradient, pairs, metric)
      let scale = pairs.isEmpty ? min(1, 1 / max(largest(direction), .leastNormalMagnitude)) : 1
      guard
        let found = lineSearch(
          function, point, value, gradient, direction, firstStep: scale, evaluations: &evaluations)
          ?? stepByGradient(
            function, point, gradient, direction, lengths: [1, 0.5, 0.25].map { $0 * scale }, part: 0.9,
            evaluations: &evaluations)
          ?? lastResort(function, point, gradient, direction, pairs, scale, evaluations: &evaluations)
      else {
        if pairs.isEmpty { break }  // even steepest descent finds nothing: rounding is all that is left
        pairs.removeAll()
        continue
      }
      let step = zip(found.point, point).map { $0 - $1 }
      let change = zip(found.gradient, gradient).map { $0 - $1 }
      let curvature = dot(step, change)
      if curvature > 0 { pairs.append(Pair(step: step, change: change, curvature: curvature)) }
      if pairs.count > memory { pairs.removeFirst() }
      (point, value, gradient) = (found.point, found.value, found.gradient)
      iterations += 1
    }
    return Result(
      point: point, value: value, gradient: largest(gradient), iterations: iterations,
      evaluations: evaluations)
  }

  /// −H g by the two-loop recursion.
  private func descent(
    _ gradient: [Double], _ pairs: [Pair], _ metric: ([Double]) -> [Double]
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: pairs.count)
    for (index, pair) in pairs.enumerated().reversed() {
      factors[index] = dot(pair.step, direction) / pair.curvature
      add(-factors[index], pair.change, to: &direction)
    }
    direction = metric(direction)
    if let last = pairs.last {
      let factor = last.curvature / dot(last.change, metric(last.change))
      for index in direction.indices { direction[index] *= factor }
    }
    for (index, pair) in pairs.enumerated() {
      add(factors[index] - dot(pair.change, direction) / pair.curvature, pair.step, to: &direction)
    }
    return direction
  }

  /// A point along `direction` with sufficient decrease and a slope that has flattened; `nil` if there is none.
  private func lineSearch(
    _ function: Function, _ start: [Double], _ value: Double, _ gradient: [Double], _ direction: [Double],
    firstStep: Double, evaluations: inout Int
  ) -> (point: [Double], value: Double, gradient: [Double])? {
    let slope = dot(gradient, direction)
    guard slope < 0, slope.isFinite else { return nil }
    let (decrease, flattening) = (1e-4, 0.9)
    let noise = valueNoise * abs(value)
    var (low, high, length) = (0.0, Double.infinity, firstStep)
    for _ in 0..<40 {
      let point = zip(start, direction).map { $0 + length * $1 }
      let (newValue, newGradient) = function(point)
      evaluations += 1
      let newSlope = dot(newGradient, direction)
      let decreases =
        newValue <= value + decrease * length * slope
        || (newValue <= value + noise && newSlope <= (2 * decrease - 1) * slope)
      if !decreases || !newSlope.isFinite {
        high = length
      } else if newSlope < flattening * slope {
        low = length
      } else {
        return (point, newValue, newGradient)
      }
      length = high.isFinite ? (low + high) / 2 : 2 * length
    }
    return nil
  }

  /// A step along the steepest descent, however little it gains: the next knows the curvature again. Without memory the
  /// metric alone scales the step, and may bound the curvature by several times what it is.
  private func lastResort(
    _ function: Function, _ start: [Double], _ gradient: [Double], _ direction: [Double], _ pairs: [Pair],
    _ scale: Double, evaluations: inout Int
  ) -> (point: [Double], value: Double, gradient: [Double])? {
    guard pairs.isEmpty else { return nil }
    return stepByGradient(
      function, start, gradient, direction, lengths: [16, 8, 4, 2, 1].map { $0 * scale }, part: 0.99,
      evaluations: &evaluations)
  }

  /// A point at one of `lengths` along `direction` where the gradient is at most `part` of what it was; `nil` if there is
  /// none.
  ///
  /// Near the optimum of a function that is computed in float32, values differ by less than their rounding in every
  /// direction, while gradients still tell where it lies.
  private func stepByGradient(
    _ function: Function, _ start: [Double], _ gradient: [Double], _ direction: [Double], lengths: [Double],
    part: Double, evaluations: inout Int
  ) -> (point: [Double], value: Double, gradient: [Double])? {
    for length in lengths {
      let point = zip(start, direction).map { $0 + length * $1 }
      let (value, newGradient) = function(point)
      evaluations += 1
      if largest(newGradient) < part * largest(gradient) { return (point, value, newGradient) }
    }
    return nil
  }

  /// The largest magnitude; NaN if there is one, which `max` would pass over.
  private func largest(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0.isNaN || abs($1) <= $0 ? $0 : abs($1) }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  private func add(_ factor: Double, _ vector: [Double], to target: inout [Double]) {
    for index in target.indices { target[index] += factor * vector[index] }
  }
}
