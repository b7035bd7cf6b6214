import Foundation

/// The trials of one experiment at one scale: `Results/<experiment>/<scale>/tuning.csv`.
public struct TuningLedger: Sendable, Equatable {
  /// One configuration of one arm, trained for a part of the horizon with one seed.
  public struct Trial: Sendable, Hashable {
    /// The arm.
    public let arm: String
    /// What was tried.
    public let constants: TuningConstants
    /// The part of the horizon.
    public let share: Double
    /// The seed.
    public let seed: UInt64

    /// Creates a trial.
    public init(arm: String, constants: TuningConstants, share: Double, seed: UInt64) {
      self.arm = arm
      self.constants = constants
      self.share = share
      self.seed = seed
    }
  }

  /// The rows, each trial's together.
  public private(set) var rows: [TuningRow]
  private var byTrial: [Trial: [TuningRow]]

  /// Creates a ledger of `rows`.
  public init(_ rows: [TuningRow] = []) {
    self.rows = rows
    byTrial = Dictionary(grouping: rows, by: \.trial)
  }

  /// The rows of one trial; none where it has not been made.
  public func rows(of trial: Trial) -> [TuningRow] { byTrial[trial] ?? [] }

  /// The trials in the order of their rows.
  public var trials: [Trial] { unique(rows.map(\.trial)) }

  /// The rows of one version on images of one kind, which alone are compared.
  public func of(version: Int, data: String? = nil) -> TuningLedger {
    TuningLedger(rows.filter { $0.key.version == version && (data == nil || $0.key.data == data) })
  }

  /// Adds the rows of a trial in the order of arms, seeds, shares and constants; one that is there stays as it is.
  public mutating func add(_ added: [TuningRow]) {
    let known = Set(byTrial.keys)
    rows = (rows + added.filter { !known.contains($0.trial) }).enumerated()
      .sorted { a, b in
        let (first, second) = (a.element.order, b.element.order)
        return first == second ? a.offset < b.offset : first.lexicographicallyPrecedes(second)
      }
      .map(\.element)
    byTrial = Dictionary(grouping: rows, by: \.trial)
  }
}

extension TuningRow {
  /// Whose number it is.
  public var trial: TuningLedger.Trial {
    TuningLedger.Trial(arm: key.arm, constants: constants, share: share, seed: key.seed)
  }

  /// What the row is of.
  public var measure: Measure { Measure(evaluation: evaluation, metric: metric) }

  fileprivate var order: [String] {
    func padded(_ number: UInt64) -> String {
      let digits = String(number)
      return String(repeating: "0", count: 20 - digits.count) + digits
    }
    return [
      padded(UInt64(key.version)), key.data, key.arm, "\(share)", constants.description, padded(key.seed),
    ]
  }
}

// MARK: The file

extension TuningLedger {
  /// Reads the ledger in the file at `url`; empty where there is none. Throws a `CSVError`.
  public init(readingFrom url: URL) throws {
    self.init(FileManager.default.fileExists(atPath: url.path) ? try TuningRow.read(from: url) : [])
  }

  /// The text of its file.
  public var text: String { TuningRow.table(of: rows) }
}

extension ResultsFolder {
  /// What was tried before the comparison was recorded.
  public var tuning: URL { url.appending(component: "tuning.csv") }
}
