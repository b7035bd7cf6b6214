import Foundation

/// The ledger of one experiment at one scale in a repository, with the grid that it follows.
public struct TuningRecord: Sendable {
  /// What is tried.
  public let grid: TuningGrid
  /// The file, and the version whose rows count.
  package let file: URL, version: Int
  private let root: URL
  private let judge: TuningProgress.Judge

  /// The ledger of `type` at `scale` under `root`; throws a `RunProblem` where the experiment declares no grid.
  public init(_ type: any Experiment.Type, scale: Scale, root: URL) throws {
    let experiment = type.init(scale: scale)
    guard let grid = experiment.tuning else {
      throw RunProblem("\(type.name) declares no grid at \(scale.rawValue) scale: there is nothing to tune")
    }
    self.grid = grid
    file = ResultsFolder(root.appending(component: "Results"), experiment: type.name, scale: scale).tuning
    version = type.version
    self.root = root
    judge = TuningChecks.of(experiment.claims)
  }

  /// How far the trials have come; throws a `CSVError`.
  public func progress() throws -> TuningProgress {
    TuningProgress(grid, try TuningLedger(readingFrom: file).of(version: version), judge: judge)
  }

  /// Why nothing of `experiment` may be run for the record yet; `nil` where its recipe has the constants that were chosen, or
  /// where it declares no grid. Throws a `CSVError`.
  static func obstacle(of experiment: Declaration, root: URL) throws -> String? {
    guard let grid = experiment.tuning else { return nil }
    let ledger = try ledger(of: experiment, root: root)
    let progress = TuningProgress(grid, ledger, judge: TuningChecks.of(experiment.claims))
    if !progress.isComplete { return "constants are chosen before seed 0: repro tune \(experiment.name)" }
    if let obstacle = progress.obstacle { return "not a test: \(obstacle)" }
    return progress.differences(from: experiment.arms).first.map {
      "tuning.csv \($0): enter it into the recipe and commit"
    }
  }

  /// What is still to be trained, arm by arm, before the constants of `experiment` are chosen, if no axis has to be extended:
  /// horizons, and trials, each of which is measured. Throws a `CSVError`.
  static func left(
    of experiment: Declaration, root: URL
  ) throws -> [(arm: String, horizons: Double, trials: Int)] {
    guard let grid = experiment.tuning else { return [] }
    let ledger = try ledger(of: experiment, root: root)
    if TuningProgress(grid, ledger, judge: TuningChecks.of(experiment.claims)).isComplete { return [] }
    return grid.sides.map { side in
      let made = ledger.trials.filter { $0.arm == side.arm }
      let (first, last) = (made.count { $0.share < 1 }, made.count { $0.share == 1 })
      let firstLeft = max(0, side.places.count * grid.seeds.count - first)
      let lastLeft = max(0, grid.finalistCount * grid.seeds.count - last)
      return (side.arm, Double(firstLeft) * grid.firstShare + Double(lastLeft), firstLeft + lastLeft)
    }
  }

  private static func ledger(of experiment: Declaration, root: URL) throws -> TuningLedger {
    let folder = ResultsFolder(
      root.appending(component: "Results"), experiment: experiment.name, scale: experiment.scale)
    return try TuningLedger(readingFrom: folder.tuning).of(version: experiment.version)
  }

  /// Adds a trial's rows, whatever another process has added meanwhile; throws a `CSVError` or a `StorageError`.
  public func add(_ rows: [TuningRow], say: (String) -> Void = { _ in }) async throws {
    let lock = try await RecordLock(root: root, say: say)
    defer { withExtendedLifetime(lock) {} }
    try makeFolder(file.deletingLastPathComponent())
    var ledger = try TuningLedger(readingFrom: file)
    ledger.add(rows)
    try writeAtomically(Data(ledger.text.utf8), to: file)
  }
}
