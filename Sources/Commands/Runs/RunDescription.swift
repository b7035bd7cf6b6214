import Foundation
import Harness

/// One line of `repro runs ls`.
struct RunEntry: Encodable {
  let run: String?
  let state: StoredRun.State
  let version: Int?
  let path: String
  let bytes: Int

  init(_ stored: StoredRun, below root: URL) {
    run = stored.manifest?.run
    state = stored.state
    version = stored.manifest?.identity.version
    path = stored.path(below: root)
    bytes = stored.bytes
  }

  /// The entries in columns.
  static func table(_ entries: [RunEntry]) -> [String] {
    let rows = entries.map { entry in
      [
        entry.run ?? "—", entry.state.rawValue, entry.version.map { "v\($0)" } ?? "—",
        DiskUse.text(entry.bytes),
        entry.path,
      ]
    }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let columns = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
      return (columns + [row[4]]).joined(separator: "  ")
    }
  }
}

/// What `repro runs show` says of a run.
struct RunDescription {
  private let stored: StoredRun
  private let manifest: RunManifest
  private let scores: [ScoreRow]

  /// Throws a `CSVError` when the run's scores cannot be read, and an `UnvouchedRows` when it is finished and they were
  /// changed since.
  init(_ stored: StoredRun, _ manifest: RunManifest) throws {
    self.stored = stored
    self.manifest = manifest
    scores = try stored.folder.shownScores(of: manifest)
  }

  /// Those of all sittings, each once.
  private var machines: String {
    let names = manifest.machines.map { "\($0.processor) (\($0.instructionSet))" }
    return names.joined(separator: ", then ")
  }

  /// The description, line by line.
  var lines: [String] {
    let identity = manifest.identity
    let commit = manifest.commit.map { String($0.prefix(10)) } ?? "none"
    var lines = [
      "run      \(manifest.run), \(stored.state.rawValue)\(manifest.failure.map { ": \($0)" } ?? "")",
      "what     \(identity.experiment) version \(identity.version), \(identity.scale.rawValue) scale, "
        + "\(identity.arm), seed \(identity.seed)",
      "images   \(manifest.data.name) (\(manifest.data.kind), \(manifest.data.digest.prefix(12)))",
      "code     commit \(commit)\(manifest.isDirty ? " with changed files" : ""), \(manifest.build)",
      "machine  \(machines), "
        + "\(Typography.count(manifest.threads, "thread")), \(identity.plan.precision.rawValue)",
      "work     \(manifest.steps) steps, \(manifest.imagesSeen) images, \(Int(manifest.wallSeconds)) s passed, "
        + "\(Int(manifest.cpuSeconds)) s of processors",
      "memory   \(DiskUse.text(manifest.peakMemoryBytes)) at most",
      "disk     \(DiskUse.text(stored.bytes)) in \(stored.folder.url.path)",
    ]
    if manifest.isModified { lines.append("changed  \(manifest.overrides.joined(separator: " "))") }
    if let divergence = manifest.divergence {
      lines.append("diverged \(divergence.text); measured is the encoder that the seed began with")
    }
    lines += (manifest.alarms ?? []).map { "alarm    after epoch \($0.epoch): \($0.text)" }
    return lines + scores.map { "score    \($0.evaluation) \($0.metric) \($0.value) (\($0.count))" }
  }
}
