extension Declaration {
  /// What `experiment` declares, which was created at `scale`.
  public init(_ experiment: any Experiment, scale: Scale) {
    let type = type(of: experiment)
    self.init(
      name: type.name, version: type.version, scale: scale, paper: type.paper, cost: type.cost,
      dataset: experiment.dataset, arms: experiment.arms.map { DeclaredArm($0, of: experiment) },
      commonEvaluations: experiment.evaluations.map(\.name), evaluations: experiment.evaluationNames,
      claims: experiment.claims, tuning: experiment.tuning, tables: experiment.tables,
      grids: experiment.grids, curves: experiment.curves)
  }
}

extension DeclaredArm {
  /// What is declared of `arm`, as it is or as `--set` has changed it.
  public init(_ arm: Arm, of experiment: any Experiment) {
    let configuration = arm.configuration
    self.init(
      name: arm.name, role: arm.role, usesLabels: arm.usesLabels, pretrainingClasses: arm.pretrainingClasses,
      inflation: arm.inflation, hyperparameters: configuration.hyperparameters, plan: configuration.plan,
      evaluations: experiment.evaluations(of: arm).map(\.name))
  }
}

extension Catalogue {
  /// What every experiment declares at every scale: experiment by experiment, in the catalogue's order.
  public var declarations: Declarations {
    Declarations(
      experiments.flatMap { type in Scale.allCases.map { Declaration(type.init(scale: $0), scale: $0) } },
      families: families)
  }
}
