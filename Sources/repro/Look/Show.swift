import ArgumentParser
import Harness

/// `repro show`: one experiment in words.
struct Show: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show an experiment: its paper, claim, cost, arms and evaluations.")

  @OptionGroup var selection: ExperimentOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    try await Failure.reported { try show(try selection.type()) }
  }

  private func show(_ type: any Experiment.Type) throws {
    let experiment = type.init(scale: selection.scale)
    let description = ExperimentDescription(experiment, scale: selection.scale, arms: experiment.arms)
    if json { return try Console.json(description) }
    Console.result(
      """
      \(type.name), version \(type.version)
        paper       \(type.paper.citation)
        claim       \(type.claim)
        judged by   \(experiment.headline.treatment) over \(experiment.headline.baseline), \
      \(experiment.headline.evaluation) \(experiment.headline.metric)
        cost        \(type.cost)
        scale       \(selection.scale.rawValue)
        images      \(description.dataset)
        measured by \(description.evaluations.joined(separator: ", "))
        arms
      """)
    let width = description.arms.map(\.name.count).max() ?? 0
    for arm in experiment.arms {
      let name = arm.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
      let plan =
        arm.plan.epochs == 0 ? "not trained" : "\(arm.plan.epochs) epochs in batches of \(arm.plan.batchSize)"
      let classes = arm.pretrainingClasses.map { ", on the \($0.rawValue) half of the classes" } ?? ""
      let added = arm.inflation.map { ", with \($0.description)" } ?? ""
      let labels = added + classes + (arm.usesLabels ? ", uses labels" : "")
      Console.result("    \(name)\(arm.role.rawValue), \(plan)\(labels)")
    }
    Console.result(
      "Every constant: \(Project.command) config \(type.name) --scale \(selection.scale.rawValue)")
  }
}
