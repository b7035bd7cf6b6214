import Evaluation
import Pretraining
import Tensors
import Vision

/// One side of a comparison: a method with its plan.
public struct Arm: Sendable {
  /// What an arm is for.
  public typealias Role = ArmRole

  /// Everything about an arm that is a number or a name: what its manifest holds and what `--set` can change.
  public struct Configuration: Sendable, Equatable {
    /// Every constant of the method.
    public var hyperparameters: JSONValue
    /// How it is trained.
    public var plan: TrainingPlan
  }

  /// What tables and folders call it: `MoCo + CO2`.
  public let name: String
  /// What it is for.
  public let role: Role
  /// How it is trained; zero epochs leave the network as initialized.
  public let plan: TrainingPlan
  /// Every constant of the method, encoded into the run's manifest and never retyped.
  public let hyperparameters: any Codable & Sendable
  /// Whether its method is handed labels.
  public let usesLabels: Bool
  /// The classes whose images it is pre-trained on, where those are not all: labels choose the images, and that is all
  /// they do unless it `usesLabels` besides.
  public let pretrainingClasses: ClassHalf?
  /// What is added to the data set's own images for pre-training; `nil` for nothing.
  public let inflation: Inflation?
  /// What is measured of this arm beside the experiment's evaluations.
  public let evaluations: [any Evaluation]
  /// What it is to be trained on, where those are images of one's own; `nil` where the experiment's constants fit already.
  public let seen: SeenImages?
  /// Builds the method from the run's stream of weights.
  public let makeMethod: @Sendable (inout Random) -> any PretrainingMethod

  private let rebuild: @Sendable (Arm, Configuration, SeenImages?) throws -> Arm

  /// Creates an arm whose method is built from `hyperparameters`, as they are or as `--set` changes them.
  public init<Hyperparameters: Codable & Sendable>(
    _ name: String, role: Role = .headline, hyperparameters: Hyperparameters, plan: TrainingPlan,
    usesLabels: Bool = false, pretrainingClasses: ClassHalf? = nil, inflation: Inflation? = nil,
    evaluations: [any Evaluation] = [],
    makeMethod: @escaping @Sendable (Hyperparameters, inout Random) -> any PretrainingMethod
  ) {
    self.init(
      name, role: role, hyperparameters: hyperparameters, plan: plan, usesLabels: usesLabels,
      pretrainingClasses: pretrainingClasses, inflation: inflation, evaluations: evaluations
    ) { constants, _, random in makeMethod(constants, &random) }
  }

  /// The same of a method whose making also asks what it will see, which is `nil` for the experiment's own images.
  public init<Hyperparameters: Codable & Sendable>(
    _ name: String, role: Role = .headline, hyperparameters: Hyperparameters, plan: TrainingPlan,
    usesLabels: Bool = false, pretrainingClasses: ClassHalf? = nil, inflation: Inflation? = nil,
    evaluations: [any Evaluation] = [], seen: SeenImages? = nil,
    makeMethod: @escaping @Sendable (Hyperparameters, SeenImages?, inout Random) -> any PretrainingMethod
  ) {
    precondition(
      inflation == nil || !usesLabels && pretrainingClasses == nil,
      "“\(name)” adds images without labels to what labels chose or train")
    self.name = name
    self.role = role
    self.hyperparameters = hyperparameters
    self.plan = plan
    self.usesLabels = usesLabels
    self.pretrainingClasses = pretrainingClasses
    self.inflation = inflation
    self.evaluations = evaluations
    self.seen = seen
    self.makeMethod = { random in makeMethod(hyperparameters, seen, &random) }
    rebuild = { arm, configuration, seen in
      Arm(
        arm.name, role: arm.role,
        hyperparameters: try configuration.hyperparameters.decoded(as: Hyperparameters.self),
        plan: configuration.plan, usesLabels: arm.usesLabels, pretrainingClasses: arm.pretrainingClasses,
        inflation: arm.inflation, evaluations: arm.evaluations, seen: seen, makeMethod: makeMethod)
    }
  }

  /// Everything about the arm that is a number or a name.
  public var configuration: Configuration {
    Configuration(hyperparameters: JSONValue(encoding: hyperparameters), plan: plan)
  }

  /// The same arm with another configuration; throws a `DecodingError` when the method's constants do not fit.
  public func with(_ configuration: Configuration) throws -> Arm { try rebuild(self, configuration, seen) }

  /// The same arm with another configuration, for images of one's own; throws as `with`.
  func with(_ configuration: Configuration, on images: SeenImages) throws -> Arm {
    try rebuild(self, configuration, images)
  }

  /// What folders call it: `moco-co2`.
  public var slug: String { name.slug }
}

/// Constants of a method that may not be combined with every plan.
public protocol CheckedHyperparameters {
  /// What makes these constants impossible under `plan`, in one sentence; `nil` when nothing does.
  func problem(with plan: TrainingPlan) -> String?
}
