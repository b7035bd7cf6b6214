/// An update rule and its constants, as written in a plan.
public enum OptimizerConfiguration: Codable, Sendable, Equatable {
  /// v ← momentum·v + (g + weightDecay·w); w ← w − rate·v (Nesterov: w ← w − rate·(g + weightDecay·w + momentum·v)).
  case sgd(learningRate: Float, momentum: Float = 0.9, weightDecay: Float = 0, nesterov: Bool = false)
  /// Layer-wise adaptive rates (You, Gitman, Ginsburg, arXiv:1708.03888), v ← momentum·v + rate·trust·(g + weightDecay·w),
  /// w ← w − v; biases and norms are neither adapted nor decayed.
  case lars(learningRate: Float, momentum: Float = 0.9, weightDecay: Float = 0, trust: Float = 0.001)
  /// The same rate as a ceiling on one (LARC of NVIDIA's apex with clipping, SwAV's choice in solo-learn): where trust ·
  /// ‖w‖ / (‖g‖ + weightDecay · ‖w‖) lies above the rate, SGD with momentum. v ← momentum·v + c·(g + weightDecay·w),
  /// w ← w − rate·v, c = min(that / rate, 1); biases and norms are neither adapted nor decayed.
  case larc(learningRate: Float, momentum: Float = 0.9, weightDecay: Float = 0, trust: Float = 0.001)
  /// Adam (Kingma, Ba, arXiv:1412.6980); weight decay is decoupled when `decoupled` (AdamW, arXiv:1711.05101).
  case adam(
    learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 0,
    decoupled: Bool = false)

  /// The rate that the schedule scales.
  public var learningRate: Float {
    switch self {
    case .sgd(let rate, _, _, _), .lars(let rate, _, _, _), .larc(let rate, _, _, _),
      .adam(let rate, _, _, _, _, _):
      rate
    }
  }
}

/// How the learning rate changes from step to step, as a factor of the optimizer's.
public enum ScheduleConfiguration: Codable, Sendable, Equatable {
  /// The rate never changes.
  case constant
  /// Linear from zero over `warmupEpochs`, then half a cosine down to zero at the last step.
  case cosine(warmupEpochs: Float = 0)
  /// Half a cosine down to zero over `firstSteps` steps, then from one again over `growth` times as many, and so on (SGDR,
  /// Loshchilov, Hutter, arXiv:1608.03983).
  case cosineRestarts(firstSteps: Int, growth: Int = 2)
  /// Multiplied by `factor` at each of `epochs`.
  case steps(epochs: [Int], factor: Float = 0.1)
}
