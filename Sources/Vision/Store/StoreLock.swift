import Foundation

/// Holds a store against other processes that would get data into it, which wait for each other.
struct StoreLock {
  /// Whether another process had the store before.
  let hasWaited: Bool
  private let lock: FileLock

  /// Makes the folder if it is missing and locks it for `purpose`, as in `getting cifar10`; tells once whom it waits for.
  ///
  /// Throws `DownloadError.cannotLock` where the file system gives no locks, `DataError.inaccessible` when the folder
  /// cannot be written.
  init(
    _ directory: URL, for purpose: String, log: @Sendable (DataStoreEvent) -> Void = { _ in }
  ) async throws {
    try DataError.wrapping(directory) {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }
    let url = directory.appendingPathComponent(".lock")
    let lock = try FileLock(url)
    var hasWaited = false
    attempts: while true {
      switch lock.take(for: purpose) {
      case .taken: break attempts
      case .refused(let reason): throw DownloadError.cannotLock(path: url.path, reason: reason)
      case .inUse:
        if !hasWaited { log(.waiting(for: lock.holder, directory: directory.path)) }
        hasWaited = true
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    self.hasWaited = hasWaited
    self.lock = lock
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
