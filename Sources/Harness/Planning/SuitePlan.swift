import Foundation
import Vision

/// What the next looks at all claims still lack, in the order in which it is worth running.
public struct SuitePlan: Sendable {
  /// One run that is not on record.
  public struct Item: Sendable {
    /// The experiment's name, and whose images it runs on.
    public let experiment: String, dataset: DatasetReference
    /// The arm's name and role.
    public let arm: String, role: ArmRole
    /// The seed.
    public let seed: UInt64
    /// Whether it is finished on disk and only waits for `repro record`.
    public let isFinished: Bool
    /// The seconds that a run of this arm took on record, on average; `nil` where there is none.
    public let seconds: Double?
  }

  /// The runs, headline first: seed by seed what the claims' next looks lack, then the arms that their checks ask for,
  /// and, where everything was asked for, one seed of each other arm.
  public let items: [Item]

  /// Compares the record under `root` and the runs under `runs` with what the claims of `experiments` are looked at by next.
  ///
  /// A claim that has its verdict, or was no test, lacks nothing. Throws a `CSVError` or a `ManifestError` when the record
  /// cannot be read, an `Incomparable` where its rows make no table.
  public init(
    _ experiments: [Declaration], isEverything: Bool = false, root: URL, runs: URL
  ) throws {
    var items: [(rank: [Int], item: Item)] = []
    for (place, experiment) in experiments.enumerated() {
      let folder = ResultsFolder(
        root.appending(component: "Results"), experiment: experiment.name, scale: experiment.scale)
      let record = try RecordedResults(readingFrom: folder)
      let finished = Self.finished(experiment, runs: runs)
      for need in try Self.needs(of: experiment, record, isEverything: isEverything) {
        guard let role = experiment.arm(named: need.run.arm)?.role else { continue }
        let item = Item(
          experiment: experiment.name, dataset: experiment.dataset, arm: need.run.arm, role: role,
          seed: need.run.seed, isFinished: finished.contains(need.run),
          seconds: record.seconds(of: need.run.arm))
        items.append(([need.rank, Int(need.run.seed), place], item))
      }
    }
    self.items = items.enumerated()
      .sorted { a, b in
        let (first, second) = (a.element.rank + [a.offset], b.element.rank + [b.offset])
        return first.lexicographicallyPrecedes(second)
      }
      .map(\.element.item)
  }

  /// What is still to be run.
  public var toRun: [Item] { items.filter { !$0.isFinished } }

  /// The seconds that the runs to do take by those on record, and how many have none to go by.
  public var cost: (seconds: Double, unknown: Int) {
    (toRun.reduce(0) { $0 + ($1.seconds ?? 0) }, toRun.count { $0.seconds == nil })
  }

  private struct Wanted: Hashable {
    let arm: String
    let seed: UInt64
  }

  private struct Need {
    let rank: Int
    let run: Wanted
  }

  /// The runs that are not on record and that something asks for, each once.
  private static func needs(
    of experiment: Declaration, _ record: RecordedResults, isEverything: Bool
  ) throws -> [Need] {
    let current = record.only(version: experiment.version)
    let summary = current.isEmpty ? nil : try Summary(current)
    var needs: [Need] = []
    var seen: Set<Wanted> = []
    func ask(_ arm: String, _ seed: UInt64, rank: Int, measuredBy evaluations: Set<String>) {
      let run = Wanted(arm: arm, seed: seed)
      if current.holds(run.arm, seed: seed, measuredBy: evaluations) || !seen.insert(run).inserted { return }
      needs.append(Need(rank: rank, run: run))
    }
    for (place, claim) in experiment.claims.enumerated() {
      let judgement = try summary.map { try Judgement(claim, $0, scale: experiment.scale) }
      if let judgement, judgement.nextLook == nil, !judgement.isWaiting { continue }
      let evaluations = Set(claim.comparisons.map(\.evaluation))
      if let next = judgement.map(\.nextLook) ?? claim.looks.counts[0] {
        for arm in experiment.arms where claim.arms.contains(arm.name) {
          // What a machine lacked when a run was measured may be at hand here.
          let decisive = Set(
            claim.comparisons.filter { $0.arms.contains(arm.name) }.map(\.evaluation))
          for seed in claim.seeds(next) { ask(arm.name, seed, rank: min(place, 1), measuredBy: decisive) }
        }
      }
      for arm in claim.checks.flatMap(\.arms) where !current.holds(arm, measuredBy: evaluations) {
        ask(arm, claim.firstSeed, rank: 2, measuredBy: evaluations)
      }
    }
    if isEverything {
      for arm in experiment.arms where arm.role != .headline {
        ask(arm.name, 0, rank: arm.role == .reference ? 3 : 4, measuredBy: [])
      }
    }
    return needs
  }

  /// The runs on disk that the record would take and that nothing is left to measure of.
  private static func finished(_ experiment: Declaration, runs: URL) -> Set<Wanted> {
    let folders = RunFolder.all(
      under: runs.appending(components: experiment.name, experiment.scale.rawValue))
    let manifests = folders.filter { $0.isMeasured(by: experiment) }
      .compactMap { try? RunManifest(contentsOf: $0.manifest) }
    return current(
      manifests.filter { manifest in
        manifest.isFinished && manifest.configurationProblems(under: experiment).isEmpty
          && manifest.provenanceProblems(inRecordOf: experiment).isEmpty
      }, experiment)
  }

  private static func current(_ manifests: [RunManifest], _ experiment: Declaration) -> Set<Wanted> {
    Set(
      manifests.filter { $0.identity.version == experiment.version }
        .map { Wanted(arm: $0.identity.arm, seed: $0.identity.seed) })
  }
}

extension RunFolder {
  /// Whether no evaluation of the run's arm is missing.
  fileprivate func isMeasured(by experiment: Declaration) -> Bool {
    guard let rows = try? measuredScores(), let arm = rows.first?.key.arm,
      let known = experiment.arm(named: arm)
    else { return false }
    let measured = Set(rows.map(\.evaluation))
    return known.evaluations.allSatisfy(measured.contains)
  }
}

extension RecordedResults {
  /// The rows of one version.
  fileprivate func only(version: Int) -> RecordedResults {
    RecordedResults(
      scores: scores.filter { $0.key.version == version },
      curves: curves.filter { $0.key.version == version },
      manifests: manifests.filter { $0.identity.version == version })
  }

  /// Whether a run of an arm, of one seed or of any, is on record, measured by all of `evaluations`.
  fileprivate func holds(_ arm: String, seed: UInt64? = nil, measuredBy evaluations: Set<String>) -> Bool {
    let runs = manifests.filter { $0.identity.arm == arm && (seed == nil || $0.identity.seed == seed) }
    return runs.contains { manifest in
      evaluations.isSubset(of: scores.filter { $0.key.run == manifest.run }.map(\.evaluation))
    }
  }

  /// The seconds that runs of an arm took on average; `nil` without one.
  fileprivate func seconds(of arm: String) -> Double? {
    let runs = manifests.filter { $0.identity.arm == arm }
    return runs.isEmpty ? nil : runs.reduce(0) { $0 + $1.wallSeconds } / Double(runs.count)
  }
}
