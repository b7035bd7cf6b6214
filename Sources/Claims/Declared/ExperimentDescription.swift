import Recipes
import Records

/// An experiment at one scale with every constant, as `repro config` prints it.
public struct ExperimentDescription: Encodable, Sendable {
  /// One arm.
  public struct ArmEntry: Encodable, Sendable {
    /// Its name and role.
    public let name, role: String
    /// Whether its method is handed labels.
    public let usesLabels: Bool
    /// The classes whose images it is pre-trained on, where those are not all.
    public let pretrainingClasses: ClassHalf?
    /// What is added to the images, where anything is.
    public let inflation: Inflation?
    /// Every constant of the method.
    public let hyperparameters: JSONValue
    /// How it is trained.
    public let plan: TrainingPlan
  }

  /// The experiment's name.
  public let experiment: String
  /// Its version.
  public let version: Int
  /// The scale.
  public let scale: Scale
  /// The images.
  public let dataset: String
  /// What the plan's `automatic` precision means on this machine.
  public let automaticPrecision: Precision
  /// What it is measured by.
  public let evaluations: [String]
  /// The arms.
  public let arms: [ArmEntry]

  /// Describes an experiment for a machine where `automatic` means `automaticPrecision`.
  public init(_ declaration: Declaration, automaticPrecision: Precision) {
    experiment = declaration.name
    version = declaration.version
    scale = declaration.scale
    dataset = declaration.dataset.description
    self.automaticPrecision = automaticPrecision
    evaluations = declaration.evaluations
    arms = declaration.arms.map { arm in
      ArmEntry(
        name: arm.name, role: arm.role.rawValue, usesLabels: arm.usesLabels,
        pretrainingClasses: arm.pretrainingClasses, inflation: arm.inflation,
        hyperparameters: arm.hyperparameters, plan: arm.plan)
    }
  }
}
