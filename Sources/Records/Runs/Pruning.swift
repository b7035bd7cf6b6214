import Foundation

/// What of stored runs can be deleted, and deletes it when told so.
public struct Pruning: Sendable {
  /// A kind of thing that no result rests on.
  public enum Kind: String, Sendable, CaseIterable {
    /// Runs whose training came to an error.
    case failed
    /// Runs of an earlier version of their experiment.
    case outdated
    /// Runs changed by `--set`.
    case modified
    /// Runs that `repro check --rerun` made.
    case reruns
    /// The checkpoints of finished runs; a new evaluation would have to train those anew.
    case checkpoints

    /// Those that are meant when none is named.
    public static let usual: [Kind] = [.failed, .outdated, .modified, .reruns]
  }

  /// One thing to delete.
  public struct Item: Sendable {
    /// The run it is of.
    public let run: StoredRun
    /// Why.
    public let kind: Kind
    /// What it takes on disk.
    public let bytes: Int
    /// What goes: the run's folder, or its checkpoint.
    public var url: URL { kind == .checkpoints ? run.folder.checkpoint : run.folder.url }
  }

  /// What would be deleted.
  public let items: [Item]
  private let root: URL

  /// Looks for things of `kinds` among the runs under `root`; what a process works on is never one of them.
  ///
  /// - Parameter versions: The code's version of every experiment, by name.
  public init(_ kinds: [Kind], under root: URL, versions: [String: Int]) {
    self.root = root
    items = StoredRun.all(under: root).compactMap { run in
      guard let manifest = run.manifest, !run.folder.isInUse else { return nil }
      let isOutdated = versions[manifest.identity.experiment].map { manifest.identity.version < $0 } ?? false
      let path = run.path(below: root)
      func applies(_ kind: Kind) -> Bool {
        switch kind {
        case .failed: run.state == .failed
        case .outdated: isOutdated
        case .modified: manifest.isModified
        case .reruns: path.hasPrefix(RunFolder.rerunName + "/")
        case .checkpoints: run.manifest?.isFinished == true && DiskUse.bytes(of: run.folder.checkpoint) > 0
        }
      }
      // A whole folder before its checkpoint, so that nothing is told twice.
      guard let kind = Kind.allCases.first(where: { kinds.contains($0) && applies($0) }) else { return nil }
      let bytes = kind == .checkpoints ? DiskUse.bytes(of: run.folder.checkpoint) : run.bytes
      return Item(run: run, kind: kind, bytes: bytes)
    }
  }

  /// What deleting everything sets free.
  public var bytes: Int { items.reduce(0) { $0 + $1.bytes } }

  /// Deletes everything and tells `done` of each thing that is gone; throws a `FolderInUse` for a run that was begun since,
  /// or a `StorageError`.
  public func perform(_ done: (Item) -> Void = { _ in }) throws {
    for item in items {
      let lock = try RunLock(item.run.folder)
      try withExtendedLifetime(lock) { try remove(item.url) }
      if item.kind != .checkpoints { removeEmptyFolders(above: item.url) }
      done(item)
    }
  }

  private func remove(_ url: URL) throws {
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      throw StorageError("remove", path: url.path, code: errno)
    }
  }

  /// rmdir refuses folders that still hold something, which is what ends the climb.
  private func removeEmptyFolders(above url: URL) {
    var folder = url.deletingLastPathComponent().standardizedFileURL
    while folder.path.hasPrefix(root.standardizedFileURL.path + "/"), rmdir(folder.path) == 0 {
      folder = folder.deletingLastPathComponent()
    }
  }
}
