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
  static func name(of overrides: [Override]) -> String {
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

  /// The folders under `root` that hold a manifest, in the order of their paths; links to folders are followed, and a
  /// folder that several lead to is found once.
  ///
  /// Modified runs, trials and those trained anew for a check are left out unless `includingAsides`.
  public static func all(under root: URL, includingAsides: Bool = false) -> [RunFolder] {
    var (visited, found) = (Set<String>(), [RunFolder]())
    func walk(_ folder: URL) {
      guard visited.insert(folder.resolvingSymlinksInPath().path).inserted else { return }
      let members = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      for name in members {
        let member = folder.appending(component: name)
        var isFolder: ObjCBool = false
        // Asked of what a link leads to.
        guard FileManager.default.fileExists(atPath: member.path, isDirectory: &isFolder) else { continue }
        if name == "run.json" && !isFolder.boolValue { found.append(RunFolder(folder)) }
        let isAside = [modifiedName, rerunName, tuningName].contains(name)
        if isFolder.boolValue && (includingAsides || !isAside) { walk(member) }
      }
    }
    walk(root)
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
  package var storedPictures: [URL] {
    let files = try? FileManager.default.contentsOfDirectory(at: pictures, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "png" }.sorted { $0.path < $1.path }
  }

  /// Removes files that a process was killed over before they took their places.
  package func clearLeftovers() {
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
