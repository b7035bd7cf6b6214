import Glibc
import Synchronization

/// Turns Ctrl-C and `kill` into a question that the training asks after every step.
///
/// Where nothing is lost by it (outside of training, or at a second signal that comes later than the next second, since
/// schedulers signal both a script and what it started) the process ends at once, with `status`.
public enum Interruption {
  private static let requests = Atomic<Int>(0)
  private static let isDeferred = Atomic<Bool>(false)
  private static let endsWith = Atomic<Int32>(130)
  /// When the first signal came, in seconds of a clock that is never set.
  private static let firstRequest = Atomic<Int>(0)
  private static let farewell: StaticString =
    "\nstopped; what was saved is kept, and the same command goes on from there\n"

  /// Whether the user asked for an end.
  public static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// What asks for an end: a terminal that goes away and the notices of schedulers as well as Ctrl-C and `kill`.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM]

  /// What “saved, run me again” is in a status that schedulers read: EX_TEMPFAIL of sysexits.h.
  public static let runAgain: Int32 = 75

  /// What the process ends with when it was asked to: 130, as shells call a Ctrl-C, unless `listen` was told otherwise.
  public static var status: Int32 { endsWith.load(ordering: .relaxed) }

  /// Begins to listen for the signals that ask for an end; one that was ignored when the process started, as `nohup` has
  /// it, stays ignored. A reader that goes away ends what is printed, not what is computed.
  ///
  /// - Parameter isRunAgain: Whether somebody reads from the status that the command is to be run again.
  public static func listen(isRunAgain: Bool = Scheduler.current() != nil) {
    endsWith.store(isRunAgain ? runAgain : 130, ordering: .relaxed)
    // Lazy globals are made here, since a signal handler may not.
    _ = isRequested
    _ = (isDeferred.load(ordering: .relaxed), firstRequest.load(ordering: .relaxed), status)
    for number in signals {
      var before = sigaction()
      sigaction(number, nil, &before)
      if unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
      {
        continue
      }
      signal(number) { _ in Interruption.receive() }
    }
    signal(SIGPIPE, SIG_IGN)
  }

  /// Runs `body`, during which the first signal only sets `isRequested`.
  package static func deferred<Result>(_ body: () throws -> Result) rethrows -> Result {
    isDeferred.store(true, ordering: .relaxed)
    defer { isDeferred.store(false, ordering: .relaxed) }
    return try body()
  }

  /// Runs `body`, which waits for others to save, and during which the first signal only sets `isRequested`.
  package static func deferredThroughout<Result: Sendable>(
    _ body: () async throws -> Result
  ) async rethrows -> Result {
    isDeferred.store(true, ordering: .relaxed)
    defer { isDeferred.store(false, ordering: .relaxed) }
    return try await body()
  }

  private static func receive() {
    let before = requests.wrappingAdd(1, ordering: .relaxed).oldValue
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    if before == 0 { firstRequest.store(now.tv_sec, ordering: .relaxed) }
    let isOneRequest = before == 0 || now.tv_sec - firstRequest.load(ordering: .relaxed) <= 1
    if isOneRequest && isDeferred.load(ordering: .relaxed) { return }
    _ = write(STDERR_FILENO, farewell.utf8Start, farewell.utf8CodeUnitCount)
    _exit(endsWith.load(ordering: .relaxed))
  }
}
