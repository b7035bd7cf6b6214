import ArgumentParser
import Harness

/// How a command ends that was asked to stop.
struct EndingOptions: ParsableArguments {
  @Flag(help: "Asked to stop, end with status 75 (“run me again”) as under a scheduler, instead of 130.")
  var requeueExit = false

  /// Begins to listen for signals that ask for an end.
  func listen() { Interruption.listen(isRunAgain: requeueExit || Scheduler.current() != nil) }
}
