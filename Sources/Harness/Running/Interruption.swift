import Glibc
import Synchronization

/// Turns Ctrl-C and `kill` into a question that the training asks after every step.
///
/// Where nothing is lost by it (outside of training, or at the second signal) the process ends at once, with status 130.
public enum Interruption {
  private static let requests = Atomic<Int>(0)
  private static let isDeferred = Atomic<Bool>(false)
  private static let farewell: StaticString =
    "\nstopped; what was saved is kept, and the same command goes on from there\n"

  /// Whether the user asked for an end.
  public static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// What asks for an end: a terminal that goes away and the notices of schedulers as well as Ctrl-C and `kill`.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM]

  /// Begins to listen for the signals that ask for an end; one that was ignored when the process started, as `nohup` has
  /// it, stays ignored. A reader that goes away ends what is printed, not what is computed.
  public static func listen() {
    // Lazy globals are made here, since a signal handler may not.
    _ = isRequested
    _ = isDeferred.load(ordering: .relaxed)
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

  private static func receive() {
    let before = requests.wrappingAdd(1, ordering: .relaxed).oldValue
    if before == 0 && isDeferred.load(ordering: .relaxed) { return }
    _ = write(STDERR_FILENO, farewell.utf8Start, farewell.utf8CodeUnitCount)
    _exit(130)
  }
}
