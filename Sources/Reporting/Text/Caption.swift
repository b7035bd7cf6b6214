import Claims
import Recipes
import Records

/// What a table's numbers rest on, in one paragraph under it.
struct Caption {
  let summary: Summary
  let scale: Scale
  let currentVersion: Int
  /// The headline's pairs.
  let pairing: Pairing

  /// Scale, data, version, n, seeds, commits, precision, threads, machines, and what was left out.
  var text: String {
    var parts = [
      "scale \(scale.rawValue)", "data \(data)", masks, inflations, "version \(version)", seeds, counts,
      commits,
      settings,
      machines, changedInstructions, diverged, alarms,
    ]
    if let note = versionNote { parts.append(note) }
    if !pairing.unpaired.isEmpty {
      let singles = pairing.unpaired.map { "\($0.arm) seed \($0.seed)" }
      parts.append("left out of the pairs for want of a partner: \(Typography.list(singles))")
    }
    let text = parts.filter { !$0.isEmpty }.joined(separator: "; ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private var manifests: [RunManifest] { summary.results.manifests }
  private var rows: [ScoreRow] { summary.results.scores }
  private var version: Int { rows.first?.key.version ?? currentVersion }

  private var data: String {
    let name = rows.first.map { Typography.dataset($0.key.data) } ?? "none"
    let digests = unique(manifests.map { String($0.data.digest.prefix(12)) })
    return digests.isEmpty ? name : "\(name), digest \(digests.joined(separator: ", "))"
  }

  private var masks: String {
    let names = unique(manifests.compactMap(\.segmentation)).map {
      "\(Typography.dataset("\($0.name):\($0.kind)")), digest \($0.digest.prefix(12))"
    }
    return names.isEmpty ? "" : "dense tasks on \(Typography.list(names.sorted()))"
  }

  private var inflations: String {
    let added = manifests.compactMap(\.inflation).filter { added in manifests.allSatisfy { $0.data != added }
    }
    let names = unique(added.map { "\($0.name) (\($0.kind), digest \($0.digest.prefix(12)))" }).sorted()
    return names.isEmpty ? "" : "images added from \(Typography.list(names))"
  }

  private var seeds: String {
    if pairing.pairs.isEmpty { return "no pairs" }
    let seeds = pairing.pairs.map { "\($0.seed)" }
    return
      "n = \(seeds.count) paired \(seeds.count == 1 ? "seed" : "seeds") (\(seeds.joined(separator: ", ")))"
  }

  private var counts: String {
    let counts = unique(rows.filter(\.measure.isAccuracy).map(\.count)).sorted().map { "\($0)" }
    return counts.isEmpty ? "" : "\(Typography.list(counts)) test images"
  }

  private var commits: String {
    // Of every session: a run may have been measured further at a later commit than it was trained at.
    let sessions = manifests.flatMap(\.sessions)
    let names = unique(sessions.map { $0.commit.map { String($0.prefix(10)) } ?? "no commit" }).sorted()
    guard !names.isEmpty else { return "" }
    let changed = manifests.contains(where: \.isDirty) ? ", with uncommitted changes" : ""
    return "\(names.count == 1 ? "commit" : "commits") \(names.joined(separator: ", "))\(changed)"
  }

  private var settings: String {
    let threads = unique(manifests.map(\.threads)).sorted().map { "\($0)" }
    guard !threads.isEmpty else { return "" }
    let noun = threads == ["1"] ? "thread" : "threads"
    return "\(precisions), \(Typography.list(threads)) \(noun)"
  }

  // Runs of a pair agree in precision, those of a table need not: where they differ, each is told with its seeds.
  private var precisions: String {
    let runs = Dictionary(grouping: manifests, by: \.identity.plan.precision.rawValue)
    guard runs.count > 1 else { return runs.keys.first ?? "" }
    let names = runs.sorted { $0.key < $1.key }.map { precision, runs in
      let seeds = Set(runs.map(\.identity.seed)).sorted().map { "\($0)" }
      return "\(precision) (\(seeds.count == 1 ? "seed" : "seeds") \(seeds.joined(separator: ", ")))"
    }
    return Typography.list(names)
  }

  private var machines: String {
    let names = manifests.flatMap(\.machines).map { "\($0.processor) (\($0.instructionSet))" }
    let machines = unique(names).sorted()
    if machines.count < 2 { return machines.first.map { "machine \($0)" } ?? "" }
    return "runs come from different machines: \(Typography.list(machines))"
  }

  private var changedInstructions: String {
    let runs = manifests.filter { $0.instructionSets.count > 1 }.map {
      "\($0.name) (\($0.instructionSets.joined(separator: ", then ")))"
    }
    return runs.isEmpty ? "" : "gone on with under another instruction set: \(Typography.list(runs))"
  }

  private var diverged: String {
    let runs = manifests.filter { $0.divergence != nil }.map(\.name)
    return runs.isEmpty
      ? "" : "training diverged, and the seed's random encoder counts in its place: \(Typography.list(runs))"
  }

  private var alarms: String {
    let told = manifests.flatMap { manifest in
      (manifest.alarms ?? []).map {
        "\(manifest.name) after epoch \($0.epoch) (\($0.text)\(answer(manifest)))"
      }
    }
    return told.isEmpty ? "" : "alarms rang in \(Typography.list(told))"
  }

  private func answer(_ manifest: RunManifest) -> String {
    summary.results.acknowledgement(of: manifest.run).map { "; acknowledged: “\($0)”" } ?? ""
  }

  private var versionNote: String? {
    version == currentVersion
      ? nil : "the code has moved on to version \(currentVersion), at which nothing is recorded yet"
  }
}
