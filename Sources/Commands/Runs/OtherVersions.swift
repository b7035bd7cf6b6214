import Harness
import Reporting

/// The runs on disk that were made by another version of their experiment than this program's.
struct OtherVersions {
  private let counts: [(experiment: String, versions: [Int], now: Int, count: Int)]

  init(among runs: [StoredRun], _ catalogue: Catalogue) {
    let current = Dictionary(uniqueKeysWithValues: catalogue.experiments.map { ($0.name, $0.version) })
    let others = runs.compactMap(\.manifest?.identity).filter { identity in
      current[identity.experiment].map { $0 != identity.version } ?? false
    }
    counts = Dictionary(grouping: others, by: \.experiment).sorted { $0.key < $1.key }.map { name, others in
      (name, Set(others.map(\.version)).sorted(), current[name]!, others.count)
    }
  }

  /// What that means, a line for each experiment; none where there are no such runs.
  var lines: [String] {
    counts.map { name, versions, now, count in
      "\(Typography.count(count, "run")) of \(name) \(count == 1 ? "is" : "are") of version "
        + "\(versions.map(String.init).joined(separator: ", ")), which is at version \(now) by now: kept and shown, but "
        + "neither gone on with nor recorded nor compared with new ones; `repro runs prune --outdated` names and deletes "
        + "such"
    }
  }
}
