/// What an experiment takes on this machine at one scale.
public struct Estimate: Sendable, Encodable {
  /// What one arm takes.
  public struct ArmCost: Sendable, Encodable {
    /// The arm, and whether it takes part in the headline.
    public let name: String, isHeadline: Bool
    /// Optimizer steps, and the seconds that one takes; `nil` for a network that is not trained.
    public let steps: Int, secondsPerStep: Double?
    /// The looks at the network during training.
    public let monitorSeconds: Double
    /// What comes before the first step.
    public var preparationSeconds = 0.0

    /// Training one seed.
    public var trainingSeconds: Double {
      preparationSeconds + Double(steps) * (secondsPerStep ?? 0) + monitorSeconds
    }
  }

  /// The experiment and its scale.
  public let experiment: String, scale: Scale
  /// The arms.
  public let arms: [ArmCost]
  /// Measuring one run, and the arm whose encoder that was timed on.
  public let evaluationSeconds: Double, evaluatedArm: String

  /// Training and measuring every arm with `seeds` seeds, or the headline arms alone.
  public func seconds(seeds: Int, headlineOnly: Bool = false) -> Double {
    let counted = arms.filter { $0.isHeadline || !headlineOnly }
    return Double(seeds) * counted.reduce(0) { $0 + $1.trainingSeconds + evaluationSeconds }
  }
}
