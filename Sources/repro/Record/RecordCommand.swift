import ArgumentParser
import Harness

/// `repro record`: adds finished runs to the committed record.
struct RecordCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Add finished runs made from a clean tree to Results/, and render figures and tables anew.")

  @OptionGroup var selection: ExperimentOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Failure.reported {
      let outcome = try await Recorder.record(
        try selection.type(), scale: selection.scale, from: output.directory, catalogue: allExperiments,
        root: Project.requiredRoot())
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
      if let problem = outcome.figureProblem { Console.note("figures were skipped: \(problem)") }
      if !outcome.rendered.isEmpty { Console.result("rendered: \(outcome.rendered.joined(separator: ", "))") }
      if outcome.added.isEmpty && outcome.extended.isEmpty && outcome.known.isEmpty {
        if outcome.refused.isEmpty {
          Console.error(
            "there are no runs of \(selection.experiment) in \(output.directory.path): run it first")
        }
        throw ExitCode(1)
      }
    }
  }
}
