/// In what numbers activations and packed weights are held; weights, statistics, losses and updates are float32 always.
public enum Precision: String, Codable, Sendable, CaseIterable {
  case float32, bfloat16
  /// bfloat16 where the CPU has its instructions, else float32.
  case automatic
}

/// How long, in what batches and by which rule a method is trained.
public struct TrainingPlan: Codable, Sendable, Equatable {
  /// Passes over the images.
  public var epochs: Int
  /// Images per optimizer step; a pass's last partial batch is dropped.
  public var batchSize: Int
  /// The update rule.
  public var optimizer: OptimizerConfiguration
  /// How the learning rate changes from step to step.
  public var schedule: ScheduleConfiguration
  /// In what numbers activations are held.
  public var precision: Precision
  /// How many images an epoch looks at, however many there are: a fixed number of steps whatever the data; `nil` for one
  /// pass over them.
  public var imagesPerEpoch: Int?

  /// Creates a plan.
  public init(
    epochs: Int, batchSize: Int, optimizer: OptimizerConfiguration, schedule: ScheduleConfiguration,
    precision: Precision = .automatic, imagesPerEpoch: Int? = nil
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.optimizer = optimizer
    self.schedule = schedule
    self.precision = precision
    self.imagesPerEpoch = imagesPerEpoch
  }

  /// The usual plan of a supervised reference: SGD with momentum .9 and decay 5e-4 at a rate of .1 that falls to zero on one
  /// cosine.
  public static func supervised(epochs: Int, batchSize: Int) -> TrainingPlan {
    TrainingPlan(
      epochs: epochs, batchSize: batchSize,
      optimizer: .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4), schedule: .cosine())
  }

  /// The optimizer steps of an epoch over a list of `count` images.
  public func stepsPerEpoch(over count: Int) -> Int { (imagesPerEpoch ?? count) / batchSize }
}
