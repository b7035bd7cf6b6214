/// Whether layers use batch statistics or frozen ones.
enum Mode {
  @TaskLocal static var isInference = false
}

/// Runs `body` with batch statistics frozen; training is the rule, inference the scope.
public func inference<R>(_ body: () throws -> R) rethrows -> R {
  try Mode.$isInference.withValue(true) { try body() }
}
