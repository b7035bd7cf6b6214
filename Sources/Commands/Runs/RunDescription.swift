import Foundation
import Harness

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

  /// The run in a few lines, for one among others of its arm: seed, how it went, scores.
  var shortLines: [String] {
    let failure = manifest.failure.map { ": \($0)" } ?? ""
    let modified = manifest.isModified ? ", changed by \(manifest.overrides.joined(separator: " "))" : ""
    let title =
      "\(manifest.run)  seed \(manifest.identity.seed), \(stored.state.rawValue)\(failure), version "
      + "\(manifest.identity.version), \(manifest.data.kind)\(modified)"
    return [title] + (manifest.alarms ?? []).map { "  alarm    after epoch \($0.epoch): \($0.text)" }
      + scores.map { "  score    \($0.evaluation) \($0.metric) \($0.value) (\($0.count))" }
  }
}
