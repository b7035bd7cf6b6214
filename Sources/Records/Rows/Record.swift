import Recipes

/// What identifies the rows of one run in every file.
public struct RunKey: Sendable, Hashable {
  /// A short digest of experiment, version, scale, arm, seed, configuration, data digest and precision.
  public var run: String
  /// The experiment's name.
  public var experiment: String
  /// The experiment's version.
  public var version: Int
  /// How much of the recipe was run.
  public var scale: Scale
  /// The data set with its kind, e.g. `cifar10:jpeg75`.
  public var data: String
  /// The arm's name.
  public var arm: String
  /// The seed that decided everything random.
  public var seed: UInt64

  /// Creates a key.
  public init(
    run: String, experiment: String, version: Int, scale: Scale, data: String, arm: String, seed: UInt64
  ) {
    self.run = run
    self.experiment = experiment
    self.version = version
    self.scale = scale
    self.data = data
    self.arm = arm
    self.seed = seed
  }
}

/// A row of `scores.csv`: `run,experiment,version,scale,data,arm,seed,evaluation,metric,value,count`.
public struct ScoreRow: Sendable, Hashable {
  /// Whose row it is.
  public var key: RunKey
  /// The evaluation, with its version, and what it measured.
  public var evaluation, metric: String
  /// The number; accuracies in percent.
  public var value: Double
  /// How many images it is about.
  public var count: Int

  /// Creates a row.
  public init(key: RunKey, evaluation: String, metric: String, value: Double, count: Int) {
    self.key = key
    self.evaluation = evaluation
    self.metric = metric
    self.value = value
    self.count = count
  }
}

/// A row of `curves.csv`: `run,experiment,version,scale,data,arm,seed,epoch,step,metric,value`.
public struct CurveRow: Sendable, Hashable {
  /// Whose row it is.
  public var key: RunKey
  /// Passes over the images, and optimizer steps, so far.
  public var epoch, step: Int
  /// What was observed.
  public var metric: String
  /// The number.
  public var value: Double

  /// Creates a row.
  public init(key: RunKey, epoch: Int, step: Int, metric: String, value: Double) {
    self.key = key
    self.epoch = epoch
    self.step = step
    self.metric = metric
    self.value = value
  }
}
