import Foundation
import Records

/// Runs on this machine, a line each.
struct RunTable {
  private let runs: [StoredRun], root: URL

  init(_ runs: [StoredRun], below root: URL) { (self.runs, self.root) = (runs, root) }

  var table: HTMLTable {
    HTMLTable(
      head: [
        .init(text: "run"), .init(text: "experiment"), .init(text: "arm"),
        .init(text: "seed", isNumber: true),
        .init(text: "state"), .init(text: "begun"), .init(text: "took", isNumber: true),
        .init(text: "folder"),
      ],
      rows: runs.map { run in
        guard let manifest = run.manifest else {
          return [
            .init("—"), .init("—"), .init("—"), .init("—"), .init(run.state.rawValue), .init("—"), .init("—"),
            .init(run.path(below: root)),
          ]
        }
        let identity = manifest.identity
        let alarms = manifest.alarms?.count ?? 0
        return [
          .init(markup: Markup.element("code", [:], Markup.escaped(manifest.run)), key: manifest.run),
          .init("\(identity.experiment) \(identity.scale.rawValue)"), .init(identity.arm),
          .init("\(identity.seed)"),
          .init(run.state.rawValue + (alarms > 0 ? ", \(Typography.count(alarms, "alarm"))" : "")),
          .init(manifest.start.map(LiveRun.time) ?? "—"),
          .init(manifest.wallSeconds > 0 ? manifest.wallSeconds : nil, Typography.duration),
          .init(run.path(below: root)),
        ]
      })
  }
}
