import CKernels

/// What a training step minimizes, and the terms worth recording.
public struct Loss {
  /// The scalar that is minimized.
  public let total: Tensor
  /// Named parts of it, in the order in which they are recorded.
  public let terms: [(name: String, value: Tensor)]
  /// Named numbers that tell how training goes without being part of the total, in the order in which they are recorded.
  public let observations: [(name: String, value: Float)]

  /// Creates a loss from its total, the parts of it and what else is worth recording.
  public init(
    _ total: Tensor, terms: KeyValuePairs<String, Tensor> = [:],
    observations: KeyValuePairs<String, Float> = [:]
  ) {
    precondition(total.count == 1, "a loss is a scalar, not a tensor of shape \(total.shape)")
    self.total = total
    self.terms = terms.map { ($0.key, $0.value.constant) }
    self.observations = observations.map { ($0.key, $0.value) }
  }
}

/// The gradients of a loss, by parameter.
public struct Gradients {
  private var byParameter: [ObjectIdentifier: Tensor]

  init(_ byParameter: [ObjectIdentifier: Tensor]) { self.byParameter = byParameter }

  /// The gradient with respect to `parameter`, of its shape; `nil` when the loss does not depend on it.
  public subscript(parameter: Parameter) -> Tensor? { byParameter[ObjectIdentifier(parameter)] }

  /// ‖∇L‖₂ over all of `parameters` together, those that the loss does not depend on counting as zero.
  public func norm(of parameters: [Parameter]) -> Float {
    let squares = parameters.reduce(0.0) { sum, parameter in
      guard let gradient = self[parameter] else { return sum }
      return sum + gradient.withFloats { Double(rk_dot($0.baseAddress!, $0.baseAddress!, $0.count)) }
    }
    return Float(squares.squareRoot())
  }
}

/// Evaluates `body` and differentiates its total with respect to `parameters`, and nothing else.
///
/// Whatever is not named is constant: a momentum encoder, a queue and every evaluation record nothing.
@discardableResult
public func withGradients(
  of parameters: [Parameter], _ body: () throws -> Loss
) rethrows -> (loss: Loss, gradients: Gradients) {
  let tape = Tape(leaves: parameters)
  defer { tape.close() }
  let loss = try Tape.$current.withValue(tape) { try body() }
  guard let output = loss.total.node, output.tape === tape else { return (loss, Gradients([:])) }
  let reached = tape.gradients(of: output)
  return (Loss(constantOf: loss), Gradients(reached))
}

extension Loss {
  /// The same numbers, off the tape.
  init(constantOf loss: Loss) {
    total = loss.total.constant
    terms = loss.terms
    observations = loss.observations
  }
}
