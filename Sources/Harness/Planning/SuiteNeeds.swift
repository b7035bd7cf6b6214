import Foundation

/// What the claims of one experiment still lack.
struct SuiteNeeds {
  /// The runs, each with how early it comes: gates, the headline, other claims, what checks ask for, other arms.
  private(set) var items: [(rank: Int, item: SuitePlan.Item)] = []

  private struct Wanted: Hashable {
    let part: RecordPart
    let arm: String
    let seed: UInt64
  }

  private let experiment: Declaration
  /// What is on record, of the code's version.
  private let record: RecordedResults
  /// What gates are judged by: on record, or finished.
  private let pilot: RecordedResults
  /// The runs of gates that are on record.
  private let recordedGates: RecordedResults
  /// The finished runs that the record would take and of which nothing is left to measure.
  private let finished: Set<Wanted>
  /// Seconds by arm, whatever the version of the runs that they are taken from.
  private let all: [RunManifest]
  private var seen: Set<Wanted> = []

  /// Looks at the record under `root` and the runs under `runs`; throws as `SuitePlan`.
  init(_ experiment: Declaration, isEverything: Bool, root: URL, runs: URL) throws {
    let folder = ResultsFolder(
      root.appending(component: "Results"), experiment: experiment.name, scale: experiment.scale)
    let whole = try RecordedResults(readingFrom: folder)
    self.experiment = experiment
    record = whole.only(version: experiment.version)
    recordedGates = try RecordedResults(gatesIn: folder, version: experiment.version)
    all = whole.manifests + recordedGates.manifests
    let held = HeldOutRuns(of: experiment, runs: runs)
    pilot = try recordedGates.joined(by: held.results)
    finished = Self.finished(experiment, runs: runs).union(
      held.manifests.map { Wanted(part: .gates, arm: $0.identity.arm, seed: $0.identity.seed) })
    try ask(isEverything: isEverything)
  }

  private mutating func ask(isEverything: Bool) throws {
    let summary = try Summary(record)
    let judged = try experiment.claims.enumerated().map { place, claim in
      (place: place, judgement: try Judgement(claim, summary, scale: experiment.scale, pilot: pilot))
    }
    for gate in experiment.claims.flatMap(\.gates) {
      for seed in Gate.seeds {
        for arm in gate.comparison.arms {
          ask(arm, seed, rank: -1, measuredBy: [gate.comparison.evaluation], part: .gates)
        }
      }
    }
    // What a claim without gates asks for waits for nothing, even where another one's gates are open.
    for (place, judgement) in judged where judgement.gatesAre(.passed) { ask(judgement, place, .toRun) }
    for (place, judgement) in judged where judgement.gatesAre(.open) { ask(judgement, place, .behindGates) }
    if isEverything {
      for arm in experiment.arms where arm.role != .headline {
        ask(arm.name, experiment.claims[0].firstSeed, rank: arm.role == .reference ? 3 : 4, measuredBy: [])
      }
    }
  }

  /// Asks for what the next look at a claim lacks.
  private mutating func ask(_ judgement: Judgement, _ place: Int, _ state: SuitePlan.State) {
    let claim = judgement.claim
    if judgement.nextLook == nil, !judgement.isWaiting { return }
    let evaluations = Set(claim.comparisons.map(\.evaluation))
    if let next = judgement.nextLook {
      for arm in experiment.arms where claim.arms.contains(arm.name) {
        // What a machine lacked when a run was measured may be at hand here.
        let decisive = Set(claim.comparisons.filter { $0.arms.contains(arm.name) }.map(\.evaluation))
        for seed in claim.seeds(next) {
          ask(arm.name, seed, rank: min(place, 1), measuredBy: decisive, state)
        }
      }
    }
    for arm in claim.checks.flatMap(\.arms) where !record.holds(arm, measuredBy: evaluations) {
      ask(arm, claim.firstSeed, rank: 2, measuredBy: evaluations, state)
    }
  }

  private mutating func ask(
    _ arm: String, _ seed: UInt64, rank: Int, measuredBy evaluations: Set<String>,
    _ state: SuitePlan.State = .toRun, part: RecordPart = .main
  ) {
    let run = Wanted(part: part, arm: arm, seed: seed)
    let known = part == .gates ? recordedGates : record
    guard let role = experiment.arm(named: arm)?.role, !known.holds(arm, seed: seed, measuredBy: evaluations),
      seen.insert(run).inserted
    else { return }
    let item = SuitePlan.Item(
      experiment: experiment.name, dataset: experiment.dataset, arm: arm, role: role, seed: seed, part: part,
      evaluations: part == .gates ? experiment.gateEvaluations : nil,
      state: finished.contains(run) ? .finished : state, seconds: all.seconds(of: arm))
    items.append((rank, item))
  }

