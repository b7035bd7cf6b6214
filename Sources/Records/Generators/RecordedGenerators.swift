import Foundation

/// What is committed of generated images, as far as the record of experiments asks: which files these were.
package enum RecordedGenerators {
  /// The folder of `Results` with the descriptions, which is no experiment's.
  package static let folderName = "generators"

  /// The descriptions in the repository at `root`: their paths from there, in order.
  package static func paths(root: URL) -> [String] {
    let folder = "Results/\(folderName)"
    let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
    return (names?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".json") }.sorted()
      .map { "\(folder)/\($0)" }
  }

  /// SHA-256 of every file of images that is described; throws a `ManifestError`.
  package static func digests(root: URL) throws -> Set<String> {
    Set(try paths(root: root).map { try GeneratorDescription(contentsOf: root.appending(path: $0)).sha256 })
  }
}

extension RunManifest {
  /// Why the images that were added keep a run out of the record of the repository at `root`; `nil` when they do not.
  ///
  /// At reduced scale arms add what the suite's own generator drew, which anyone can draw anew; at paper scale the published
  /// sets, whose digest stands in the run's json.
  package func inflationProblem(root: URL) throws -> String? {
    guard identity.scale == .reduced, let source = identity.inflation?.source, source != .unused,
      let digest = identity.inflationDigest
    else { return nil }
    if try RecordedGenerators.digests(root: root).contains(digest) { return nil }
    return
      "the images added to it (\(inflation?.name ?? "unknown"), \(digest.prefix(12))) are none that the record describes: "
      + "draw them with `repro generate --record`"
  }
}
