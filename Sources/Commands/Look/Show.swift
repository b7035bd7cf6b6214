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

  @OptionGroup var color: ColorOptions

  func run() async throws {
    try await Failure.reported { try show(try selection.type()) }
  }

  private func show(_ type: any Experiment.Type) throws {
    let declared = Declaration(type.init(scale: selection.scale), scale: selection.scale)
    let description = ExperimentDescription(declared, automaticPrecision: Precision.automatic.resolved)
    let judgements = try judgements(of: declared)
    if json {
      return try Console.json(
        ExperimentAnswer(description, claims: ClaimAnswer.answers(declared.claims, judgements)))
    }
    color.apply()
    Console.result("\(declared.name), version \(declared.version)")
    let facts = [
      ("paper", declared.paper.citation), ("cost", selection.scale.cost ?? declared.cost),
      ("scale", selection.scale.rawValue),
      ("images", description.dataset), ("measured by", description.evaluations.joined(separator: ", ")),
    ]
    for (label, text) in facts { say(label, text) }
    if selection.scale == .demo { say("shows", shown(by: type.init(scale: .demo).demonstration)) }
    showClaims(of: declared, judgements)
    let retired = try Report.retiredClaims(of: declared.name, paperTables: Project.tables)
    for sentence in retired {
      let lines = Wrapping.entry("  retired", sentence, column: 14, width: Console.textWidth)
      for line in lines { Console.result(line) }
    }
    Console.result("  arms")
    // Long names stand out of a column that leaves their plans room.
    let column = min(description.arms.map(\.name.count).max() ?? 0, Console.textWidth / 2 - 6) + 6
    for arm in declared.arms {
      let plan =
        arm.plan.epochs == 0 ? "not trained" : "\(arm.plan.epochs) epochs in batches of \(arm.plan.batchSize)"
      let classes = arm.pretrainingClasses.map { ", on the \($0.rawValue) half of the classes" } ?? ""
      let added = arm.inflation.map { ", with \($0.description)" } ?? ""
      let labels = added + classes + (arm.usesLabels ? ", uses labels" : "")
      let text = "\(arm.role.rawValue), \(plan)\(labels)"
      for line in Wrapping.entry("    \(arm.name)", text, column: column, width: Console.textWidth) {
        Console.result(line)
      }
    }
    Console.result(
      "Every constant: \(Project.command) config \(declared.name) --scale \(selection.scale.rawValue)")
  }

  /// What the record says of the claims by now; nothing where there is none.
  private func judgements(of experiment: Declaration) throws -> [Judgement] {
    try Report.judgements(
      experiment,
      recordedIn: ResultsFolder(Project.results, experiment: experiment.name, scale: experiment.scale))
  }

  private func say(_ label: String, _ text: String, tone: Conclusion.Tone? = nil) {
    let lines = Wrapping.entry("  \(label)", text, column: 14, width: Console.textWidth)
    for line in lines { Console.result(Console.toned(line, tone)) }
  }

  /// What runs at demo scale have to show.
  private func shown(by demonstration: Demonstration) -> String {
    "\(demonstration.arms.map { "“\($0)”" }.joined(separator: " < ")) in \(demonstration.measure.name), each by "
      + "\(Typography.points(demonstration.margin)) or more"
  }

  /// Each claim with its verdict, what was found, and what was fixed beforehand; below the scales of papers, which never
  /// decide, without a verdict.
  private func showClaims(of experiment: Declaration, _ judgements: [Judgement]) {
    for (place, claim) in experiment.claims.enumerated() {
      let judgement = judgements.indices.contains(place) ? judgements[place] : nil
      let verdict = judgement?.verdict ?? .unrecorded
      say("claim", claim.sentence)
      if experiment.scale.isAboutPapers {
        say("  verdict", "\(verdict)", tone: Conclusion.tone(of: verdict))
      }
      for phrase in judgement?.phrases ?? [] { say("  found", phrase) }
      let compared = claim.comparisons.map {
        "\($0.titles.treatment) over \($0.titles.baseline), \($0.evaluation) \($0.metric)"
      }
      say("  judged by", compared.joined(separator: "; and "))
      say("  terms", Report.terms(of: claim, judgement))
      say("  digest", claim.digest)
    }
  }
}
