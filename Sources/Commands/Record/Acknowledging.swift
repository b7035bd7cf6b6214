import Foundation
import Harness
import Reporting

/// Says on record why a run counts although an alarm rang in it.
struct Acknowledging {
  /// The run.
  let key: RunKey
  /// The rendered files that changed.
  let rendered: [String]

  /// Puts `reason` beside the one recorded run whose digest begins with `name`, and renders anew what follows from it.
  ///
  /// The same reason again changes no byte, another one takes the former's place. Throws a `RunProblem` where no or several
  /// runs are meant, nothing rang in the run or no reason is given, and what reading and writing the record throws.
  init(
    _ name: String, because reason: String, catalogue: Catalogue, root: URL, say: (String) -> Void = { _ in }
  ) async throws {
    let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
    if reason.isEmpty || reason.contains(where: \.isNewline) {
      throw RunProblem("an alarm is acknowledged with a reason, in one line")
    }
    let lock = try await RecordLock(root: root, say: say)
    defer { withExtendedLifetime(lock) {} }
    var found: [(folder: ResultsFolder, results: RecordedResults, manifest: RunManifest)] = []
    for type in catalogue.experiments {
      for scale in Scale.allCases {
        let record = ResultsFolder(root.appending(component: "Results"), experiment: type.name, scale: scale)
        for folder in RecordPart.allCases.map(record.part) {
          let results = try RecordedResults(readingFrom: folder)
          found += results.manifests.filter { name.count >= 4 && $0.run.hasPrefix(name) }
            .map { (folder, results, $0) }
        }
      }
    }
    guard let (folder, results, manifest) = found.first, found.count == 1 else {
      throw RunProblem(
        found.isEmpty
          ? "no recorded run's digest begins with “\(name)”: give four digits of it or more"
          : "“\(name)” may be \(found.map(\.manifest.run).asChoice): give more digits of it")
    }
    guard manifest.alarms?.isEmpty == false else {
      throw RunProblem("nothing rang in run \(manifest.run), so that there is nothing to acknowledge")
    }
    var rows = results.acknowledgements.filter { $0.run != manifest.run }
    rows.append(
      Acknowledgement(
        run: manifest.run, arm: manifest.identity.arm, seed: manifest.identity.seed, reason: reason))
    try folder.write(rows)
    key = manifest.key
    rendered = try Tables.renderAll(catalogue.declarations, root: root)
  }
}
