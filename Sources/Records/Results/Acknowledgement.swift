import Foundation

/// Why a recorded run counts although an alarm rang in it: a row of `acknowledgements.csv`, `run,arm,seed,reason`.
public struct Acknowledgement: Sendable, Hashable {
  /// The run.
  public var run: String
  /// Its arm and seed, for readers.
  public var arm: String, seed: UInt64
  /// Why, in one sentence.
  public var reason: String

  /// Creates an acknowledgement.
  public init(run: String, arm: String, seed: UInt64, reason: String) {
    self.run = run
    self.arm = arm
    self.seed = seed
    self.reason = reason
  }
}

extension Acknowledgement: CSVRow {
  /// `run,arm,seed,reason`.
  public static let columns = ["run", "arm", "seed", "reason"]

  /// One field per column.
  public var fields: [String] { [run, arm, "\(seed)", reason] }

  /// Reads a row; throws a `CSVError` that names the field which does not fit.
  public init(_ fields: CSVFields) throws {
    self.init(
      run: fields.text("run"), arm: fields.text("arm"), seed: try fields.value("seed", "a whole number"),
      reason: fields.text("reason"))
  }
}

extension RecordedResults {
  /// The reason why a run counts in spite of its alarms; `nil` where nobody has given one.
  package func acknowledgement(of run: String) -> String? { acknowledgements.first { $0.run == run }?.reason }
}
