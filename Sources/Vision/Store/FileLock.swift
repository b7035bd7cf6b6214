import Foundation
import Glibc

/// Holds a file against other processes; the system releases it when the process ends, however it ends.
final class FileLock {
  /// What came of trying to take a lock.
  enum Attempt: Equatable {
    case taken
    /// Another process has it.
    case inUse
    /// The system's reason, which is not that another one has it.
    case refused(String)
  }

  private let descriptor: Int32
  private let path: String

  /// Opens the file at `url`, which is made when missing and never reached through a link; the lock is not taken yet.
  ///
  /// Throws `DataError.inaccessible`.
  init(_ url: URL) throws(DataError) {
    // A class whose members are all set is ended by `deinit` even when `init` throws, so these are set last.
    let path = url.path
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else {
      let reason = errno == ELOOP ? "it is a link, which no lock is" : String(cString: strerror(errno))
      throw .inaccessible(path: path, reason: reason)
    }
    (self.path, self.descriptor) = (path, descriptor)
  }

  /// Tries once to take the lock, and writes into the file who has it and for what.
  func take(for purpose: String) -> Attempt {
    let attempt = FileLock.attempt { flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno }
    guard attempt == .taken else { return attempt }
    let text = "\(getpid()) \(purpose)\n"
    // Only for the information of who waits.
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.utf8.count, 0) }
    return .taken
  }

  /// What a call that returns 0 or an error's number says of a lock; an interrupted one is made again.
  static func attempt(_ lock: () -> Int32) -> Attempt {
    while true {
      switch lock() {
      case 0: return .taken
      case EINTR: continue
      case EWOULDBLOCK: return .inUse
      case let error: return .refused(String(cString: strerror(error)))
      }
    }
  }

  /// Who has the lock, and for what: `process 4711, which is getting cifar10`.
  var holder: String {
    let text = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").prefix(200)
    let words = text.prefix { $0 != "\n" }.split(separator: " ", maxSplits: 1)
    guard let pid = words.first.flatMap({ Int($0) }) else { return "another process" }
    return "process \(pid)" + (words.count > 1 ? ", which is \(words[1])" : "")
  }

  /// Lets others in, even while a child that was just started still has the descriptor.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
