import Recipes
import Records

/// What an experiment declares at one scale: everything about it that is data, and nothing that runs.
///
/// Whoever plans, records, checks or reports needs no more.
public struct Declaration: Sendable {
  /// What users type: `co2-cifar10`.
  public let name: String
  /// Grows whenever a number would change; rows of different versions are never compared.
  public let version: Int
  /// The scale.
  public let scale: Scale
  /// The paper that makes the claims.
  public let paper: Paper
  /// What a run takes, in words.
  public let cost: String
  /// The images everything is trained and measured on.
  public let dataset: DatasetReference
  /// The comparison and its references.
  public var arms: [DeclaredArm]
  /// The evaluations of arms in general, and those of any arm.
  public let commonEvaluations: [String], evaluations: [String]
  /// What is claimed, the headline first.
  public let claims: [Claim]
  /// What is tried on held-out images before the comparison is recorded; `nil` where nothing is.
  public let tuning: TuningGrid?
  /// The tables that show the paper's numbers beside ours.
  public let tables: [PaperTable]
  /// Arms that change two things, each alone and both together.
  public let grids: [ArmGrid]
  /// Figures of measures over one constant.
  public let curves: [MeasureCurves]

  /// Creates a declaration.
  public init(
    name: String, version: Int, scale: Scale, paper: Paper, cost: String, dataset: DatasetReference,
    arms: [DeclaredArm], commonEvaluations: [String], evaluations: [String], claims: [Claim],
    tuning: TuningGrid?, tables: [PaperTable], grids: [ArmGrid], curves: [MeasureCurves]
  ) {
    (self.name, self.version, self.scale) = (name, version, scale)
    (self.paper, self.cost) = (paper, cost)
    self.dataset = dataset
    self.arms = arms
    self.commonEvaluations = commonEvaluations
    self.evaluations = evaluations
    (self.claims, self.tuning) = (claims, tuning)
    (self.tables, self.grids, self.curves) = (tables, grids, curves)
  }

  /// The arms that gates of the claims compare, and what they are judged by, each once.
  package var gateArms: [String] { unique(claims.flatMap(\.gates).flatMap(\.comparison.arms)) }
  package var gateEvaluations: [String] { unique(claims.flatMap(\.gates).map(\.comparison.evaluation)) }

  /// The arm called `name`; `nil` when there is none.
  public func arm(named name: String) -> DeclaredArm? { arms.first { $0.name == name } }

  /// Whether the arm called `name` is measured by `evaluation`; taken for true where the experiment knows no such arm or
  /// evaluation, as in rows of an earlier version.
  public func measures(_ name: String, by evaluation: String) -> Bool {
    guard let arm = arm(named: name), evaluations.contains(evaluation) else { return true }
    return arm.evaluations.contains(evaluation)
  }
}

/// What is declared of one side of a comparison.
public struct DeclaredArm: Sendable {
  /// What tables and folders call it, and what it is for.
  public let name: String, role: ArmRole
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
  /// What is measured of it.
  public let evaluations: [String]

  /// Creates the declaration of an arm.
  public init(
    name: String, role: ArmRole, usesLabels: Bool, pretrainingClasses: ClassHalf?, inflation: Inflation?,
    hyperparameters: JSONValue, plan: TrainingPlan, evaluations: [String]
  ) {
    (self.name, self.role, self.usesLabels) = (name, role, usesLabels)
    (self.pretrainingClasses, self.inflation) = (pretrainingClasses, inflation)
    (self.hyperparameters, self.plan, self.evaluations) = (hyperparameters, plan, evaluations)
  }

  /// Every constant as one value: `{"hyperparameters":…,"plan":…}`.
  public var constants: JSONValue {
    .object(["hyperparameters": hyperparameters, "plan": JSONValue(encoding: plan)])
  }
}

/// What a catalogue's experiments declare.
public struct Declarations: Sendable {
  /// Every experiment at every scale, in the catalogue's order.
  public let experiments: [Declaration]
  /// The families that headlines were announced in together.
  public let families: [ClaimFamily]

  /// Creates a catalogue of declarations.
  public init(_ experiments: [Declaration], families: [ClaimFamily]) {
    self.experiments = experiments
    self.families = families
  }
}
