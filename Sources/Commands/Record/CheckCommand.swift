import ArgumentParser
import Checking
import Foundation
import Generation
import Harness

/// `repro check`: the regression test of what is recorded.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the record: every committed number, verdict and table, and the golden loss curves.",
    discussion: """
      Recomputes whatever follows from the rows in Results/, compares every run's rows with the digest its json carries, \
      versions, data digests and columns with each other and with the code, and replays the first smoke-scale steps of \
      each arm (ten, or as many as rounding leaves alone) against Tests/Golden/ to 0.001. Of figures the scripts are \
      compared, and whether the pictures were drawn by them, not what gnuplot makes of them. What moved is told with file, value and change, one line each, and the \
      exit status is 1.

      --rerun trains the headline pair anew with the first recorded seed. \(RerunComparison.rule)
      """)

  @Argument(
    help: "The experiment, as `repro list` names it (default: all).",
    completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiment: String?

  @Flag(help: "Also train the headline pair anew and compare it with the record.")
  var rerun = false

  @Option(help: "The scale of --rerun.", transform: ExperimentOptions.scale)
  var scale = Scale.reduced

  @Flag(help: "Write the golden curves that are missing or have moved, from a clean commit.")
  var writeGolden = false

  @Flag(help: "Print what was found as JSON.")
  var json = false

  @Option(
    help: "Print what was found as text (the default), json, or github: annotations of a workflow there.")
  var format: Format?

  @Option(help: "Also write what was found as the endpoint of a badge, for shields.io.", completion: .file())
  var badge: String?

  /// How what was found is printed.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, github
  }

  /// What a check asks of the processes that it divides its work among.
  @Flag(help: .hidden)
  var curves = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var inflation: InflationOptions

  func validate() throws {
    if rerun && experiment == nil { throw ValidationError("--rerun takes the name of an experiment") }
    if json && format != nil && format != .json {
      throw ValidationError("--json and --format \(format!.rawValue) do not go together")
    }
    if form != .text && (rerun || writeGolden) {
      throw ValidationError("--json and --format go with neither --rerun nor --write-golden")
    }
    if rerun && writeGolden { throw ValidationError("--rerun and --write-golden do not go together") }
  }

  private var form: Format { format ?? (json ? .json : .text) }

  /// What is found, told as it comes: the record, which takes seconds, before the curves, which take minutes.
  private func found(by check: RecordCheck, root: URL) async throws -> RecordCheck.Outcome {
    var record = await check.run(replayingCurves: false) { Console.note($0) }
    if experiment == nil { record.discrepancies += try GeneratorRecord.discrepancies(root: root) }
    tell(record)
    return record + (try await replayed(by: check, root: root))
  }

  /// The golden curves, replayed by as many processes as cores may be kept busy.
  private func replayed(by check: RecordCheck, root: URL) async throws -> RecordCheck.Outcome {
    let replay = CurveReplay(names: check.names, root: root)
    guard replay.isWorthIt else {
      let outcome = check.replay { Console.note($0) }
      tell(outcome)
      return outcome
    }
    Console.note(
      "replaying the golden curves of \(Typography.count(check.names.count, "experiment")), \(replay.count) at once …"
    )
    var done = 0
    return try await replay.run {
      try RecordCheck(Known.catalogue, names: [$0], root: root).replay()
    } told: { name, outcome in
      done += 1
      let count = Typography.count(outcome.goldenCurves, "golden curve")
      Console.note("\(name): \(count) replayed, \(done) of \(check.names.count) experiments done")
      tell(outcome)
    }
  }

  private func tell(_ outcome: RecordCheck.Outcome) {
    switch form {
    case .json: break
    case .text:
      for remark in outcome.remarks { Console.note("note: \(remark)") }
      for discrepancy in outcome.discrepancies { Console.result("\(discrepancy)") }
    case .github:
      for remark in outcome.remarks { Console.result(Annotation.line(remark: remark)) }
      for discrepancy in outcome.discrepancies { Console.result(Annotation.line(discrepancy)) }
    }
  }

  func run() async throws {
    try await Failure.reported {
      let root = try Project.requiredRoot()
      let check = try RecordCheck(Known.catalogue, names: experiment.map { [$0] } ?? [], root: root)
      if writeGolden {
        let written = try check.writeGoldenCurves(at: .built)
        Console.result(
          written.isEmpty ? "every golden curve is as it was" : "wrote \(written.joined(separator: ", "))")
        return
      }
      let outcome = curves ? check.replay() : try await found(by: check, root: root)
      if let badge { try writeAtomically(ReadableJSON.data(Badge(outcome)), to: URL(fileURLWithPath: badge)) }
      if form == .json { try Console.json(outcome) }
      if !outcome.discrepancies.isEmpty { throw ExitCode(1) }
      if form == .text { Console.result(outcome.summary) }
      if rerun, let experiment {
        let type = try Known.catalogue.experiment(named: experiment)
        let retraining = Retraining(
          type: type, scale: scale, output: output.directory, data: data, inflation: inflation)
        try await Rerun(retraining: retraining).perform()
      }
    }
  }
}
