import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// A training of a module by examples with answers: SGD with momentum .9 in batches that are shuffled anew in each epoch.
public struct ExampleTraining: Sendable {
  /// One step of it.
  public struct Step: Sendable {
    /// The places of its examples.
    public let indices: [Int]
    /// How many epochs, and how many steps, came before.
    public let epoch, number: Int

    /// Creates a step.
    public init(indices: [Int], epoch: Int, number: Int) {
      (self.indices, self.epoch, self.number) = (indices, epoch, number)
    }
  }

  private let epochs, batchSize: Int
  private let optimizer: OptimizerConfiguration
  private let schedule: ScheduleConfiguration
  private let learningRate: Float
  private let seed: UInt64

  /// Creates a training of `epochs` in batches of `batchSize`; fewer examples make a batch the largest halving of it that
  /// they fill. `schedule` scales `learningRate`.
  public init(
    epochs: Int, batchSize: Int, learningRate: Float, weightDecay: Float = 0, nesterov: Bool = false,
    schedule: ScheduleConfiguration = .cosine(), seed: UInt64
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    optimizer = .sgd(learningRate: learningRate, momentum: 0.9, weightDecay: weightDecay, nesterov: nesterov)
    self.schedule = schedule
    self.seed = seed
  }

  /// Trains every parameter of `module` by the `loss` of a step's examples, of which there are `count`; calls `afterEpoch`
  /// with the epochs done.
  public func run(
    _ module: any Module, count: Int, loss: (Step) -> Tensor, afterEpoch: (Int) -> Void = { _ in }
  ) {
    run([(module, 1)], count: count, loss: loss, afterEpoch: afterEpoch)
  }

  /// The same of several modules, each at `part` of the rate; returns the mean loss of every epoch.
  @discardableResult func run(
    _ modules: [(module: any Module, part: Float)], count: Int, loss: (Step) -> Tensor,
    afterEpoch: (Int) -> Void = { _ in }
  ) -> [Double] {
    var size = batchSize
    while size > count { size /= 2 }
    let rules = modules.map { (Optimizer(optimizer, for: $0.module), $0.module.parameters, $0.part) }
    let (parameters, perEpoch) = (rules.flatMap(\.1), count / size)
    var number = 0
    var losses: [Double] = []
    for epoch in 0..<epochs {
      var sum = 0.0
      for indices in Shuffled().batches(count: count, size: size, epoch: epoch, seed: seed) {
        let step = Step(indices: indices, epoch: epoch, number: number)
        let (found, gradients) = withGradients(of: parameters) { Loss(loss(step)) }
        sum += Double(found.total.item)
        let factor = schedule.factor(at: number, of: epochs * perEpoch, stepsPerEpoch: perEpoch)
        for (optimizer, parameters, part) in rules {
          optimizer.update(parameters, with: gradients, learningRate: learningRate * factor * part)
        }
        number += 1
      }
      losses.append(sum / Double(perEpoch))
      afterEpoch(epoch + 1)
    }
    return losses
  }
}

extension Module {
  /// What `body` returns; every parameter and statistic is afterwards as it was before, whatever `body` did with them.
  func puttingBack<Result>(after body: () throws -> Result) rethrows -> Result {
    let before = namedState.map { ($0.state, $0.state.value) }
    defer { for (state, value) in before { state.restore(value) } }
    return try body()
  }
}
