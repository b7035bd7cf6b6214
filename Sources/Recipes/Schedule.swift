import Glibc

extension ScheduleConfiguration {
  /// The factor of the learning rate at `step` (0-based) of `steps`, with `stepsPerEpoch` steps to an epoch.
  public func factor(at step: Int, of steps: Int, stepsPerEpoch: Int) -> Float {
    switch self {
    case .constant: return 1
    case .cosine(let warmupEpochs):
      let warmup = Float(stepsPerEpoch) * warmupEpochs
      if Float(step) < warmup { return Float(step + 1) / (warmup + 1) }
      let fraction = (Float(step) - warmup) / max(1, Float(steps) - warmup)
      return 0.5 * (1 + cosf(.pi * min(1, fraction)))
    case .cosineRestarts(let firstSteps, let growth):
      precondition(
        firstSteps > 0 && growth > 0, "cosines of \(firstSteps) steps, then of \(growth) times as many")
      var (start, length) = (0, firstSteps)
      while step >= start + length { (start, length) = (start + length, growth * length) }
      return 0.5 * (1 + cosf(.pi * Float(step - start) / Float(length)))
    case .steps(let epochs, let factor):
      let epoch = stepsPerEpoch == 0 ? 0 : step / stepsPerEpoch
      return powf(factor, Float(epochs.count { $0 <= epoch }))
    }
  }
}
