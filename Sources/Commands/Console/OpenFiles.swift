import Glibc

/// How many files the process may have open at once.
enum OpenFiles {
  /// What a run, the programs that it starts and the libraries below take at most, with some to spare.
  static let least = 32

  /// Why nothing can be begun under the limit of this process, and what to do; `nil` under any usual one.
  ///
  /// Told before anything is made: with fewer, other programs cannot be started, and libraries trap.
  static var problem: String? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(least)
    else { return nil }
    return
      "at most \(limit.rlim_cur) files may be open at once here, and \(least) are needed: raise the limit with "
      + "ulimit -n 1024"
  }
}
