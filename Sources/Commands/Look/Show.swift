import ArgumentParser
import Harness
import Pretraining
import Reporting

/// `repro show`: one experiment in words.
struct Show: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show an experiment: its paper, claims with their state, cost, arms and evaluations.")

  @OptionGroup var selection: ExperimentOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    try await Failure.reported { try show(try selection.type()) }
  }

  private func show(_ type: any Experiment.Type) throws {
    let declared = Declaration(type.init(scale: selection.scale), scale: selection.scale)
    let description = ExperimentDescription(declared, automaticPrecision: Precision.automatic.resolved)
    if json { return try Console.json(description) }
    Console.result(
      """
      \(declared.name), version \(declared.version)
        paper       \(declared.paper.citation)
        cost        \(declared.cost)
        scale       \(selection.scale.rawValue)
        images      \(description.dataset)
        measured by \(description.evaluations.joined(separator: ", "))
      """)
    try showClaims(of: declared)
    Console.result("  arms")
    let width = description.arms.map(\.name.count).max() ?? 0
    for arm in declared.arms {
      let name = arm.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
      let plan =
        arm.plan.epochs == 0 ? "not trained" : "\(arm.plan.epochs) epochs in batches of \(arm.plan.batchSize)"
      let classes = arm.pretrainingClasses.map { ", on the \($0.rawValue) half of the classes" } ?? ""
      let added = arm.inflation.map { ", with \($0.description)" } ?? ""
      let labels = added + classes + (arm.usesLabels ? ", uses labels" : "")
      Console.result("    \(name)\(arm.role.rawValue), \(plan)\(labels)")
    }
    Console.result(
      "Every constant: \(Project.command) config \(declared.name) --scale \(selection.scale.rawValue)")
  }

  /// Each claim with what was fixed beforehand and what the record says by now.
  private func showClaims(of experiment: Declaration) throws {
    let judgements = try Report.judgements(
      experiment,
      recordedIn: ResultsFolder(Project.results, experiment: experiment.name, scale: experiment.scale))
    for (place, claim) in experiment.claims.enumerated() {
      let judgement = judgements.indices.contains(place) ? judgements[place] : nil
      let compared = claim.comparisons.map {
        "\($0.titles.treatment) over \($0.titles.baseline), \($0.evaluation) \($0.metric)"
      }
      Console.result(
        """
          claim       \(claim.sentence)
            judged by \(compared.joined(separator: "; and "))
            state     \(judgement?.sentence ?? "\(Verdict.unrecorded)")
            terms     \(Report.terms(of: claim, judgement))
            digest    \(claim.digest)
        """)
    }
  }
}
