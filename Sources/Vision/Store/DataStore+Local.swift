import Foundation

extension DataStore {
  /// Gets a data set from `source` on this machine: a folder that is, or holds, one of its folders or archives, or an
  /// archive itself. Files are linked where the disk is the same and copied where it is not.
  ///
  /// Throws `DownloadError.nothingThere`, and `DataError` for files that are missing or of the wrong size, and for unknown
  /// content unless `acceptingDigest`; what the store holds is then left as it was.
  @discardableResult
  public func get(
    _ name: DatasetReference.Name, from source: URL, acceptingDigest: Bool = false,
    log: @escaping @Sendable (DataStoreEvent) -> Void = { _ in }
  ) async throws -> DataIdentity {
    guard !name.forms.isEmpty else { throw DownloadError.builtIn(set: name.rawValue) }
    let lock = try await StoreLock(directory, for: "getting \(name.rawValue)", log: log)
    defer { withExtendedLifetime(lock) {} }
    for form in name.forms {
      for folder in [source, source.appendingPathComponent(form.folder)] {
        let files = DataFolder(set: name, form: form, url: folder)
        guard files.firstAbsentFile == nil else { continue }
        return try await link(files, acceptingDigest: acceptingDigest, log)
      }
      guard let archive = form.archive else { continue }
      for file in [source, source.appendingPathComponent(archive.name)]
      where file.lastPathComponent == archive.name && file.startsAsGzip {
        log(.checking(file: file.path))
        if let flaw = archive.flaw(of: file) {
          throw DownloadError.cannotUnpack(path: file.path, reason: flaw)
        }
        return try await unpack(file, form, archive, of: name, source: file.path, log)
      }
    }
    throw DownloadError.nothingThere(
      path: source.path, expected: name.forms.flatMap { [$0.folder, $0.archive?.name].compactMap { $0 } })
  }

  /// Puts links to, or copies of, the files of `source` in place.
  private func link(
    _ source: DataFolder, acceptingDigest: Bool, _ log: @escaping @Sendable (DataStoreEvent) -> Void
  ) async throws -> DataIdentity {
    let place = directory.appendingPathComponent(source.form.folder)
    if place.resolvingSymlinksInPath() == source.url.resolvingSymlinksInPath() {
      return try verify(source.set, acceptingDigest: acceptingDigest)
    }
    return try await placing(source.form, of: source.set, acceptingDigest: acceptingDigest, log) { workshop in
      let files = FileManager.default
      let folder = workshop.appendingPathComponent(source.form.folder)
      try DataError.wrapping(folder) {
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        let names =
          source.form.archive == nil
          ? source.files.map(\.name) : try files.contentsOfDirectory(atPath: source.url.path)
        for name in names {
          let original = source.url.appendingPathComponent(name).resolvingSymlinksInPath()
          guard original.fileSize != nil, !original.isFolder else { continue }
          let copy = folder.appendingPathComponent(name)
          try files.createDirectory(at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
          if (try? files.linkItem(at: original, to: copy)) == nil {
            try files.copyItem(at: original, to: copy)
          }
        }
      }
    }
  }
}

extension URL {
  /// Whether a folder is here.
  var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
