import Pretraining
import Vision

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

  /// Describes `experiment` with `arms`, which may be fewer than its own, and changed.
  public init(_ experiment: any Experiment, scale: Scale, arms: [Arm]) {
    let type = type(of: experiment)
    self.experiment = type.name
    version = type.version
    self.scale = scale
    dataset = experiment.dataset.description
    automaticPrecision = Precision.automatic.resolved
    evaluations = experiment.evaluationNames
    self.arms = arms.map { arm in
      ArmEntry(
        name: arm.name, role: arm.role.rawValue, usesLabels: arm.usesLabels,
        pretrainingClasses: arm.pretrainingClasses, inflation: arm.inflation,
        hyperparameters: arm.configuration.hyperparameters, plan: arm.plan)
    }
  }
}

extension DatasetReference {
  /// The data set in words: `cifar10, first 512 images`.
  var description: String {
    name.rawValue + (percent.map { ", \($0) % of each class" } ?? "")
      + (limit.map { ", first \($0) images" } ?? "")
      + (holdsOutTail ? ", measured on held-out images" : "")
  }
}

extension Paper {
  /// The paper as it is cited.
  public var citation: String {
    "\(authors). “\(title)\(title.hasSuffix("?") ? "" : ".")” \(venue). arXiv:\(arXiv)"
  }
}
