import Foundation

/// The address of an archive, and which form of the data set comes in it.
struct ArchiveSource: Sendable {
  let form: DataForm
  let archive: DataArchive
  let address: String

  /// Traps for a form that comes in no archive.
  init(form: DataForm, address: String) {
    guard let archive = form.archive else {
      preconditionFailure("an address of \(form.folder), which has no archive")
    }
    (self.form, self.archive, self.address) = (form, archive, address)
  }
}

extension DatasetReference.Name {
  /// Whether `repro data get` knows a host that has it.
  var isPublished: Bool { forms.contains { $0.archive?.sources.isEmpty == false } }
  /// What gets it, as arguments of `repro`: `data get cifar10`.
  public var getting: String { "data get \(rawValue)\(isPublished ? "" : " --from FOLDER")" }
}

extension DataStore {
  /// Gets a data set from the network into the store: downloads its archive with resume, checks the authors' MD5, unpacks
  /// it beside its place and moves it there.
  ///
  /// `mirrors` are tried first; each is the address of an archive, or of a folder that holds them. Hosts that do not
  /// answer cost ten seconds in all, as all are asked at once. Official files that are there already are only verified. Throws `DownloadError`, and `DataError` when the folder
  /// cannot be written.
  @discardableResult
  public func get(
    _ name: DatasetReference.Name, mirrors: [String] = [],
    log: @escaping @Sendable (DataStoreEvent) -> Void = { _ in }
  ) async throws -> DataIdentity {
    guard !name.forms.isEmpty else { throw DownloadError.builtIn(set: name.rawValue) }
    let sources = name.forms.flatMap { form -> [ArchiveSource] in
      guard let archive = form.archive else { return [] }
      let addresses = mirrors.compactMap { archive.address(under: $0) } + archive.sources
      return addresses.map { ArchiveSource(form: form, address: $0) }
    }
    if let (folder, identity) = present(name, name.forms), identity.kind == "official" || sources.isEmpty {
      log(.finished(folder: folder.url.path, identity: identity))
      return identity
    }
    guard !sources.isEmpty else {
      throw DownloadError.notPublished(set: name.rawValue, folders: name.forms.map(\.folder))
    }
    return try await get(name, from: sources, log: log)
  }

  /// Gets a data set from the first of `sources` that gives its archive.
  ///
  /// While several answer, one that is slow is left for the next; if all are, the first one is waited for.
  func get(
    _ name: DatasetReference.Name, from sources: [ArchiveSource],
    log: @escaping @Sendable (DataStoreEvent) -> Void
  ) async throws -> DataIdentity {
    let lock = try await StoreLock(directory, for: "getting \(name.rawValue)", log: log)
    defer { withExtendedLifetime(lock) {} }
    if lock.hasWaited, let (folder, identity) = present(name, sources.map(\.form)),
      identity.kind == "official"
    {
      log(.finished(folder: folder.url.path, identity: identity))
      return identity
    }
    let hosts = sources.map(\.host).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    log(.asking(hosts: hosts))
    let answering = try await downloader.answering(sources.map(\.address))
    let candidates = sources.filter { answering.contains($0.address) }
    guard !candidates.isEmpty else {
      throw DownloadError.unreachable(set: name.rawValue, hosts: hosts, seconds: downloader.answerSeconds)
    }
    var reasons: [String: String] = [:]
    var slowHosts: Set<String> = []
    for isPatient in candidates.count > 1 ? [false, true] : [true] {
      for source in candidates
      where reasons[source.address] == nil && (isPatient || !slowHosts.contains(source.host)) {
        switch try await fetch(source, isPatient: isPatient, log) {
        case .complete: return try await install(source, of: name, log)
        case .tooSlow:
          slowHosts.insert(source.host)
          log(
            .failed(
              source: source.address, reason: "below \(downloader.leastRate / 1_000) kB/s, asking others"))
        case .cannotResume: reasons[source.address] = "it cannot go on"
        case .failed(let reason):
          reasons[source.address] = reason
          log(.failed(source: source.address, reason: reason))
        }
      }
    }
    throw DownloadError.failed(
      set: name.rawValue, reasons: candidates.map { "\($0.address): \(reasons[$0.address] ?? "too slow")" })
  }

