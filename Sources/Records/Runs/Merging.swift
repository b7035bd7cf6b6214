import Foundation

/// Takes finished runs over from a folder that was brought from another machine.
public struct Merging: Sendable {
  /// What became of one run of the other folder.
  public enum Result: Sendable, Equatable {
    /// It was copied.
    case copied
    /// The same run with the same rows is here already.
    case identical
    /// It was left where it is, for a reason that names both places where there are two.
    case refused(String)
  }

  /// The other folder's runs in the order of their paths, with what became of each.
  public let results: [(path: String, result: Result)]

  /// Copies into `root` what `other` holds and `root` lacks; runs changed by `--set` and those of checks stay behind.
  ///
  /// Throws a `StorageError` when something cannot be written, and a `RunProblem` when there is nothing to merge.
  public init(_ other: URL, into root: URL) throws {
    let folders = RunFolder.all(under: other)
    if folders.isEmpty {
      throw RunProblem("\(other.path) holds no run: name the folder that repro run wrote to, Runs by default")
    }
    if other.standardizedFileURL == root.standardizedFileURL {
      throw RunProblem("\(other.path) is the folder of runs itself: there is nothing to merge")
    }
    results = try folders.map { ($0.url.path, try Self.merge($0, into: root)) }
  }

  /// The runs that were refused.
  public var refusals: [String] {
    results.compactMap { if case .refused(let reason) = $0.result { reason } else { nil } }
  }

  private static func merge(_ source: RunFolder, into root: URL) throws -> Result {
    let manifest: RunManifest
    do {
      manifest = try RunManifest(contentsOf: source.manifest)
      if let problem = try problem(with: manifest, in: source) { return .refused(problem) }
    } catch {
      return .refused("\(error)")
    }
    let target = RunFolder(output: root, key: manifest.key, overrides: [])
    let lock = try? RunLock(target)
    guard lock != nil else {
      return .refused("\(source.url.path): \(target.url.path) is in use; merge again when that run is done")
    }
    defer { withExtendedLifetime(lock) {} }
    guard FileManager.default.fileExists(atPath: target.manifest.path) else {
      try copy(source, to: target)
      return .copied
    }
    return verdict(on: manifest, in: source, against: target)
  }

  /// Why a run cannot be trusted or used; `nil` when it can.
  private static func problem(with manifest: RunManifest, in folder: RunFolder) throws -> String? {
    let path = folder.url.path
    if !manifest.isFinished {
      return "\(path): is not finished; finish it on the machine where it was begun"
    }
    if manifest.identity.digest != manifest.run {
      return
        "\(path): its run.json was changed; what identifies it has the digest \(manifest.identity.digest), not "
        + manifest.run
    }
    let digest = RowsDigest.of(scores: try folder.measuredScores(), curves: try folder.observedCurves())
    let answersDigest = RowsDigest.of(answers: try folder.storedAnswers())
    return digest == manifest.rowsDigest && answersDigest == manifest.answersDigest
      ? nil : "\(path): its rows are not those that its run.json vouches for: a table was edited"
  }

  private static func verdict(
    on manifest: RunManifest, in source: RunFolder, against target: RunFolder
  ) -> Result {
    let places = "\(source.url.path) and \(target.url.path)"
    guard let here = try? RunManifest(contentsOf: target.manifest) else {
      return .refused(
        "\(places): the latter's run.json cannot be read; restore or remove it, then merge again")
    }
    if here.run != manifest.run {
      return .refused(
        "\(places) are runs of different configuration (\(manifest.run), \(here.run)); keep one of them")
    }
    if !here.isFinished {
      return .refused("\(places) are the same run, but the latter is unfinished; remove it, then merge again")
    }
    return here.rowsDigest == manifest.rowsDigest
      ? .identical
      : .refused(
        "\(places) are the same run with different numbers (\(manifest.threads) threads on "
          + "\(manifest.machine.processor) there, \(here.threads) on \(here.machine.processor) here); keep one of them"
      )
  }

  /// Copies the run's own files, its manifest last: a folder without one counts as empty.
  private static func copy(_ source: RunFolder, to target: RunFolder) throws {
    try copyPictures(source, to: target)
    let files: [KeyPath<RunFolder, URL>] = [\.curves, \.answers, \.scores, \.checkpoint, \.manifest]
    for file in files {
      let from = source[keyPath: file]
      guard FileManager.default.fileExists(atPath: from.path) else { continue }
      let data: Data
      do {
        data = try Data(contentsOf: from, options: .alwaysMapped)
      } catch {
        throw StorageError("read", path: from.path, code: errno)
      }
      try writeAtomically(data, to: target[keyPath: file])
    }
  }

  private static func copyPictures(_ source: RunFolder, to target: RunFolder) throws {
    for picture in source.storedPictures {
      guard let data = try? Data(contentsOf: picture) else { throw StorageError("read", path: picture.path) }
      try makeFolder(target.pictures)
      try writeAtomically(data, to: target.pictures.appending(component: picture.lastPathComponent))
    }
  }
}
