import Foundation
import Glibc

/// The right to write into a run's folder, held by one process at a time and given up when it ends, however it ends.
public final class RunLock {
  private let descriptor: Int32

  /// Takes the lock of `folder`, which is made when missing; throws a `FolderInUse`, a `LockError` or a `StorageError`.
  public init(_ folder: RunFolder) throws {
    try makeFolder(folder.url)
    let path = folder.lock.path
    // A class whose members are all set is ended by `deinit` even when `init` throws, so this one is set last: closed
    // twice, the number would be another file's by then. A link is not followed: what it leads to is somebody else's.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else {
      if errno == ELOOP {
        throw LockError(path: path, reason: "is a link, and no lock is taken through one: remove it")
      }
      throw StorageError("open", path: path)
    }
    do {
      try Self.lock(descriptor, folder)
    } catch {
      close(descriptor)
      throw error
    }
    let pid = "\(getpid())\n"
    guard ftruncate(descriptor, 0) == 0, write(descriptor, pid, pid.utf8.count) == pid.utf8.count else {
      close(descriptor)
      throw StorageError("write", path: path)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func lock(_ descriptor: Int32, _ folder: RunFolder) throws {
    var patience = 10
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      // Whoever only asks whether somebody works here has the lock for an instant.
      if code == EWOULDBLOCK && patience > 0 {
        patience -= 1
        usleep(30_000)
        continue
      }
      guard code == EWOULDBLOCK else { throw LockError(path: folder.lock.path, code: code) }
      let holder = (try? String(contentsOfFile: folder.lock.path, encoding: .utf8)) ?? ""
      throw FolderInUse(
        path: folder.url.path, holder: Int(holder.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
  }
}

/// A lock that the file system does not give, for another reason than that somebody has it.
public struct LockError: Error, Equatable, CustomStringConvertible {
  /// The lock's file.
  public let path: String
  /// What is wrong, and what to do.
  public let reason: String

  init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// What the system's error `code` means for a lock.
  init(path: String, code: Int32) {
    let advice =
      switch code {
      case ENOLCK:
        "the file system is out of locks: ask who runs it, or write to a local folder with --output DIR"
      case EOPNOTSUPP, ENOSYS, EINVAL: "this file system has no locks: write to another one with --output DIR"
      default: "write elsewhere with --output DIR"
      }
    self.init(path: path, reason: "cannot be locked (\(String(cString: strerror(code)))): \(advice)")
  }

  /// What is wrong and what to do, in one line.
  public var description: String { "\(path) \(reason)" }
}

/// Another process works in a run's folder.
public struct FolderInUse: Error, Equatable, CustomStringConvertible {
  /// The folder.
  public let path: String
  /// The process that works there, when it can be told.
  public let holder: Int?

  /// What is wrong and what to do, in one line.
  public var description: String {
    let who = holder.map { "process \($0)" } ?? "another process"
    return "\(path) is in use by \(who). Wait for it, stop it (it saves and can be resumed), "
      + "or write elsewhere with --output DIR"
  }
}
