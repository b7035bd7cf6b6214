import Commands

/// The command `repro`: every experiment of the suite.
@main
enum Repro {
  static func main() async { await ReproCommand.main(allExperiments, timing: timedMethods) }
}