  /// The first of `forms` that is complete here, verified.
  private func present(
    _ name: DatasetReference.Name, _ forms: [DataForm]
  ) -> (folder: DataFolder, identity: DataIdentity)? {
    let folders = forms.map {
      DataFolder(set: name, form: $0, url: directory.appendingPathComponent($0.folder))
    }
    guard let folder = folders.first(where: { $0.firstAbsentFile == nil }) else { return nil }
    let cache = DigestCache(directory: directory)
    return (try? folder.identity(cache: cache, acceptingDigest: false, readingAll: true)).map { (folder, $0) }
  }

  /// Where an archive is downloaded to.
  func part(of archive: DataArchive) -> URL { directory.appendingPathComponent(archive.name + ".part") }

  /// Downloads an archive and checks it; a part that turns out to be wrong is deleted, and begun anew if it was older.
  private func fetch(
    _ source: ArchiveSource, isPatient: Bool, _ log: @escaping @Sendable (DataStoreEvent) -> Void
  ) async throws -> Downloader.Outcome {
    let archive = source.archive
    let part = part(of: archive)
    for _ in 0..<2 {
      let start = part.fileSize ?? 0
      if start > 0, archive.flaw(of: part) == nil { return .complete }
      if start > 0, !part.startsAsGzip {
        try DataError.wrapping(part) { try FileManager.default.removeItem(at: part) }
      }
      log(.downloading(source: source.address, from: part.fileSize ?? 0))
      var outcome = try await downloader.download(
        source.address, into: part, isPatient: isPatient, received: { log(.received(bytes: $0)) })
      if outcome == .complete {
        log(.checking(file: part.path))
        guard let flaw = archive.flaw(of: part) else { return .complete }
        outcome = .failed(flaw)
        try? FileManager.default.removeItem(at: part)
      } else if outcome == .cannotResume {
        try? FileManager.default.removeItem(at: part)
      }
      guard start > 0, part.fileSize == nil else { return outcome }
    }
    return .failed("it gave something else each time")
  }

  /// Unpacks a checked archive and puts its folder in place.
  private func install(
    _ source: ArchiveSource, of name: DatasetReference.Name,
    _ log: @escaping @Sendable (DataStoreEvent) -> Void
  ) async throws -> DataIdentity {
    let archive = part(of: source.archive)
    let identity = try await unpack(
      archive, source.form, source.archive, of: name, source: source.address, log)
    for archive in (name.forms + [source.form]).compactMap(\.archive) {
      try? FileManager.default.removeItem(at: part(of: archive))
    }
    return identity
  }

  /// Unpacks the archive at `file`, whose MD5 has been checked, and puts its folder in place.
  func unpack(
    _ file: URL, _ form: DataForm, _ archive: DataArchive, of name: DatasetReference.Name, source: String,
    _ log: @escaping @Sendable (DataStoreEvent) -> Void
  ) async throws -> DataIdentity {
    log(.unpacking(file: file.path))
    return try await placing(form, of: name, acceptingDigest: false, log) { workshop in
      let (code, message) = try await execute(
        "tar", ["-xzf", file.path, "--no-same-owner", "-C", workshop.path])
      guard code == 0 else { throw DownloadError.cannotUnpack(path: file.path, reason: message) }
      let folder = workshop.appendingPathComponent(form.folder)
      guard FileManager.default.fileExists(atPath: folder.path) else {
        throw DownloadError.cannotUnpack(path: file.path, reason: "it holds no folder \(form.folder)")
      }
      var digests: [String: String] = [:]
      for file in form.files
      where FileManager.default.fileExists(atPath: folder.appendingPathComponent(file.name).path) {
        digests[file.name] = try FileDigest(of: folder.appendingPathComponent(file.name)).sha256
      }
      let provenance = Provenance(
        archive: archive.name, md5: archive.md5, source: source, files: digests)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(provenance).write(to: folder.appendingPathComponent(Provenance.fileName))
    }
  }

