import Foundation

/// One run's folder as it is on disk.
public struct StoredRun: Sendable {
  /// How far a stored run has come.
  public enum State: String, Sendable, Codable, CaseIterable {
    /// Everything is measured.
    case finished
    /// Everything is measured, of the encoder that the seed began with, since training diverged.
    case diverged
    /// A process works on it now.
    case running
    /// It waits to be resumed.
    case interrupted
    /// Its training came to an error.
    case failed
    /// Its `run.json` cannot be read.
    case unreadable
  }

  /// Its files.
  public let folder: RunFolder
  /// Where its numbers come from; `nil` when that cannot be read.
  public let manifest: RunManifest?
  /// How far it has come.
  public let state: State
  /// Bytes of disk that its files take.
  public let bytes: Int

  /// Looks at the run in `folder`.
  public init(_ folder: RunFolder) {
    self.folder = folder
    manifest = try? RunManifest(contentsOf: folder.manifest)
    bytes = DiskUse.bytes(in: folder.url)
    state =
      switch manifest?.status {
      case nil: .unreadable
      case .finished: .finished
      case .diverged: .diverged
      case .failed: .failed
      case .running: folder.isInUse ? .running : .interrupted
      }
  }

  /// Every run under `root`, modified ones and those of checks included.
  public static func all(under root: URL) -> [StoredRun] {
    RunFolder.all(under: root, includingAsides: true).map(StoredRun.init)
  }

  /// Where it lies below `root`, for readers.
  public func path(below root: URL) -> String {
    let (own, above) = (folder.url.standardizedFileURL.path, root.standardizedFileURL.path)
    return own.hasPrefix(above + "/") ? String(own.dropFirst(above.count + 1)) : own
  }
}

extension [StoredRun] {
  /// The one that `name` means: the beginning of its digest, or the end of its folder's path.
  ///
  /// Throws an `UnknownName`, or a `RunProblem` when several are meant or only the arm is named.
  public func run(named name: String, below root: URL) throws -> StoredRun {
    let wanted = name.hasSuffix("/") ? String(name.dropLast()) : name
    let found = filter { stored in
      let path = stored.folder.url.standardizedFileURL.path
      return (wanted.count >= 4 && stored.manifest?.run.hasPrefix(wanted) == true) || path == wanted
        || path.hasSuffix("/" + wanted)
    }
    if found.count > 1 {
      let paths = found.map { $0.path(below: root) }
      throw RunProblem("“\(name)” may be \(paths.asChoice): name it by more of its path")
    }
    if let run = found.first { return run }
    // Whoever names an arm wants to know how its runs are called.
    let alike = filter { $0.path(below: root).split(separator: "/").contains(Substring(wanted.slug)) }
    if !alike.isEmpty {
      let told = alike.prefix(5).map { "\($0.path(below: root)) (\($0.manifest?.run ?? "unreadable"))" }
      let more = alike.count > told.count ? ", and \(alike.count - told.count) more" : ""
      throw RunProblem(
        "“\(name)” has \(Typography.count(alike.count, "run")): \(told.joined(separator: ", "))\(more); name one by its digest or its path"
      )
    }
    throw UnknownName(kind: "run", name: name, known: compactMap { $0.manifest?.run })
  }
}

extension RunFolder {
  /// Whether a process holds the folder's lock; asking takes nothing from it.
  package var isInUse: Bool {
    let descriptor = open(lock.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
      if errno != EINTR { return errno == EWOULDBLOCK }
    }
    return false
  }
}

/// What files take on disk.
public enum DiskUse {
  /// Bytes of all files below `folder`.
  package static func bytes(in folder: URL) -> Int {
    let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var bytes = 0
    while let url = walk?.nextObject() as? URL { bytes += self.bytes(of: url) }
    return bytes
  }

  /// Bytes of the file at `url`; none where there is no file.
  package static func bytes(of url: URL) -> Int {
    var status = stat()
    guard lstat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
    return Int(status.st_size)
  }

  /// `12.3 MB`: bytes for readers.
  public static func text(_ bytes: Int) -> String {
    let units = ["kB", "MB", "GB"]
    var (value, unit) = (Double(bytes), "B")
    for next in units where value >= 1_000 { (value, unit) = (value / 1_000, next) }
    return unit == "B" ? "\(bytes) B" : String(format: "%.1f ", value) + unit
  }
}
