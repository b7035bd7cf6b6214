import Claims
import Foundation
import Records

/// Compares a part of one experiment's record at one scale with itself, with the code and with its history.
struct FolderCheck {
  let experiment: Declaration
  let part: RecordPart
  let files: RecordedFiles

  init(_ experiment: Declaration, part: RecordPart = .main, root: URL) {
    self.experiment = experiment
    self.part = part
    files = RecordedFiles(experiment: experiment.name, scale: experiment.scale, part: part, root: root)
  }

  /// Everything in the folder that contradicts something.
  func discrepancies() async -> [Discrepancy] {
    var found =
      files.discrepancies + rowsWithoutManifest + answersWithoutManifest + strayAcknowledgements
    for (run, described) in files.manifests.sorted(by: { $0.key < $1.key }) {
      let check = ManifestCheck(
        files: files, experiment: experiment, part: part, run: run, described: described)
      found += check.discrepancies
      if files.hasReadableRows {
        found += AnswersCheck(files: files, manifest: described.manifest).discrepancies
      }
      if files.hasReadableRows && !check.vouchesForRows {
        found += await RowHistory(
          files: files, run: run, manifest: described.manifest, digest: check.digest
        ).discrepancies()
      }
    }
    return found
  }

  /// The runs made at an earlier version than the code's, which tables show with a note.
  var outdatedRuns: [RunKey] {
    files.manifests.values.map(\.manifest)
      .filter { $0.identity.version < experiment.version }.map(\.key)
  }

  /// The evaluations that some runs of the code's version lack because they came later, with the number of those runs; none
  /// for gates, which are measured by what they ask about.
  var laterEvaluations: [(name: String, lackedBy: Int)] {
    if part == .gates { return [] }
    let measured = Dictionary(grouping: files.scores, by: \.row.key.run).mapValues {
      Set($0.map(\.row.evaluation))
    }
    let lacking = files.manifests.values.map(\.manifest).filter { measured[$0.run] != nil }.flatMap {
      manifest in
      experiment.arm(named: manifest.identity.arm).map { arm in
        arm.evaluations.filter { measured[manifest.run]?.contains($0) == false }
      } ?? []
    }
    return unique(experiment.commonEvaluations).compactMap { name in
      let count = lacking.count { $0 == name }
      return count > 0 ? (name, count) : nil
    }
  }

  /// What the repository says of the commits that the runs' programs were built from; and why it could not be asked.
  func commits(in known: KnownCommits) async -> (discrepancies: [Discrepancy], notChecked: String?) {
    var found: ([Discrepancy], String?) = ([], nil)
    for (_, described) in files.manifests.sorted(by: { $0.key < $1.key }) {
      let looked = await known.look(at: described.manifest)
      if let problem = looked.problem { found.0.append(Discrepancy(described.path, problem)) }
      found.1 = found.1 ?? looked.notChecked
    }
    return found
  }

  /// Acknowledgements of no recorded run, or of one in which nothing rang.
  private var strayAcknowledgements: [Discrepancy] {
    files.acknowledgements.compactMap { numbered in
      let row = numbered.row
      guard let manifest = files.manifests[row.run]?.manifest else {
        return Discrepancy(
          files.acknowledgementsPath, line: numbered.line, "is about run \(row.run), which is not on record")
      }
      if manifest.identity.arm == row.arm, manifest.identity.seed == row.seed,
        manifest.alarms?.isEmpty == false
      {
        return nil
      }
      return Discrepancy(
        files.acknowledgementsPath, line: numbered.line,
        "does not fit run \(row.run): arm, seed and an alarm to acknowledge are looked for in its manifest")
    }
  }

  private var answersWithoutManifest: [Discrepancy] {
    let folder = files.root.appending(path: "\(files.path)/answers").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { name in
      let run = String(name.prefix { $0 != "." })
      return files.manifests[run] == nil
        ? Discrepancy("\(files.path)/answers/\(name)", "there is no \(files.manifestPath(run))") : nil
    }
  }

  private var rowsWithoutManifest: [Discrepancy] {
    let first = Dictionary(
      files.curves.map { ($0.row.key.run, (files.curvesPath, $0.line)) }
        + files.scores.map { ($0.row.key.run, (files.scoresPath, $0.line)) },
      uniquingKeysWith: { _, later in later })
    return first.filter {
      files.manifests[$0.key] == nil && !files.unreadable.contains(files.manifestPath($0.key))
    }
    .sorted { $0.key < $1.key }
    .map { run, place in
      Discrepancy(place.0, line: place.1, "belongs to run \(run), but there is no \(files.manifestPath(run))")
    }
  }
}
