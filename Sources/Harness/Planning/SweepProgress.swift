import Foundation

/// How far the runs of cells have come, by the record and by the folder of runs.
public struct SweepProgress: Sendable {
  /// How far a run has come, or a cell.
  public enum State: String, Sendable, Encodable {
    /// On record.
    case recorded
    /// Asked for by no claim that is still open.
    case decided
    /// Finished in the folder of runs, and to be recorded.
    case finished
    /// A process has its folder now.
    case running
    /// Begun, and gone on with by the next who is given it.
    case resumable
    /// Stopped by an error, which its `run.json` tells.
    case failed
    /// Nothing is there.
    case notBegun = "not begun"

    /// Whether nothing is left to do.
    public var isDone: Bool { [.recorded, .decided, .finished].contains(self) }
  }

  /// A cell and how far it has come.
  public struct Entry: Sendable {
    /// The cell.
    public let cell: Cell
    /// How far each of its arms has come, in the cell's order.
    public let arms: [(name: String, state: State)]

    /// How far it has come as a whole.
    public var state: State {
      let states = arms.map(\.state)
      if states.allSatisfy(\.isDone) {
        return states.contains(.finished) ? .finished : states.contains(.recorded) ? .recorded : .decided
      }
      if let telling = [.running, .failed].first(where: states.contains) { return telling }
      return states.contains(.resumable) || states.contains(.finished) ? .resumable : .notBegun
    }

    /// The cell with the arms alone that are left to run.
    public var remaining: Cell {
      Cell(cell.experiment, seed: cell.seed, arms: arms.filter { !$0.state.isDone }.map(\.name))
    }
  }

  /// The cells, in their order.
  public let entries: [Entry]

  /// Looks for the cells of `sweep` on the record under `root`, where there is one, and in the folder `runs`; reads no images.
  ///
  /// Throws a `CSVError` or a `ManifestError` when the record cannot be read, an `Incomparable` where its rows make no table.
  public init(_ sweep: Sweep, root: URL?, runs: URL) throws {
    var looks: [String: Look] = [:]
    for part in sweep.parts {
      looks[part.experiment.name] = try Look(part.experiment, root: root, runs: runs)
    }
    entries = sweep.cells.map { cell in
      Entry(
        cell: cell, arms: cell.arms.map { ($0, looks[cell.experiment]!.state(of: $0, seed: cell.seed)) })
    }
  }

  /// The cells that something is left to do of.
  public var unfinished: [Entry] { entries.filter { !$0.state.isDone } }
}

/// What is looked at for the runs of one experiment.
private struct Look {
  let experiment: Declaration
  let record: RecordedResults
  /// The claims that have no verdict yet.
  let open: [Claim]
  /// Where runs at the experiment's scale lie, one folder for each kind of the images.
  let places: [URL]

  init(_ experiment: Declaration, root: URL?, runs: URL) throws {
    self.experiment = experiment
    let all = try root.map {
      try RecordedResults(
        readingFrom: ResultsFolder(
          $0.appending(component: "Results"), experiment: experiment.name, scale: experiment.scale))
    }
    record = (all ?? RecordedResults(scores: [], curves: [], manifests: [])).only(version: experiment.version)
    open = try record.isEmpty ? experiment.claims : experiment.openClaims(in: Summary(record))
    let place = runs.appending(components: experiment.name, experiment.scale.rawValue)
    let kinds = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    places = kinds.sorted().map { place.appending(component: $0) }
  }

  func state(of arm: String, seed: UInt64) -> SweepProgress.State {
    let asking = open.filter { $0.arms.contains(arm) || $0.checks.contains { $0.arms.contains(arm) } }
    let comparisons = (asking.isEmpty ? experiment.claims : asking).flatMap(\.comparisons)
    let decisive = comparisons.filter { $0.arms.contains(arm) }.map(\.evaluation)
    if record.holds(arm, seed: seed, measuredBy: Set(decisive)) { return .recorded }
    if asking.isEmpty { return .decided }
    let states = places.map { state(of: RunFolder($0.appending(components: arm.slug, "\(seed)"))) }
    let order: [SweepProgress.State] = [.finished, .running, .failed, .resumable]
    return order.first(where: states.contains) ?? .notBegun
  }

  private func state(of folder: RunFolder) -> SweepProgress.State {
    let idle: SweepProgress.State = folder.isInUse ? .running : .notBegun
    guard let manifest = try? RunManifest(contentsOf: folder.manifest),
      manifest.versionProblem(under: experiment) == nil,
      manifest.configurationProblems(under: experiment).isEmpty
    else { return idle }
    if manifest.isFinished && folder.isMeasured(by: experiment) { return .finished }
    if idle == .running { return .running }
    return manifest.status == .failed ? .failed : .resumable
  }
}

extension Declaration {
  /// The claims that have not come to their end by the pairs of `summary`.
  func openClaims(in summary: Summary) throws -> [Claim] {
    try claims.filter { claim in
      let judgement = try Judgement(claim, summary, scale: scale)
      return judgement.nextLook != nil || judgement.isWaiting
    }
  }
}
