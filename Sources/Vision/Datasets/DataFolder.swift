import Foundation

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
  }

  /// The first of the form's files that the folder lacks.
  var firstAbsentFile: DataFile? {
    form.files.first { !FileManager.default.fileExists(atPath: url(of: $0).path) }
  }

  func url(of file: DataFile) -> URL { url.appendingPathComponent(file.name) }

  /// Says which bytes these are; sizes are checked before anything is hashed.
  ///
  /// Throws `DataError` for a file of the wrong size, and for an unknown one unless `acceptingDigest`.
  func identity(cache: DigestCache, acceptingDigest: Bool) throws(DataError) -> DataIdentity {
    try checkSizes()
    var digests: [(name: String, digest: FileDigest)] = []
    for file in form.files { digests.append((file.name, try cache.digest(of: url(of: file)))) }
    let combined = FileDigest.combined(digests)
    if let kind = kind(of: digests.map(\.digest)) {
      return DataIdentity(name: set.rawValue, kind: kind, digest: combined)
    }
    guard acceptingDigest else { throw unknownDigest(digests.map(\.digest)) }
    return DataIdentity(name: set.rawValue, kind: customKind(combined), digest: combined)
  }

  /// The kind that all files share: a known copy, or what the provenance beside them vouches for.
  private func kind(of digests: [FileDigest]) -> String? {
    let pairs = zip(form.files, digests)
    let provenance = provenance
    if provenance != nil, pairs.allSatisfy({ provenance?.files[$0.name] == $1.sha256 }) { return "official" }
    let kinds = form.files.first?.known.map(\.kind) ?? []
    return kinds.first { kind in
      pairs.allSatisfy { file, digest in file.known.contains { $0.kind == kind && digest.matches($0) } }
    }
  }

  /// The provenance of an archive with the authors' MD5, if it lies here.
  private var provenance: Provenance? {
    guard
      let data = try? Data(contentsOf: url.appendingPathComponent(Provenance.fileName)),
      let provenance = try? JSONDecoder().decode(Provenance.self, from: data),
      provenance.md5 == form.archive.md5
    else { return nil }
    return provenance
  }

  /// Names the first file that is no known copy; when each is known but they do not belong together, the first of a kind
  /// other than the first file's.
  private func unknownDigest(_ digests: [FileDigest]) -> DataError {
    let pairs = Array(zip(form.files, digests))
    let firstKinds = Set(pairs[0].0.known.filter { pairs[0].1.matches($0) }.map(\.kind))
    let (file, digest) =
      pairs.first { file, digest in !file.known.contains { digest.matches($0) } }
      ?? pairs.first { file, digest in
        !file.known.contains { firstKinds.contains($0.kind) && digest.matches($0) }
      } ?? pairs[0]
    return .unknownDigest(
      path: url(of: file).path, found: digest.sha256,
      expected: file.known.map { "\($0.algorithm == .md5 ? "MD5 " : "")\($0.value) (\($0.kind))" })
  }

  /// Throws `DataError.wrongSize` for the first file that is not as long as it must be.
  func checkSizes() throws(DataError) {
    for file in form.files {
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
    let digests = form.files.compactMap { cache.remembered(url(of: $0)) }
    guard digests.count == form.files.count else { return nil }
    let combined = FileDigest.combined(zip(form.files, digests).map { ($0.name, $1) })
    return kind(of: digests) ?? customKind(combined)
  }

  private func customKind(_ combined: String) -> String { "custom:\(combined.prefix(12))" }
}
