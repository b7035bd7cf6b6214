import Claims
import Records

/// What an arm's runs took: seconds by what they went into, multiply-adds, memory.
struct CostTable {
  private let arms: [(name: String, runs: [RunManifest])]

  init(_ experiment: Declaration, _ results: RecordedResults) {
    let names = unique(experiment.arms.map(\.name) + results.manifests.map(\.identity.arm))
    arms = names.map { name in (name, results.manifests.filter { $0.identity.arm == name }) }.filter {
      !$0.runs.isEmpty
    }
  }

  var isEmpty: Bool { arms.isEmpty }

  var table: HTMLTable {
    HTMLTable(
      head: [HTMLTable.Head(text: "arm")]
        + [
          "runs", "total", "preparation", "training", "waiting", "monitor", "evaluations", "processor",
          "multiply-adds", "memory", "energy",
        ].map { HTMLTable.Head(text: $0, isNumber: true) },
      rows: arms.map { name, runs in
        func mean(_ value: (RunManifest) -> Double?) -> Double? {
          let known = runs.compactMap(value)
          return known.count == runs.count ? known.reduce(0, +) / Double(runs.count) : nil
        }
        func phase(_ seconds: @escaping (RunManifest.Phases) -> Double) -> HTMLTable.Cell {
          .init(mean { $0.phaseSeconds(seconds) }, Typography.duration)
        }
        return [
          .init(name), .init("\(runs.count)"),
          .init(mean(\.wallSeconds), Typography.duration), phase(\.preparation), phase(\.training),
          phase(\.waitingForData), phase(\.monitoring), phase { $0.evaluations.values.reduce(0, +) },
          .init(mean(\.cpuSeconds), Typography.duration),
          .init(mean { $0.multiplyAdds.map(Double.init) }, Axis.label),
          .init(mean { Double($0.peakMemoryBytes) }) { DiskUse.text(Int($0)) }, .init("—", key: ""),
        ]
      })
  }
}

extension RunManifest {
  /// Seconds of one phase over all sessions; `nil` where one of them kept none, as older files do.
  func phaseSeconds(_ seconds: (Phases) -> Double) -> Double? {
    let phases = sessions.compactMap(\.phases)
    return phases.count == sessions.count ? phases.reduce(0) { $0 + seconds($1) } : nil
  }
}

/// Where every run on record comes from.
struct ProvenanceTable {
  private let results: RecordedResults

  init(_ results: RecordedResults) { self.results = results }

  var table: HTMLTable {
    HTMLTable(
      head: [
        .init(text: "run"), .init(text: "arm"), .init(text: "seed", isNumber: true), .init(text: "commit"),
        .init(text: "data digest"), .init(text: "machine"), .init(text: "instructions"),
        .init(text: "threads", isNumber: true), .init(text: "precision"), .init(text: "alarms"),
      ],
      rows: results.manifests.sorted {
        ($0.identity.arm, $0.identity.seed) < ($1.identity.arm, $1.identity.seed)
      }.map {
        manifest in
        let commits = unique(manifest.sessions.map { $0.commit.map { String($0.prefix(10)) } ?? "none" })
        let alarms = (manifest.alarms ?? []).map { "epoch \($0.epoch): \($0.text)" }
        return [
          .init(markup: Markup.element("code", [:], Markup.escaped(manifest.run)), key: manifest.run),
          .init(manifest.identity.arm), .init("\(manifest.identity.seed)"),
          .init(commits.joined(separator: ", ") + (manifest.isDirty ? ", with changes" : "")),
          .init("\(manifest.data.kind) \(manifest.data.digest.prefix(12))"),
          .init(unique(manifest.machines.map(\.processor)).joined(separator: ", ")),
          .init(manifest.instructionSets.joined(separator: ", ")), .init("\(manifest.threads)"),
          .init(manifest.identity.plan.precision.rawValue),
          .init(
            alarms.isEmpty ? (manifest.alarms == nil ? "not kept" : "none") : alarms.joined(separator: "; ")),
        ]
      })
  }
}
