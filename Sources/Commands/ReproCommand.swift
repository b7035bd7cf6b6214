import ArgumentParser
import Benchmarking
import Harness

/// The command `repro`.
public struct ReproCommand: AsyncParsableCommand {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Project.program,
      abstract:
        "Reproduces self-supervised vision papers, from image bytes to a table with the paper's numbers beside.",
      discussion: """
        `\(Project.program) EXPERIMENT` is `\(Project.program) run EXPERIMENT`; `\(Project.program) list` names the \
        experiments. Numbers go to standard output, \
        progress to standard error. Exit status: 0 done, 1 a check failed, 2 the run failed, 64 wrong usage, \
        69 data that cannot be had, 75 run again (another process has the folder, or saved under a scheduler), 130 \
        interrupted (saved; the same command goes on).
        """,
      version: Version.text,
      subcommands: [
        Run.self, List.self, Show.self, Config.self, DataCommand.self, RecordCommand.self, TableCommand.self,
        PlotCommand.self, ViewsCommand.self, CheckCommand.self, ReplicateCommand.self, RunsCommand.self,
        EstimateCommand.self,
        TuneCommand.self,
        SuiteCommand.self, SweepCommand.self,
        ExportCommand.self, EmbedCommand.self, EvaluateCommand.self,
        ReportCommand.self, Generate.self, Bench.self, Doctor.self, Cite.self, NewCommand.self,
      ],
      defaultSubcommand: Run.self)
  }

  /// Runs the command that the process was given.
  static func main() async {
    OutputCheck.begin()
    if let problem = OpenFiles.problem {
      Console.error(problem)
      exit(withError: Failure.runtime)
    }
    if let name = RepeatedOptions.first(in: Array(CommandLine.arguments.dropFirst())) {
      Console.error("\(name) is given twice, and holds one value: give it once")
      exit(withError: Failure.usage)
    }
    if CommandLine.arguments.count < 2 {
      for line in Welcome(Known.catalogue).lines(width: Console.textWidth) { Console.note(line) }
      exit(withError: Failure.usage)
    }
    await main(nil)
    do {
      try Console.checkOutput()
    } catch {
      exit(withError: error)
    }
  }

  /// Creates the command.
  public init() {}

  /// Does what the command line asks for, with the experiments of `catalogue`, in the suite's own program.
  ///
  /// - Parameter timed: Methods of papers that `repro bench` times.
  package static func main(_ catalogue: Catalogue, timing timed: [BenchmarkStep: TimedMethod]) async {
    await Known.$timedMethods.withValue(timed) {
      await Known.$catalogue.withValue(catalogue) { await main() }
    }
  }

  /// What the plugin `StampSource` writes down of a package as `Stamp.source`: the commit, the files that differed from it,
  /// and git's own words where it told no commit.
  public typealias Stamp = (commit: String?, changedFiles: [String], problem: String?)

  /// Does what the command line asks for, with the experiments of `catalogue`, in the program of a package that depends on
  /// the suite.
  ///
  /// - Parameter stamp: `Stamp.source`, which the build writes into every target that has the plugin `StampSource`: a run's
  ///   manifest then names the commits of both packages, and runs of changed files are not recorded.
  public static func main(_ catalogue: Catalogue, builtFrom stamp: Stamp) async {
    let source = SourceState(
      commit: stamp.commit, changedFiles: stamp.changedFiles, problem: stamp.problem)
    await Known.$package.withValue(source) { await main(catalogue, timing: [:]) }
  }

  /// The names of the subcommands.
  static var commandNames: [String] { configuration.subcommands.map { $0._commandName } }
}
