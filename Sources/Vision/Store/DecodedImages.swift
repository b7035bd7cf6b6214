import Crypto
import Foundation
import Glibc

/// Images that were decoded once, kept in the data directory, or under `~/.cache` when that cannot be written.
///
/// A file for each digest of what was decoded: a line of JSON that says what follows, then the planes of the training and
/// of the test images. It is written beside its place and moved there, by one process at a time while the others wait, and
/// its digest is checked whenever it is read. Lost, damaged or unwritable, it only costs the time of decoding.
struct DecodedImages {
  /// The planes of all images, and their digest.
  struct Content {
    let training, test: [UInt8]
    /// The SHA-256 of the training images' bytes and then the test images'.
    let sha256: String
  }

  private struct Header: Codable, Equatable {
    var format = 1
    let source: String
    let training, test: Int
    let sha256: String
  }

  private let folders: [URL]
  /// How long another process may take to decode the same.
  var patience = 600.0

  init(directory: URL, caches: URL = DigestCache.userCaches) {
    folders = [
      directory.appendingPathComponent(".decoded"), caches.appendingPathComponent("repro/decoded"),
    ]
  }

  /// The images decoded from files with the digest `source`, of `training` and `test` bytes: kept, or made by `decode`.
  func content(
    of source: String, training: Int, test: Int,
    decode: () throws(DataError) -> (training: [UInt8], test: [UInt8])
  ) throws(DataError) -> Content {
    func kept() -> Content? { folders.lazy.compactMap { read($0, source, training, test) }.first }
    if let content = kept() { return content }
    let folder = folders.first { isWritable($0) }
    let lock = folder.flatMap { try? FileLock($0.appendingPathComponent(".lock")) }
    defer { withExtendedLifetime(lock) {} }
    if let lock, wait(for: lock, source), let content = kept() { return content }
    let (first, second) = try decode()
    precondition(first.count == training && second.count == test, "images of another size than asked for")
    var digest = SHA256()
    for bytes in [first, second] { bytes.withUnsafeBytes { digest.update(bufferPointer: $0) } }
    let content = Content(training: first, test: second, sha256: digest.finalize().hexadecimal)
    if let folder { write(content, source, in: folder) }
    return content
  }

  private func url(_ source: String, in folder: URL) -> URL {
    folder.appendingPathComponent("\(source.prefix(24)).images")
  }

  private func isWritable(_ folder: URL) -> Bool {
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.isFolder && access(folder.path, W_OK) == 0
  }

  /// Waits until the lock is taken; returns whether another process had it, which may have made what is needed.
  private func wait(for lock: FileLock, _ source: String) -> Bool {
    var (hasWaited, waited) = (false, 0.0)
    while waited < patience, lock.take(for: "decoding \(source.prefix(12))") == .inUse {
      hasWaited = true
      usleep(100_000)
      waited += 0.1
    }
    return hasWaited
  }

  private func read(_ folder: URL, _ source: String, _ training: Int, _ test: Int) -> Content? {
    guard let data = try? Data(contentsOf: url(source, in: folder), options: .alwaysMapped),
      let end = data.prefix(1_000).firstIndex(of: UInt8(ascii: "\n")),
      let header = try? JSONDecoder().decode(Header.self, from: data[..<end]),
      header == Header(source: source, training: training, test: test, sha256: header.sha256),
      data.count == end + 1 + training + test
    else { return nil }
    let (first, second) = (
      [UInt8](data[(end + 1)..<(end + 1 + training)]), [UInt8](data[(end + 1 + training)...])
    )
    var digest = SHA256()
    for bytes in [first, second] { bytes.withUnsafeBytes { digest.update(bufferPointer: $0) } }
    guard digest.finalize().hexadecimal == header.sha256 else { return nil }
    return Content(training: first, test: second, sha256: header.sha256)
  }

  private func write(_ content: Content, _ source: String, in folder: URL) {
    let header = Header(
      source: source, training: content.training.count, test: content.test.count, sha256: content.sha256)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard var line = try? encoder.encode(header) else { return }
    line.append(UInt8(ascii: "\n"))
    let place = url(source, in: folder)
    let part = place.appendingPathExtension("part")
    do {
      try Data().write(to: part)
      let file = try FileHandle(forWritingTo: part)
      defer { try? file.close() }
      try file.write(contentsOf: line)
      for bytes in [content.training, content.test] { try file.write(contentsOf: bytes) }
      try file.synchronize()
      guard rename(part.path, place.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      unlink(part.path)
    }
  }
}
