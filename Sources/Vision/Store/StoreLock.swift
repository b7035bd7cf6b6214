import Foundation
import Glibc

/// Holds a store against other processes that would get data into it; the system releases it when the process ends.
struct StoreLock {
  private let descriptor: Int32

  /// Makes the folder if it is missing and locks it.
  ///
  /// Throws `DownloadError.busy` when another process holds it, `DataError.inaccessible` when it cannot be written.
  init(_ directory: URL) throws {
    try DataError.wrapping(directory) {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }
    let path = directory.appendingPathComponent(".lock").path
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw DataError.inaccessible(path: path, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw DownloadError.busy(directory: directory.path)
    }
  }

  /// Lets others in, even while a child that was just started still has the descriptor.
  func release() {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

extension DataError {
  /// Runs `body` and turns what the file system throws into an error that names `url`.
  static func wrapping<R>(_ url: URL, _ body: () throws -> R) throws(DataError) -> R {
    do {
      return try body()
    } catch let error as DataError {
      throw error
    } catch {
      throw .inaccessible(path: url.path, reason: error.localizedDescription)
    }
  }
}