  /// The runs on disk that the record would take and that nothing is left to measure of.
  private static func finished(_ experiment: Declaration, runs: URL) -> Set<Wanted> {
    let folders = RunFolder.all(
      under: runs.appending(components: experiment.name, experiment.scale.rawValue))
    let manifests = folders.filter { $0.isMeasured(by: experiment) }
      .compactMap { try? RunManifest(contentsOf: $0.manifest) }
      .filter { $0.mayBeRecorded(of: experiment, part: .main) }
    return Set(manifests.map { Wanted(part: .main, arm: $0.identity.arm, seed: $0.identity.seed) })
  }
}

/// The finished runs on disk that gates are judged by.
struct HeldOutRuns {
  private let folders: [(folder: RunFolder, manifest: RunManifest)]

  /// Those under `runs` that the record would take.
  init(of experiment: Declaration, runs: URL) {
    let place = RunFolder.heldOut(of: experiment.name, scale: experiment.scale, under: runs)
    folders = RunFolder.all(under: place).compactMap { folder in
      guard let manifest = try? RunManifest(contentsOf: folder.manifest),
        manifest.isAsked(byGatesOf: experiment),
        manifest.mayBeRecorded(of: experiment, part: .gates),
        let scores = try? folder.measuredScores(),
        Set(experiment.gateEvaluations).isSubset(of: scores.map(\.evaluation))
      else { return nil }
      return (folder, manifest)
    }
  }

  /// What they are.
  var manifests: [RunManifest] { folders.map(\.manifest) }

  /// Their rows; throws where they are not those that their manifests vouch for.
  var results: RecordedResults {
    get throws {
      let rows = try folders.map { try $0.folder.vouchedRows(by: $0.manifest) }
      return RecordedResults(
        scores: rows.flatMap(\.scores), curves: rows.flatMap(\.curves), manifests: manifests)
    }
  }
}

extension Judgement {
  /// Whether its gates, taken together, stand like this: one that failed outranks one that is open.
  fileprivate func gatesAre(_ state: CheckOutcome.State) -> Bool {
    let states = Set(gates.map(\.state))
    let all: CheckOutcome.State =
      states.contains(.failed) ? .failed : states.contains(.open) ? .open : .passed
    return all == state
  }
}

extension RunManifest {
  /// Whether the record would take the run, as far as its manifest tells.
  fileprivate func mayBeRecorded(of experiment: Declaration, part: RecordPart) -> Bool {
    isFinished && identity.version == experiment.version
      && configurationProblems(under: experiment, part: part).isEmpty
      && provenanceProblems(inRecordOf: experiment, part: part).isEmpty
  }
}

extension RunFolder {
  /// Whether no evaluation of the run's arm is missing.
  func isMeasured(by experiment: Declaration) -> Bool {
    guard let rows = try? measuredScores(), let arm = rows.first?.key.arm,
      let known = experiment.arm(named: arm)
    else { return false }
    return known.evaluations.allSatisfy(Set(rows.map(\.evaluation)).contains)
  }
}

extension RecordedResults {
  /// These rows and those runs of `others` that are not among them.
  fileprivate func joined(by others: RecordedResults) -> RecordedResults {
    let runs = Set(manifests.map(\.run))
    var joined = self
    joined.scores += others.scores.filter { !runs.contains($0.key.run) }
    joined.curves += others.curves.filter { !runs.contains($0.key.run) }
    joined.manifests += others.manifests.filter { !runs.contains($0.run) }
    return joined
  }

  /// Whether a run of an arm, of one seed or of any, is on record, measured by all of `evaluations`.
  func holds(_ arm: String, seed: UInt64? = nil, measuredBy evaluations: Set<String>) -> Bool {
    let runs = manifests.filter { $0.identity.arm == arm && (seed == nil || $0.identity.seed == seed) }
    return runs.contains { manifest in
      evaluations.isSubset(of: scores.filter { $0.key.run == manifest.run }.map(\.evaluation))
    }
  }
}

extension [RunManifest] {
  /// The seconds that runs of an arm took on average; `nil` without one.
  fileprivate func seconds(of arm: String) -> Double? {
    let runs = filter { $0.identity.arm == arm }
    return runs.isEmpty ? nil : runs.reduce(0) { $0 + $1.wallSeconds } / Double(runs.count)
  }
}
