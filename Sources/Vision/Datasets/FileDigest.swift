import Crypto
import Foundation

/// The digests of one file's content.
struct FileDigest: Codable, Equatable, Sendable {
  let sha256: String
  let md5: String

  /// Reads the file at `url` once, a megabyte at a time.
  init(of url: URL) throws(DataError) {
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      var sha256 = SHA256()
      var md5 = Insecure.MD5()
      while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
        sha256.update(data: part)
        md5.update(data: part)
      }
      self.sha256 = sha256.finalize().hexadecimal
      self.md5 = md5.finalize().hexadecimal
    } catch {
      throw .inaccessible(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Whether this is the content that `known` describes.
  func matches(_ known: KnownDigest) -> Bool {
    switch known.algorithm {
    case .sha256: sha256 == known.value
    case .md5: md5 == known.value
    }
  }

  /// The SHA-256 over one line `<sha256>  <name>` per file: what `sha256sum FILES | sha256sum` prints.
  static func combined(_ files: [(name: String, digest: FileDigest)]) -> String {
    let lines = files.map { "\($0.digest.sha256)  \($0.name)\n" }.joined()
    return SHA256.hash(data: Data(lines.utf8)).hexadecimal
  }
}

extension Sequence<UInt8> {
  /// The bytes in hexadecimal.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// Remembers digests by path, size and time of change, so that a start does not hash 180 MB again.
///
/// A small file in the data directory, or under `~/.cache` when that cannot be written; lost or damaged, it only costs
/// the time of hashing.
struct DigestCache: Sendable {
  private struct Entry: Codable {
    let size: Int
    let changed: Double
    let digest: FileDigest
  }

  private let places: [URL]

  /// Creates the cache of the data in `directory`, kept in `caches` when nothing can be written there.
  init(directory: URL, caches: URL = DigestCache.userCaches) {
    places = [
      directory.appendingPathComponent(".digests.json"), caches.appendingPathComponent("repro/digests.json"),
    ]
  }

  /// `$XDG_CACHE_HOME`, or `~/.cache`.
  static var userCaches: URL {
    let folder = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? ""
    return folder.isEmpty
      ? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
      : URL(fileURLWithPath: folder)
  }

  /// The digest of the file at `url`, remembered or computed.
  func digest(of url: URL) throws(DataError) -> FileDigest { try digests(of: [url])[0] }

  /// The digests of the files at `urls`, remembered or computed; what was computed is written once.
  func digests(of urls: [URL]) throws(DataError) -> [FileDigest] {
    let known = remembered(urls)
    var (digests, computed) = ([FileDigest](), [(URL, FileDigest)]())
    for (url, known) in zip(urls, known) {
      let digest = if let known { known } else { try FileDigest(of: url) }
      if known == nil { computed.append((url, digest)) }
      digests.append(digest)
    }
    if !computed.isEmpty { remember(computed) }
    return digests
  }

  /// The digest of the file at `url` if it is remembered and the file has not changed since.
  func remembered(_ url: URL) -> FileDigest? { remembered([url])[0] }

  /// The same for each of many files.
  func remembered(_ urls: [URL]) -> [FileDigest?] {
    let known = places.map(entries)
    return urls.map { url in
      guard let (size, changed) = attributes(of: url) else { return nil }
      return known.lazy.compactMap { $0[key(url)] }
        .first { $0.size == size && $0.changed == changed }?.digest
    }
  }

  private func remember(_ digests: [(url: URL, digest: FileDigest)]) {
    for place in places {
      var entries = entries(at: place)
      for (url, digest) in digests {
        guard let (size, changed) = attributes(of: url) else { continue }
        entries[key(url)] = Entry(size: size, changed: changed, digest: digest)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      guard let data = try? encoder.encode(entries) else { return }
      try? FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      if (try? data.write(to: place, options: .atomic)) != nil { return }
    }
  }

  private func key(_ url: URL) -> String { url.resolvingSymlinksInPath().path }

  private func entries(at place: URL) -> [String: Entry] {
    guard let data = try? Data(contentsOf: place) else { return [:] }
    return (try? JSONDecoder().decode([String: Entry].self, from: data)) ?? [:]
  }

  private func attributes(of url: URL) -> (size: Int, changed: Double)? {
    guard
      let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path),
      let size = attributes[.size] as? Int, let changed = attributes[.modificationDate] as? Date
    else { return nil }
    return (size, changed.timeIntervalSince1970)
  }
}
