import ArgumentParser
import Foundation
import Harness

/// `repro record`: adds finished runs to the committed record.
struct RecordCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Add finished runs made from a clean tree to Results/, and render figures and tables anew.",
    discussion: """
      Every finished run is taken, whatever came out of it: one in which an alarm rang counts with the accuracy it has, one \
      whose loss became infinite or no number with the random encoder of its seed. Where an alarm rang in a run of the \
      headline comparison, there is no verdict until somebody has said why the run counts: \
      repro record --acknowledge RUN "why".
      """)

  @Argument(
    help: "The experiment, as `repro list` names it.",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiment: String?

  @Option(
    help: "How much of the published recipe: reduced (the default) or paper.",
    completion: ExperimentOptions.scaleCompletion, transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @Option(
    parsing: .upToNextOption,
    help:
      "Say on record why a run counts although an alarm rang in it: the beginning of its digest, and the reason."
  )
  var acknowledge: [String] = []

  @OptionGroup var output: OutputOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if acknowledge.isEmpty && experiment == nil {
      throw ValidationError("Missing expected argument '<experiment>'")
    }
    if !acknowledge.isEmpty && (acknowledge.count != 2 || experiment != nil) {
      throw ValidationError("--acknowledge takes a run and, in quotation marks, the reason, and nothing else")
    }
  }

  func run() async throws {
    try await Failure.reported {
      let root = try Project.requiredRoot()
      guard let experiment else { return try await acknowledge(in: root) }
      let recording = try await Recording(
        ExperimentOptions.type(named: experiment), scale: scale, from: output.directory,
        catalogue: Known.catalogue, root: root, say: { Console.note($0) })
      let outcome = recording.runs
      if json {
        try Console.json(RecordAnswer(recording, of: experiment, scale: scale))
      } else {
        report(recording)
      }
      if outcome.added.isEmpty && outcome.extended.isEmpty && outcome.known.isEmpty {
        if outcome.refused.isEmpty {
          Console.error("there are no runs of \(experiment) in \(output.directory.path): run it first")
        }
        throw ExitCode(1)
      }
    }
  }

  private func report(_ recording: Recording) {
    let outcome = recording.runs
    func names(_ keys: [RunKey]) -> String {
      keys.map { "\($0.arm) seed \($0.seed)" }.joined(separator: ", ")
    }
    if !outcome.added.isEmpty { Console.result("recorded: \(names(outcome.added))") }
    if !outcome.extended.isEmpty {
      Console.result("recorded before, now with more evaluations: \(names(outcome.extended))")
    }
    if !outcome.known.isEmpty { Console.result("recorded before: \(names(outcome.known))") }
    if !outcome.superseded.isEmpty {
      Console.result("taken out, being of an earlier version: \(names(outcome.superseded))")
    }
    for refused in outcome.refused { Console.warning("not recorded: \(refused)") }
    for line in outcome.arithmetic.sorted() { Console.warning(line) }
    for key in outcome.alarmed {
      Console.warning(
        "an alarm rang in \(key.arm) seed \(key.seed): look at it, then "
          + "\(Project.command) record --acknowledge \(key.run) \"why it counts\"")
    }
    if let reason = outcome.commitsNotChecked {
      Console.note("not checked whether runs' commits are this repository's: \(reason)")
    }
    if let problem = recording.figureProblem { Console.note("figures were skipped: \(problem)") }
    if !recording.rendered.isEmpty {
      Console.result("rendered: \(recording.rendered.joined(separator: ", "))")
    }
  }

  private func acknowledge(in root: URL) async throws {
    let done = try await Acknowledging(
      acknowledge[0], because: acknowledge[1], catalogue: Known.catalogue, root: root,
      say: { Console.note($0) })
    if json { return try Console.json(AcknowledgeAnswer(done)) }
    Console.result("acknowledged: \(done.key.arm) seed \(done.key.seed) (\(done.key.run))")
    if !done.rendered.isEmpty { Console.result("rendered: \(done.rendered.joined(separator: ", "))") }
  }
}
