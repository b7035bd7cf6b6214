import Claims
import Foundation
import Records

/// An experiment's constants and numbers for the page that compares.
struct ComparedExperiment: Encodable {
  struct Arm: Encodable { let name: String, role: String, constants: Int }
  struct Run: Encodable {
    let arm: String, seed: UInt64, name: String, constants: Int
    /// What a run has besides its constants.
    let facts: [String: String]
    let scores: [String: Double]
    /// Pairs of epoch and value.
    let curves: [String: [[Double]]]
  }

  let name: String, arms: [Arm], runs: [Run]
  /// Sets of constants, each once, by path.
  let constants: [[String: String]]

  init(_ entry: SiteRecord.Entry, _ record: SiteRecord) {
    let experiment = entry.report.experiment
    var sets: [[String: String]] = []
    func place(_ set: [String: String]) -> Int {
      if let known = sets.firstIndex(of: set) { return known }
      sets.append(set)
      return sets.count - 1
    }
    name = entry.title
    let declared = experiment.arms.map { arm in
      Arm(name: arm.name, role: arm.role.rawValue, constants: place(Self.constants(of: arm)))
    }
    let results = entry.report.results
    let scores = Dictionary(grouping: results.scores, by: \.key.run)
    let curves = Dictionary(grouping: results.curves, by: \.key.run)
    var runs = results.manifests.map { manifest in
      Run(
        manifest, "seed \(manifest.identity.seed), on record", place(Self.constants(of: manifest)),
        scores[manifest.run] ?? [], curves[manifest.run] ?? [])
    }
    let known = Set(results.manifests.map(\.run))
    for stored in record.runs {
      guard let manifest = stored.manifest, manifest.identity.experiment == experiment.name,
        manifest.identity.scale == experiment.scale, !known.contains(manifest.run)
      else { continue }
      let live = LiveRun(stored, manifest)
      runs.append(
        Run(
          manifest, "seed \(manifest.identity.seed), here, \(stored.state.rawValue) (\(manifest.run))",
          place(Self.constants(of: manifest)), live.scores, live.curves))
    }
    // Rows of an earlier version may have arms that the code no longer knows.
    let former = unique(runs.map(\.arm)).filter { name in !declared.contains { $0.name == name } }
    arms = declared + former.map { Arm(name: $0, role: "not an arm of this version", constants: place([:])) }
    self.runs = runs
    constants = sets
  }

  private static func constants(of arm: DeclaredArm) -> [String: String] {
    flat(arm.constants).merging(["role": arm.role.rawValue]) { own, _ in own }
  }

  private static func constants(of manifest: RunManifest) -> [String: String] {
    let identity = manifest.identity
    let value = JSONValue.object([
      "hyperparameters": identity.hyperparameters, "plan": JSONValue(encoding: identity.plan),
      "dataset": JSONValue(encoding: identity.dataset),
    ])
    return flat(value).merging(["role": manifest.role.rawValue, "version": "\(identity.version)"]) { own, _ in
      own
    }
  }

  private static func flat(_ value: JSONValue) -> [String: String] {
    Dictionary(value.leaves.map { ($0.path, "\($0.value)") }, uniquingKeysWith: { first, _ in first })
  }
}

extension ComparedExperiment.Run {
  init(_ manifest: RunManifest, _ name: String, _ constants: Int, _ scores: [ScoreRow], _ curves: [CurveRow])
  {
    arm = manifest.identity.arm
    seed = manifest.identity.seed
    (self.name, self.constants) = (name, constants)
    facts = [
      "run": manifest.run, "data": "\(manifest.key.data) \(manifest.data.digest.prefix(12))",
      "commit": (manifest.commit.map { String($0.prefix(10)) } ?? "none")
        + (manifest.isDirty ? ", with changes" : ""),
      "machine": "\(manifest.machine.processor), \(manifest.machine.instructionSet)",
      "threads": "\(manifest.threads)", "build": manifest.build,
      "alarms": "\(manifest.alarms?.count ?? 0)",
    ]
    self.scores = Dictionary(
      scores.filter(\.value.isFinite).map { ($0.measure.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let rows = curves.filter { $0.value.isFinite && !$0.metric.hasPrefix(PreparationMetric.prefix) }
    self.curves = Dictionary(grouping: rows, by: \.metric).mapValues { rows in
      rows.sorted { $0.epoch < $1.epoch }.map { [Double($0.epoch), Self.short($0.value)] }
    }
  }

  /// Six digits, which is more than a curve shows.
  private static func short(_ value: Double) -> Double { Double(String(format: "%.6g", value)) ?? value }
}
