import Foundation
import Glibc

/// What an unpacked archive was: written beside its files once the archive had the authors' MD5.
struct Provenance: Codable, Sendable {
  static let fileName = "provenance.json"

  /// The archive's name, its MD5, and where it came from.
  let archive, md5, source: String
  /// The SHA-256 of every file that came out of it.
  let files: [String: String]
}

/// A folder with the files of a data set.
struct DataFolder: Sendable {
  let set: DatasetReference.Name
  let form: DataForm
  let url: URL
  /// Every file that the data set's identity covers, in order.
  let files: [DataFile]

  /// The folder of `set` in `directory`: the first form that is complete.
  ///
  /// Throws `DataError.missing` when there is none, and `missingFile` when there is only an incomplete one.
  init(of set: DatasetReference.Name, in directory: URL) throws(DataError) {
    var incomplete: DataError?
    for form in set.forms {
      let url = directory.appendingPathComponent(form.folder)
      guard FileManager.default.fileExists(atPath: url.path) else { continue }
      let folder = DataFolder(set: set, form: form, url: url)
      guard let absent = folder.firstAbsentFile else {
        self = folder
        return
      }
      incomplete = incomplete ?? .missingFile(path: folder.url(of: absent).path, set: set.rawValue)
    }
    throw incomplete
      ?? .missing(set: set.rawValue, directory: directory.path, folders: set.forms.map(\.folder))
  }

  init(set: DatasetReference.Name, form: DataForm, url: URL) {
    self.set = set
    self.form = form
    self.url = url
    files = form.files(in: url)
  }

  /// The first of the form's files that the folder lacks.
  var firstAbsentFile: DataFile? {
    files.first { access("\(url.path)/\($0.name)", F_OK) != 0 }
  }

  func url(of file: DataFile) -> URL { url.appendingPathComponent(file.name) }

  /// Says which bytes these are; sizes are checked before anything is hashed, and `readingAll` trusts no memory of digests.
  ///
  /// Throws `DataError` for a file of the wrong size, and for an unknown one unless `acceptingDigest`.
  func identity(
    cache: DigestCache, acceptingDigest: Bool, readingAll: Bool = false
  ) throws(DataError) -> DataIdentity {
    try checkSizes()
    if form.tellsItsFiles {
      let combined = try cache.combined(files.map(\.name), in: url, readingAll: readingAll)
      let kind = copy(combined) ?? (acceptingDigest ? customKind(combined) : nil)
      guard let kind else {
        throw .unknownDigest(path: url.path, found: combined, expected: form.copies.map(\.description))
      }
      return DataIdentity(name: set.rawValue, kind: kind, digest: combined)
    }
    let digests = try cache.digests(of: files.map(url(of:)), readingAll: readingAll)
    let combined = combined(digests)
    if let kind = kind(of: digests) {
      return DataIdentity(name: set.rawValue, kind: kind, digest: combined)
    }
    guard acceptingDigest else { throw unknownDigest(digests) }
    return DataIdentity(name: set.rawValue, kind: customKind(combined), digest: combined)
  }

  /// The known copy whose files together have this digest.
  private func copy(_ combined: String) -> String? { form.copies.first { $0.value == combined }?.kind }

  /// The kind that all files share: a known copy, or what the provenance beside them vouches for.
  private func kind(of digests: [FileDigest]) -> String? {
    if let kind = copy(combined(digests)) { return kind }
    let pairs = zip(files, digests)
    let provenance = provenance
    if provenance != nil, pairs.allSatisfy({ provenance?.files[$0.name] == $1.sha256 }) { return "official" }
    let kinds = files.first?.known.map(\.kind) ?? []
    return kinds.first { kind in
      pairs.allSatisfy { file, digest in file.known.contains { $0.kind == kind && digest.matches($0) } }
    }
  }

  /// The provenance of an archive with the authors' MD5, if it lies here.
  private var provenance: Provenance? {
    guard
      let data = try? Data(contentsOf: url.appendingPathComponent(Provenance.fileName)),
      let provenance = try? JSONDecoder().decode(Provenance.self, from: data),
      provenance.md5 == form.archive?.md5
    else { return nil }
    return provenance
  }

  /// Names the first file that is no known copy; when each is known but they do not belong together, the first of a kind
  /// other than the first file's.
  private func unknownDigest(_ digests: [FileDigest]) -> DataError {
    let pairs = Array(zip(files, digests))
    let firstKinds = Set(pairs[0].0.known.filter { pairs[0].1.matches($0) }.map(\.kind))
    let (file, digest) =
      pairs.first { file, digest in !file.known.contains { digest.matches($0) } }
      ?? pairs.first { file, digest in
        !file.known.contains { firstKinds.contains($0.kind) && digest.matches($0) }
      } ?? pairs[0]
    return .unknownDigest(
      path: url(of: file).path, found: digest.sha256,
      expected: file.known.map(\.description)
        + form.copies.map { "all files together \($0.description)" })
  }

  /// Throws `DataError.wrongSize` for the first file that is not as long as it must be.
  func checkSizes() throws(DataError) {
    for file in files {
      guard let expected = file.size else { continue }
      let url = url(of: file)
      let found = try DataError.wrapping(url) {
        try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)[.size] as? Int
          ?? 0
      }
      guard found == expected else { throw .wrongSize(path: url.path, found: found, expected: expected) }
    }
  }

  /// The kind of these files, if all have been hashed before and none has changed since.
  func rememberedKind(in cache: DigestCache) -> String? {
    if form.tellsItsFiles {
      return cache.rememberedCombined(files.map(\.name), in: url).map { copy($0) ?? customKind($0) }
    }
    let digests = cache.remembered(files.map(url(of:))).compactMap { $0 }
    guard digests.count == files.count else { return nil }
    return kind(of: digests) ?? customKind(combined(digests))
  }

  /// The digest over all files.
  private func combined(_ digests: [FileDigest]) -> String {
    FileDigest.combined(zip(files, digests).map { ($0.name, $1) })
  }

  private func customKind(_ combined: String) -> String { "custom:\(combined.prefix(12))" }
}