  /// Where the folder `old` is to go: away if it has the given digest, else beside its place, as nothing that may not be
  /// had again is ever deleted.
  private func aside(
    _ old: DataFolder, unlessDigest digest: String, in workshop: URL,
    _ log: @Sendable (DataStoreEvent) -> Void
  ) -> URL {
    let cache = DigestCache(directory: directory)
    if old.firstAbsentFile == nil, (try? old.identity(cache: cache, acceptingDigest: true))?.digest == digest
    {
      return workshop.appendingPathComponent("replaced")
    }
    let names = (1...).lazy.map { old.url.lastPathComponent + ".previous" + ($0 == 1 ? "" : "-\($0)") }
    let places = names.map { directory.appendingPathComponent($0) }
    let free = places.first { !FileManager.default.fileExists(atPath: $0.path) }!
    log(.movedAside(folder: free.path))
    return free
  }

  /// Removes what a process that was killed over unpacking has left; whoever calls holds the store's lock.
  private func clearWorkshops(of form: DataForm) {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: directory.path)) ?? []
    where name.hasPrefix(".\(form.folder).") {
      try? files.removeItem(at: directory.appendingPathComponent(name))
    }
  }

  /// Lets `fill` make the folder of `form` in a workshop inside the store, verifies it, and moves it to its place; another
  /// copy that was there is moved aside.
  func placing(
    _ form: DataForm, of name: DatasetReference.Name, acceptingDigest: Bool,
    _ log: @escaping @Sendable (DataStoreEvent) -> Void, _ fill: (URL) async throws -> Void
  ) async throws -> DataIdentity {
    let files = FileManager.default
    clearWorkshops(of: form)
    let workshop = directory.appendingPathComponent(
      ".\(form.folder).\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? files.removeItem(at: workshop) }
    try DataError.wrapping(workshop) {
      try files.createDirectory(at: workshop, withIntermediateDirectories: true)
    }
    try await fill(workshop)
    let made = DataFolder(set: name, form: form, url: workshop.appendingPathComponent(form.folder))
    if let absent = made.firstAbsentFile {
      throw DataError.missingFile(path: made.url(of: absent).path, set: name.rawValue)
    }
    let identity = try made.identity(
      cache: DigestCache(directory: workshop), acceptingDigest: acceptingDigest)
    try made.check(identity)
    let place = directory.appendingPathComponent(form.folder)
    try DataError.wrapping(place) {
      if files.fileExists(atPath: place.path) {
        let old = DataFolder(set: name, form: form, url: place)
        try files.moveItem(at: place, to: aside(old, unlessDigest: identity.digest, in: workshop, log))
      }
      try files.moveItem(at: made.url, to: place)
    }
    log(.finished(folder: place.path, identity: identity))
    return identity
  }
}

extension ArchiveSource {
  /// The host asked, for the user.
  var host: String { URL(string: address)?.host ?? address }
}

extension DataArchive {
  /// The archive's address at a mirror: the mirror itself if it names this archive, nothing if it names another one.
  func address(under mirror: String) -> String? {
    if mirror.hasSuffix(".tar.gz") || mirror.hasSuffix(".tgz") {
      return mirror.hasSuffix(name) ? mirror : nil
    }
    return mirror + (mirror.hasSuffix("/") ? "" : "/") + name
  }

  /// What is wrong with the downloaded `file`; nothing if it has the authors' MD5.
  func flaw(of file: URL) -> String? {
    guard file.startsAsGzip else {
      return file.startsAsMarkup ? "it sent a web page instead of \(name)" : "it sent no gzip archive"
    }
    guard let found = try? FileDigest(of: file) else { return "\(file.path) cannot be read" }
    guard found.md5 != md5 else { return nil }
    return "\(name) has MD5 \(found.md5) (\(file.fileSize ?? 0) bytes), expected \(md5)"
  }
}

extension URL {
  private func beginning(_ count: Int) -> Data {
    guard let file = try? FileHandle(forReadingFrom: self) else { return Data() }
    defer { try? file.close() }
    return (try? file.read(upToCount: count)) ?? Data()
  }

  /// Whether the file here begins as a gzip archive does.
  var startsAsGzip: Bool { beginning(2) == Data([0x1F, 0x8B]) }

  /// Whether the file here begins as a web page does.
  var startsAsMarkup: Bool {
    beginning(256).first { !Set(" \t\r\n\u{FEFF}".utf8).contains($0) } == UInt8(ascii: "<")
  }
}
