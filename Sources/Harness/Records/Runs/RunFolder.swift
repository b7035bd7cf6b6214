import Foundation

/// The files of one run.
public struct RunFolder: Sendable, Hashable {
  /// The folder.
  public let url: URL

  /// Creates the description of the folder at `url`, which need not exist.
  public init(_ url: URL) { self.url = url }

  /// The folder of one arm and seed: `<output>/<experiment>/<scale>/<data>/<arm>/<seed>`.
  ///
  /// A run changed by `--set` lies under `<output>/modified/<digest of the changes>/` instead, where no table looks.
  public init(output: URL, key: RunKey, overrides: [Override]) {
    var url = output
    if !overrides.isEmpty {
      url.append(components: RunFolder.modifiedName, RunFolder.name(of: overrides))
    }
    url.append(
      components: key.experiment, key.scale.rawValue, key.data.slug, key.arm.slug, "\(key.seed)")
    self.url = url
  }

  /// One name for one set of changes, in whatever order and form they were typed: a digest of full keys and values, since
  /// spelled out they are too long, and `1` and `-1` alike.
  private static func name(of overrides: [Override]) -> String {
    let changes = overrides.sorted { $0.key < $1.key }
    let digest = JSONValue.array(changes.map { .string($0.description) }).digest.prefix(10)
    let hint = changes[0].key.split(separator: ".").last.map { String($0).slug } ?? ""
    return "\(hint)\(changes.count > 1 ? "-and-\(changes.count - 1)-more" : "")-\(digest)"
  }

  /// Where runs changed by `--set` lie.
  public static let modifiedName = "modified"
  /// Where runs lie that `repro check --rerun` trains anew.
  public static let rerunName = "rerun"
  /// Where trials lie by which constants are chosen.
  public static let tuningName = "tuning"

  /// Where its numbers come from.
  public var manifest: URL { url.appending(component: "run.json") }
  /// What was observed during training.
  public var curves: URL { url.appending(component: "curves.csv") }
  /// What the evaluations measured.
  public var scores: URL { url.appending(component: "scores.csv") }
  /// What the scores about test images are made of, image by image.
  public var answers: URL { url.appending(component: "answers.csv") }
  /// Everything that going on needs.
  public var checkpoint: URL { url.appending(component: "checkpoint.safetensors") }
  /// Where pictures lie of what a preparation found and of what was measured.
  public var pictures: URL { url.appending(component: "pictures") }
  /// Held while a process works here.
  public var lock: URL { url.appending(component: ".lock") }

  /// The folders under `root` that hold a manifest, in the order of their paths.
  ///
  /// Modified runs, trials and those trained anew for a check are left out unless `includingAsides`.
  public static func all(under root: URL, includingAsides: Bool = false) -> [RunFolder] {
    let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    var found: [RunFolder] = []
    while let url = walk?.nextObject() as? URL {
      let isAside = [modifiedName, rerunName, tuningName].contains(url.lastPathComponent)
      if isAside && !includingAsides { walk?.skipDescendants() }
      if url.lastPathComponent == "run.json" { found.append(RunFolder(url.deletingLastPathComponent())) }
    }
    return found.sorted { $0.url.path < $1.url.path }
  }

  /// The scores measured so far; throws a `CSVError`.
  public func measuredScores() throws -> [ScoreRow] {
    FileManager.default.fileExists(atPath: scores.path) ? try ScoreRow.read(from: scores) : []
  }

  /// The answers kept so far; throws a `CSVError`.
  public func storedAnswers() throws -> [AnswerRow] {
    FileManager.default.fileExists(atPath: answers.path) ? try AnswerRow.read(from: answers) : []
  }

  /// The pictures in the order of their names.
  var storedPictures: [URL] {
    let files = try? FileManager.default.contentsOfDirectory(at: pictures, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "png" }.sorted { $0.path < $1.path }
  }

  /// Removes files that a process was killed over before they took their places.
  func clearLeftovers() {
    let files = (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)) ?? []
    for file in files where ["tmp", "part"].contains(file.pathExtension) { unlink(file.path) }
  }

  /// Removes what a run has left; throws a `StorageError`.
  public func clear() throws {
    for file in [checkpoint, answers, scores, curves, manifest]
    where unlink(file.path) != 0 && errno != ENOENT {
      throw StorageError("remove", path: file.path)
    }
    for picture in storedPictures where unlink(picture.path) != 0 {
      throw StorageError("remove", path: picture.path)
    }
  }
}

/// The right to write into a run's folder, held by one process at a time and given up when it ends, however it ends.
public final class RunLock {
  private let descriptor: Int32

  /// Takes the lock of `folder`, which is made when missing; throws a `FolderInUse` or a `StorageError`.
  public init(_ folder: RunFolder) throws {
    try makeFolder(folder.url)
    let path = folder.lock.path
    // A class whose members are all set is ended by `deinit` even when `init` throws, so this one is set last: closed
    // twice, the number would be another file's by then.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw StorageError("open", path: path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      close(descriptor)
      throw FolderInUse(
        path: folder.url.path, holder: Int(holder.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
    let pid = "\(getpid())\n"
    guard ftruncate(descriptor, 0) == 0, write(descriptor, pid, pid.utf8.count) == pid.utf8.count else {
      close(descriptor)
      throw StorageError("write", path: path)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}

/// Another process works in a run's folder.
public struct FolderInUse: Error, Equatable, CustomStringConvertible {
  /// The folder.
  public let path: String
  /// The process that works there, when it can be told.
  public let holder: Int?

  /// What is wrong and what to do, in one line.
  public var description: String {
    let who = holder.map { "process \($0)" } ?? "another process"
    return "\(path) is in use by \(who). Wait for it, stop it (it saves and can be resumed), "
      + "or write elsewhere with --output DIR"
  }
}
