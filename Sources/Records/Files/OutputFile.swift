import Foundation
import Glibc

/// A file open for writing, whose only owner this is; closed when it goes away.
public struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Opens `url`, created when missing; appends unless `truncating`. Throws a `StorageError`.
  public init(_ url: URL, truncating: Bool = false) throws {
    path = url.path
    let mode = truncating ? O_TRUNC : O_APPEND
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0o644)
    guard descriptor >= 0 else { throw StorageError("open", path: path) }
  }

  deinit { close(descriptor) }

  /// Writes all of `text` at the end; throws a `StorageError`.
  public func write(_ text: String) throws { try write(Data(text.utf8)) }

  /// Writes all of `data` at the end; throws a `StorageError`.
  public func write(_ data: Data) throws {
    try data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      var rest = bytes
      while !rest.isEmpty {
        let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written >= 0 else { throw StorageError("write", path: path) }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
      }
    }
  }

  /// Waits until what was written is on the disk; throws a `StorageError`.
  public func synchronize() throws {
    // Pipes and devices have nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw StorageError("write", path: path)
    }
  }
}

/// Replaces the file at `url` by one of the given content; a reader, or a crash, sees the old or the new one whole.
///
/// Throws a `StorageError` and leaves the old file as it was.
public func writeAtomically(_ data: Data, to url: URL) throws {
  let temporary = url.deletingLastPathComponent()
    .appendingPathComponent(".\(url.lastPathComponent).\(getpid()).tmp")
  do {
    let file = try OutputFile(temporary, truncating: true)
    try file.write(data)
    try file.synchronize()
    guard rename(temporary.path, url.path) == 0 else { throw StorageError("replace", path: url.path) }
  } catch {
    unlink(temporary.path)
    throw error
  }
}

/// Creates the folder at `url` with those above it; throws a `StorageError`.
public func makeFolder(_ url: URL) throws {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
    guard isFolder.boolValue else { throw StorageError("make the folder", path: url.path, code: ENOTDIR) }
    return
  }
  let parent = url.deletingLastPathComponent()
  if parent.path != url.path { try makeFolder(parent) }
  guard mkdir(url.path, 0o755) == 0 || errno == EEXIST else {
    throw StorageError("make the folder", path: url.path)
  }
}
