import Claims
import Foundation
import Records

/// Holds the runs that gates are judged by against those of the claims behind them: a gate asks whether the claim can be a
/// test, and one that was asked afterwards may have been asked for an answer.
struct GateCheck {
  let experiment: Declaration

  /// The gates' runs that began after a run which had to wait for them; `gates` and `recorded` are those on record.
  func discrepancies(gates: [RunManifest], recorded: [RunManifest]) -> [Discrepancy] {
    let gates = gates.filter { $0.identity.version == experiment.version }
    return experiment.claims.filter { !$0.gates.isEmpty }.flatMap { claim -> [Discrepancy] in
      let asked = Set(claim.gates.flatMap(\.comparison.arms))
      let first = recorded.filter { run in
        run.identity.version == experiment.version && run.identity.seed >= claim.firstSeed
          && claim.arms.contains(run.identity.arm)
      }
      .compactMap { run in run.start.map { (run: run, start: $0) } }.min { $0.start < $1.start }
      guard let first else { return [] }
      return gates.filter { asked.contains($0.identity.arm) }.compactMap { gate in
        guard let start = gate.start, start > first.start else { return nil }
        return Discrepancy(
          "Results/\(experiment.name)/\(experiment.scale.rawValue)/gates/runs/\(gate.run).json",
          "“\(gate.identity.arm)”, seed \(gate.identity.seed), began \(start.formatted(.iso8601)), after run \(first.run.run) of "
            + "“\(first.run.identity.arm)”, seed \(first.run.identity.seed), at \(first.start.formatted(.iso8601)): gates come "
            + "before seed \(claim.firstSeed)")
      }
    }
  }
}
