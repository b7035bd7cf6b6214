import ArgumentParser
import Harness
import Pretraining

/// `repro config`: every constant of every arm.
struct Config: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print every constant of an experiment as JSON, changes by --set applied.",
    discussion: "The paths in it (plan.epochs, hyperparameters.…) are the keys of --set.")

  @OptionGroup var selection: ExperimentOptions
  @OptionGroup var changes: ArmOptions

  @Flag(help: "Accepted for uniformity: the output is always JSON.")
  var json = false

  func run() async throws {
    try await Failure.reported {
      let experiment = try selection.type().init(scale: selection.scale)
      let arms = try changes.arms(of: experiment, usual: ["all"])
      for arm in arms { try arm.check() }
      var declaration = Declaration(experiment, scale: selection.scale)
      declaration.arms = arms.map { DeclaredArm($0, of: experiment) }
      try Console.json(
        ExperimentDescription(declaration, automaticPrecision: Precision.automatic.resolved))
    }
  }
}
