import Crypto
import Foundation

/// Remembers digests by path and `FileStamp`, so that a start does not hash 180 MB again.
///
/// A small file in the data directory, or under `~/.cache` when that cannot be written; lost or damaged, it only costs
/// the time of hashing.
struct DigestCache: Sendable {
  private struct Entry: Codable {
    let stamp: FileStamp
    let digest: FileDigest
  }

  /// What a folder of many files was; one entry each would be megabytes.
  private struct FolderEntry: Codable {
    /// The digest of the names and stamps of all of them, and the one of their contents.
    let stamps, digest: String
  }

  private struct Memory: Codable {
    var files: [String: Entry] = [:]
    var folders: [String: FolderEntry] = [:]
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

  // MARK: Files

  /// The digest of the file at `url`, remembered or computed.
  func digest(of url: URL) throws(DataError) -> FileDigest { try digests(of: [url])[0] }

  /// The digests of the files at `urls`, remembered or computed, all of them computed if `readingAll`; what was computed
  /// is written once.
  func digests(of urls: [URL], readingAll: Bool = false) throws(DataError) -> [FileDigest] {
    let known = readingAll ? urls.map { _ in nil } : remembered(urls)
    var (digests, computed) = ([FileDigest](), [String: Entry]())
    for (url, known) in zip(urls, known) {
      if let known {
        digests.append(known)
        continue
      }
      let stamp = FileStamp(of: url)
      stamp?.settle()
      let digest = try FileDigest(of: url)
      if let stamp, stamp == FileStamp(of: url) { computed[key(url)] = Entry(stamp: stamp, digest: digest) }
      digests.append(digest)
    }
    if !computed.isEmpty { remember { $0.files.merge(computed) { $1 } } }
    return digests
  }

  /// The digest of the file at `url` if it is remembered and the file has not changed since.
  func remembered(_ url: URL) -> FileDigest? { remembered([url])[0] }

  /// The same for each of many files.
  func remembered(_ urls: [URL]) -> [FileDigest?] {
    let known = places.map(memory)
    return urls.map { url in
      guard let stamp = FileStamp(of: url) else { return nil }
      return known.lazy.compactMap { $0.files[key(url)] }.first { $0.stamp == stamp }?.digest
    }
  }

  // MARK: Folders

  /// The digest over the files `names` of `folder`, remembered or computed, in any case computed if `readingAll`.
  func combined(_ names: [String], in folder: URL, readingAll: Bool = false) throws(DataError) -> String {
    if !readingAll, let known = rememberedCombined(names, in: folder) { return known }
    let stamps = stamps(names, in: folder, settling: true)
    let digest = try FileDigest.combined(names, in: folder)
    if let stamps, stamps == self.stamps(names, in: folder) {
      remember { $0.folders[key(folder)] = FolderEntry(stamps: stamps, digest: digest) }
    }
    return digest
  }

  /// The same if it is remembered and no file has changed since.
  func rememberedCombined(_ names: [String], in folder: URL) -> String? {
    let entries = places.compactMap { memory(at: $0).folders[key(folder)] }
    guard !entries.isEmpty, let stamps = stamps(names, in: folder) else { return nil }
    return entries.first { $0.stamps == stamps }?.digest
  }

  private func stamps(_ names: [String], in folder: URL, settling: Bool = false) -> String? {
    var (digest, latest) = (SHA256(), FileStamp?.none)
    for name in names {
      guard let stamp = FileStamp(path: "\(folder.path)/\(name)") else { return nil }
      let line = "\(name)\0\(stamp.size) \(stamp.inode) \(stamp.modified) \(stamp.changed)\n"
      digest.update(data: Data(line.utf8))
      if stamp.changed > latest?.changed ?? .min { latest = stamp }
    }
    if settling { latest?.settle() }
    return digest.finalize().hexadecimal
  }

  // MARK: The memory

  private func remember(_ change: (inout Memory) -> Void) {
    for place in places {
      var memory = memory(at: place)
      change(&memory)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      guard let data = try? encoder.encode(memory) else { return }
      try? FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      if (try? data.write(to: place, options: .atomic)) != nil { return }
    }
  }

  private func key(_ url: URL) -> String { url.resolvingSymlinksInPath().path }

  private func memory(at place: URL) -> Memory {
    guard let data = try? Data(contentsOf: place) else { return Memory() }
    return (try? JSONDecoder().decode(Memory.self, from: data)) ?? Memory()
  }
}
