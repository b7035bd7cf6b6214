import Foundation

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
    /// The part of the record that it is for; for gates it is measured on held-out images.
    public let part: RecordPart
    /// What is to be measured of it now; `nil` for everything.
    public let evaluations: [String]?
    /// How far it is.
    public let state: State
    /// The seconds that a run of this arm took on record, on average; `nil` where there is none.
    public let seconds: Double?

    /// Whether it is finished on disk and only waits for `repro record`.
    public var isFinished: Bool { state == .finished }
    /// The experiment, part, arm and seed in one name.
    public var name: String { "\(experiment), \(part), \(arm), seed \(seed)" }
  }

  /// How far a run is that is not on record.
  public enum State: Sendable {
    /// To be run.
    case toRun
    /// Asked for once the gates of its claim have passed.
    case behindGates
    /// Finished on disk, and to be recorded.
    case finished
  }

  /// An experiment of which nothing is asked for, and why.
  public struct Passed: Sendable, CustomStringConvertible {
    /// Its name, and why.
    public let experiment: String, reason: String

    /// Both in one phrase.
    public var description: String { "\(experiment): \(reason)" }
  }

  /// The runs: gates first, then headlines, seed by seed what the claims' next looks lack, then the arms that their checks
  /// ask for, and, where everything was asked for, one seed of each other arm.
  public let items: [Item]
  /// The experiments whose constants have to be chosen before anything of them is run.
  public let untuned: [Passed]

  /// Compares the record under `root` and the runs under `runs` with what the claims of `experiments` are looked at by next.
  ///
  /// A claim that has its verdict, or was no test, lacks nothing; one whose gates are open lacks the runs that they are
  /// judged by, on record or finished. Throws a `CSVError` or a `ManifestError` when the record cannot be read, an
  /// `Incomparable` where its rows make no table.
  public init(
    _ experiments: [Declaration], isEverything: Bool = false, root: URL, runs: URL
  ) throws {
    var items: [(rank: [Int], item: Item)] = []
    var untuned: [Passed] = []
    for (place, experiment) in experiments.enumerated() {
      if let reason = try TuningRecord.obstacle(of: experiment, root: root) {
        untuned.append(Passed(experiment: experiment.name, reason: reason))
        continue
      }
      let needs = try SuiteNeeds(experiment, isEverything: isEverything, root: root, runs: runs)
      items += needs.items.map { ([$0.rank, Int($0.item.seed), place], $0.item) }
    }
    self.items = items.enumerated()
      .sorted { a, b in
        let (first, second) = (a.element.rank + [a.offset], b.element.rank + [b.offset])
        return first.lexicographicallyPrecedes(second)
      }
      .map(\.element.item)
    self.untuned = untuned
  }

  /// What one experiment lacks, even before its constants are chosen; throws as the other.
  init(lackedBy experiment: Declaration, root: URL, runs: URL) throws {
    items = try SuiteNeeds(experiment, isEverything: false, root: root, runs: runs).items.map(\.item)
    untuned = []
  }

  /// What can be run now.
  public var toRun: [Item] { items.filter { $0.state == .toRun } }
  /// What is run once gates have passed.
  public var behindGates: [Item] { items.filter { $0.state == .behindGates } }

  /// The seconds that what can be run now takes, and how many of these runs have no time on record to go by.
  public var cost: (seconds: Double, unknown: Int) { Self.cost(of: toRun) }

  /// The seconds that `items` take by the runs on record, and how many have none to go by.
  public static func cost(of items: [Item]) -> (seconds: Double, unknown: Int) {
    (items.reduce(0) { $0 + ($1.seconds ?? 0) }, items.count { $0.seconds == nil })
  }
}
