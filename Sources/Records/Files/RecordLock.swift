import Foundation
import Glibc

/// The right to change a repository's record (Results, the tables and the README made from it), held by one process at a
/// time from reading to writing: of two that read the same rows, the later to write would lose the other's.
package final class RecordLock {
  private let descriptor: Int32

  /// Waits for the lock of the record under `root` and takes it; tells `say` once if it has to wait. What a process that was
  /// killed has left half written is removed then.
  ///
  /// Throws a `StorageError`, or a `CancellationError`.
  package init(root: URL, say: (String) -> Void = { _ in }) async throws {
    let results = root.appending(component: "Results")
    try makeFolder(results)
    let path = results.appending(component: ".lock").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw StorageError("open", path: path) }
    do {
      var hasSaid = false
      while try !Self.isTaken(descriptor, path) {
        if !hasSaid { say("the record is being changed by \(Self.holder(path)): waiting for it") }
        hasSaid = true
        try await Task.sleep(for: .milliseconds(50))
      }
      let pid = "\(getpid())\n"
      guard ftruncate(descriptor, 0) == 0, write(descriptor, pid, pid.utf8.count) == pid.utf8.count else {
        throw StorageError("write", path: path)
      }
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    Self.clearLeftovers(under: root)
  }

  deinit { close(descriptor) }

  /// Whether the lock was taken now; throws a `StorageError` where the file system knows no locks.
  private static func isTaken(_ descriptor: Int32, _ path: String) throws -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    guard errno == EWOULDBLOCK || errno == EINTR else { throw StorageError("lock", path: path) }
    return false
  }

  private static func holder(_ path: String) -> String {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)).map { "process \($0)" }
      ?? "another process"
  }

  /// Removes `.NAME.PID.tmp`, as `writeAtomically` calls what has not taken its place yet.
  private static func clearLeftovers(under root: URL) {
    for folder in ["Results", "paper-tables"] {
      let walk = FileManager.default.enumerator(
        at: root.appending(component: folder), includingPropertiesForKeys: nil)
      while let file = walk?.nextObject() as? URL { remove(file) }
    }
    let files = try? FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
    for file in files ?? [] { remove(file) }
  }

  private static func remove(_ file: URL) {
    if file.lastPathComponent.wholeMatch(of: /\..+\.[0-9]+\.tmp/) != nil { unlink(file.path) }
  }
}
