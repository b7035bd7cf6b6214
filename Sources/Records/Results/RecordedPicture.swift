import Foundation

/// The pictures of a record: what a preparation found and what was measured, shown for the headline's first seed of each
/// arm, which is enough to look at.
package enum RecordedPicture {
  /// What a run's picture is called in the record: `clusters-of-g-simclr-seed-0.png`.
  package static func name(of picture: URL, _ key: RunKey) -> String {
    "\(picture.deletingPathExtension().lastPathComponent)-of-\(key.arm.slug)-seed-\(key.seed).png"
  }

  /// The pictures of `runs` that lie in `folder`, by arm.
  package static func all(
    of runs: [RunManifest], seed: UInt64, in folder: ResultsFolder
  ) -> [(arm: String, name: String)] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.figures.path)) ?? []
    return runs.map(\.key).filter { $0.seed == seed }.flatMap { key in
      files.filter { $0.hasSuffix("-of-\(key.arm.slug)-seed-\(key.seed).png") }.sorted().map { (key.arm, $0) }
    }
  }
}
