import Tensors
import Testing

/// Compares the tape's gradients of a scalar function with central differences, element by element and along one random
/// direction.
///
/// Fails when a gradient is identically zero or absent unless `expectingZero` names its parameter: a loss term that
/// trains nothing is the error that such tests exist to find.
public func expectGradients(
  shapes: [Shape], seed: UInt64 = 0, step h: Float = 1e-2, tolerance: Float = 4e-3,
  expectingZero: Set<Int> = [],
  draw: (inout Random) -> Float = { $0.normal() }, of function: ([Parameter]) -> Tensor,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var random = Random(seed: seed, stream: "gradient check")
  let parameters = shapes.map { shape in Parameter(Tensor(shape: shape) { draw(&random) }) }
  let (_, gradients) = withGradients(of: parameters) { Loss(function(parameters)) }
  for (index, parameter) in parameters.enumerated() {
    let analytic = gradients[parameter]?.floats
    let isZero = analytic?.allSatisfy { $0 == 0 } ?? true
    if expectingZero.contains(index) {
      #expect(isZero, "the gradient of input \(index) should be zero", sourceLocation: sourceLocation)
      continue
    }
    #expect(
      !isZero, "input \(index) of shape \(parameter.shape) has no gradient", sourceLocation: sourceLocation)
    guard let analytic else { continue }
    let numeric = (0..<parameter.shape.count).map { element in
      centralDifference(function, parameters, parameter, h) { $0[element] += $1 }
    }
    expectClose(
      analytic, numeric, relative: tolerance, "gradient of input \(index)", sourceLocation: sourceLocation)
    let direction = (0..<parameter.shape.count).map { _ in random.normal() }
    let alongAnalytic = zip(analytic, direction).reduce(0) { $0 + $1.0 * $1.1 }
    let alongNumeric = centralDifference(function, parameters, parameter, h / norm(direction)) {
      values, amount in
      for element in values.indices { values[element] += amount * direction[element] }
    }
    let scale = max(norm(analytic) * norm(direction), 1e-3)
    #expect(
      abs(alongAnalytic - alongNumeric) <= tolerance * scale,
      "along a random direction input \(index) changes the result by \(alongNumeric), not \(alongAnalytic)",
      sourceLocation: sourceLocation)
  }
}

private func centralDifference(
  _ function: ([Parameter]) -> Tensor, _ parameters: [Parameter], _ parameter: Parameter, _ h: Float,
  _ change: (UnsafeMutableBufferPointer<Float>, Float) -> Void
) -> Float {
  let original = parameter.constant.floats
  func value(at amount: Float) -> Double {
    parameter.update { $0.withMutableFloats { change($0, amount) } }
    defer { parameter.update { $0.withMutableFloats { _ = $0.update(from: original) } } }
    return Double(function(parameters).item)
  }
  return Float((value(at: h) - value(at: -h)) / Double(2 * h))
}

/// √Σ v².
public func norm(_ values: [Float]) -> Float { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// Expects two lists to agree within `relative` of the larger list's norm, and each element within the same of the
/// largest magnitude.
public func expectClose(
  _ actual: [Float], _ expected: [Float], relative: Float = 1e-5, _ what: String = "values",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record("\(actual.count) \(what) instead of \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let scale = max(expected.map(abs).max() ?? 0, actual.map(abs).max() ?? 0, 1e-6)
  let worst = actual.indices.max { difference(actual, expected, $0) < difference(actual, expected, $1) }
  guard let worst else { return }
  let error = difference(actual, expected, worst) / scale
  #expect(
    error <= relative,
    "\(what): element \(worst) is \(actual[worst]), not \(expected[worst]); \(error) of the largest magnitude",
    sourceLocation: sourceLocation)
}

private func difference(_ a: [Float], _ b: [Float], _ index: Int) -> Float {
  let d = abs(a[index] - b[index])
  return d.isNaN ? .infinity : d
}

/// Runs `body` for every value of a range and says which one failed.
public func withEvery<T>(_ name: String, in values: some Sequence<T>, _ body: (T) throws -> Void) rethrows {
  for value in values {
    do { try body(value) } catch {
      Issue.record("with \(name) = \(value): \(error)")
      throw error
    }
  }
}

/// A tensor of normal numbers that depend on the seed alone.
public func randomTensor(_ shape: Shape, seed: UInt64 = 0, scale: Float = 1) -> Tensor {
  var random = Random(seed: seed, stream: "test tensor")
  return Tensor(shape: shape) { scale * random.normal() }
}
