import Glibc

/// Looks, when the process ends, whether what the parser printed of itself (help, the version) has come to its place.
enum OutputCheck {
  /// Begins to look; the process then ends with status 2 where something was lost.
  static func begin() {
    atexit {
      // A reader that went away is no error, nor is a descriptor that was never open.
      guard fflush(nil) != 0, errno != EPIPE, errno != EBADF else { return }
      Console.error("standard output could not be written (\(String(cString: strerror(errno))))")
      _exit(Failure.runtime.rawValue)
    }
  }
}
