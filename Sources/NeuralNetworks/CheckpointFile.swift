import Glibc

/// A file opened for reading at any place.
struct FileReader: ~Copyable {
  /// Bytes in the file.
  let count: Int
  private let descriptor: Int32

  init(path: String) throws(CheckpointError.Problem) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(lastSystemError()) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = lastSystemError()
      close(descriptor)
      throw .unreadable(reason)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable("it is not a file")
    }
    self.descriptor = descriptor
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `bytes` from `offset` on.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(CheckpointError.Problem) {
    var done = 0
    while done < bytes.count {
      let got = pread(descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw .unreadable(lastSystemError()) }
      guard got > 0 else { throw .truncated(expected: offset + bytes.count, found: offset + done) }
      done += got
    }
  }

  /// `count` bytes from `offset` on.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try read(into: $0, at: offset) }
    return bytes
  }
}

/// Replaces a file as one act: readers and crashes see the old one or the new one, never a part.
enum FileReplacement {
  typealias Problem = CheckpointError.Problem

  /// Calls `body` with a function that appends to what will be the file at `path`.
  static func write(to path: String, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws
  {
    let folder = path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
    let temporary = "\(path).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Problem.unwritable(lastSystemError()) }
    do {
      try body { try append($0, to: descriptor) }
      guard fsync(descriptor) == 0 else { throw Problem.unwritable(lastSystemError()) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let reason = lastSystemError()
      unlink(temporary)
      throw Problem.unwritable(reason)
    }
    synchronize(folder)
  }

  static func append(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(Problem) {
    var done = 0
    while done < bytes.count {
      let written = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .unwritable(lastSystemError()) }
      done += written
    }
  }

  /// Makes the folder's new entry last; some file systems cannot, and the file is complete without.
  private static func synchronize(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// The operating system's words for what just failed.
private func lastSystemError() -> String { String(cString: strerror(errno)) }
