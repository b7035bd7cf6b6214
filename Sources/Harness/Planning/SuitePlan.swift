import Foundation

/// What the record of all experiments still lacks, in the order in which it is worth running.
public struct SuitePlan: Sendable {
  /// One run that is not on record.
  public struct Item: Sendable {
    /// The experiment.
    public let experiment: any Experiment.Type
    /// The arm's name and role.
    public let arm: String, role: Arm.Role
    /// The seed.
    public let seed: UInt64
    /// Whether it is finished on disk and only waits for `repro record`.
    public let isFinished: Bool
  }

  /// How many paired seeds a headline is brought to.
  public static let headlineSeeds = 5

  /// The runs, headline first: seed by seed every experiment's headline arms, then references, then explorations, both
  /// with one seed.
  public let items: [Item]

  /// Compares the record under `root` and the runs under `runs` with what `catalogue` asks for at `scale`.
  ///
  /// Throws a `CSVError` or a `ManifestError` when the record cannot be read.
  public init(
    _ catalogue: Catalogue, scale: Scale, headlineSeeds: Int = SuitePlan.headlineSeeds, root: URL, runs: URL
  ) throws {
    var items: [(rank: [Int], item: Item)] = []
    for (place, type) in catalogue.experiments.enumerated() {
      let recorded = try Self.recorded(type, scale: scale, root: root)
      let finished = Self.finished(type, scale: scale, runs: runs)
      for arm in type.init(scale: scale).arms {
        let seeds = arm.role == .headline ? headlineSeeds : 1
        for seed in 0..<UInt64(max(0, seeds)) {
          let wanted = Wanted(arm: arm.name, seed: seed)
          if recorded.contains(wanted) { continue }
          let item = Item(
            experiment: type, arm: arm.name, role: arm.role, seed: seed,
            isFinished: finished.contains(wanted))
          items.append(([arm.role.rank, Int(seed), place], item))
        }
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

  private struct Wanted: Hashable {
    let arm: String
    let seed: UInt64
  }

  /// The runs on record; one of the headline only with the number that the headline is judged by, since what a machine
  /// lacked when it was measured may be at hand here.
  private static func recorded(
    _ type: any Experiment.Type, scale: Scale, root: URL
  ) throws -> Set<Wanted> {
    let folder = ResultsFolder(root.appending(component: "Results"), experiment: type.name, scale: scale)
    let results = try RecordedResults(readingFrom: folder)
    let experiment = type.init(scale: scale)
    let judged = Set(
      results.scores.filter { $0.evaluation == experiment.headline.evaluation }.map(\.key.run))
    let headline = Set(experiment.arms.filter { $0.role == .headline }.map(\.name))
    return current(
      results.manifests.filter { judged.contains($0.run) || !headline.contains($0.identity.arm) }, type)
  }

  /// The runs on disk that the record would take and that nothing is left to measure of.
  private static func finished(_ type: any Experiment.Type, scale: Scale, runs: URL) -> Set<Wanted> {
    let experiment = type.init(scale: scale)
    let folders = RunFolder.all(under: runs.appending(components: type.name, scale.rawValue))
    let manifests = folders.filter { $0.isMeasured(by: experiment) }
      .compactMap { try? RunManifest(contentsOf: $0.manifest) }
    return current(
      manifests.filter { manifest in
        manifest.isFinished && manifest.configurationProblems(under: experiment).isEmpty
          && manifest.provenanceProblems(inRecordOf: experiment, scale: scale).isEmpty
      }, type)
  }

  private static func current(_ manifests: [RunManifest], _ type: any Experiment.Type) -> Set<Wanted> {
    Set(
      manifests.filter { $0.identity.version == type.version }
        .map { Wanted(arm: $0.identity.arm, seed: $0.identity.seed) })
  }
}

extension RunFolder {
  /// Whether no evaluation of the run's arm is missing.
  fileprivate func isMeasured(by experiment: any Experiment) -> Bool {
    guard let rows = try? measuredScores(), let arm = rows.first?.key.arm,
      let known = experiment.arms.first(where: { $0.name == arm })
    else { return false }
    let measured = Set(rows.map(\.evaluation))
    return experiment.evaluations(of: known).allSatisfy { measured.contains($0.name) }
  }
}

extension Arm.Role {
  /// Its place in the order of what is worth running.
  fileprivate var rank: Int {
    switch self {
    case .headline: 0
    case .reference: 1
    case .exploratory: 2
    }
  }
}
