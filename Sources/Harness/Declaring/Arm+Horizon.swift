import NeuralNetworks
import Pretraining

/// Constants of a method that are counted in epochs of its training, such as how long something is frozen.
public protocol HasMilestones {
  /// Moves every event to the same part of a horizon that is `share` as long.
  mutating func moveMilestones(toShare share: Float)
}

extension NetworkAndMethod: HasMilestones {
  public mutating func moveMilestones(toShare share: Float) {
    guard var moved = method as? any HasMilestones else { return }
    moved.moveMilestones(toShare: share)
    method = moved as! Method
  }
}

extension Arm {
  /// The arm trained for `share` of its epochs, rounded to whole ones, with its whole schedule and every event of its
  /// method at the same part of the way.
  package func shortened(toShare share: Double) throws -> Arm {
    guard share < 1, plan.epochs > 0 else { return self }
    var plan = plan
    plan.epochs = max(1, Int((Double(self.plan.epochs) * share).rounded()))
    let exact = Float(plan.epochs) / Float(self.plan.epochs)
    plan.schedule = plan.schedule.shortened(toShare: exact)
    var constants = configuration.hyperparameters
    if var moved = hyperparameters as? any HasMilestones & Codable {
      moved.moveMilestones(toShare: exact)
      constants = JSONValue(encoding: moved)
    }
    return try with(Configuration(hyperparameters: constants, plan: plan))
  }
}

extension ScheduleConfiguration {
  /// The same course over `share` of the epochs.
  fileprivate func shortened(toShare share: Float) -> ScheduleConfiguration {
    switch self {
    case .constant: self
    case .cosine(let warmupEpochs): .cosine(warmupEpochs: warmupEpochs * share)
    case .cosineRestarts(let firstSteps, let growth):
      .cosineRestarts(firstSteps: max(1, Int((Float(firstSteps) * share).rounded())), growth: growth)
    case .steps(let epochs, let factor):
      .steps(epochs: epochs.map { Int((Float($0) * share).rounded()) }, factor: factor)
    }
  }
}
