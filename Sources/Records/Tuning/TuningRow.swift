import Foundation

/// A row of `tuning.csv`: one number of one trial on held-out images.
///
/// `run,experiment,version,scale,data,arm,seed,commit,share,epochs,constants,evaluation,metric,value,count`. Nothing that is
/// derived stands here: which trial was the best and whether it passed its checks follows from the rows.
public struct TuningRow: Sendable, Hashable {
  /// Whose row it is; the seed is 100 or more.
  public var key: RunKey
  /// The commit that the trial was made at.
  public var commit: String
  /// The part of the horizon it was trained for, its schedule and every event shortened alike.
  public var share: Double
  /// The epochs that this came to.
  public var epochs: Int
  /// The constants that were tried, by their full paths.
  public var constants: TuningConstants
  /// The evaluation, with its version, and what it measured; see `TuningRow.Observation` for what training showed.
  public var evaluation, metric: String
  /// The number; accuracies in percent.
  public var value: Double
  /// How many held-out images it is about; 0 for what training showed.
  public var count: Int

  /// Creates a row.
  public init(
    key: RunKey, commit: String, share: Double, epochs: Int, constants: TuningConstants, evaluation: String,
    metric: String, value: Double, count: Int
  ) {
    self.key = key
    self.commit = commit
    self.share = share
    self.epochs = epochs
    self.constants = constants
    self.evaluation = evaluation
    self.metric = metric
    self.value = value
    self.count = count
  }

  /// What the evaluation's column holds for numbers of the training itself.
  public enum Observation {
    /// The untrained network's, before the first step.
    public static let first = "curves-first"
    /// The last epoch's.
    public static let last = "curves-last"
    /// how many alarms rang, with one more where the loss became no number, under the metric `count`.
    public static let alarms = "alarms"
  }
}

/// Constants by their full paths, as a value that is written in one way only.
public struct TuningConstants: Sendable, Hashable, CustomStringConvertible {
  /// The values by path.
  public let values: [String: JSONValue]

  /// Creates a set of constants.
  public init(_ values: [String: JSONValue]) { self.values = values }

  /// The same with those of `other`, whose values win.
  public func merging(_ other: [String: JSONValue]) -> TuningConstants {
    TuningConstants(values.merging(other) { _, new in new })
  }

  /// The canonical text: a JSON object with its keys in the order of their bytes.
  public var description: String { JSONValue.object(values).description }

  /// For readers: `learningRate 0.03, temperature 0.2`, by the last parts of the paths.
  public var words: String {
    values.sorted { $0.key < $1.key }.map { path, value in
      "\(path.split(separator: ".").last ?? "") \(value)"
    }.joined(separator: ", ")
  }

  /// What they are as the changes that `--set` makes.
  package var overrides: [(key: String, value: String)] {
    values.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
  }
}

extension TuningRow: CSVRow {
  /// The names of the fields, in order.
  public static let columns =
    RunKey.columns + ["commit", "share", "epochs", "constants", "evaluation", "metric", "value", "count"]

  /// One field per column.
  public var fields: [String] {
    key.fields + [
      commit, "\(share)", "\(epochs)", constants.description, evaluation, metric, "\(value)", "\(count)",
    ]
  }

  /// Reads a row; throws a `CSVError` that names the field which does not fit.
  public init(_ fields: CSVFields) throws {
    let text = fields.text("constants")
    guard case .object(let values)? = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else {
      throw CSVError(
        file: fields.file, line: fields.line,
        problem: .value(column: "constants", found: text, expected: "a JSON object of constants by path"))
    }
    self.init(
      key: try RunKey(fields), commit: fields.text("commit"),
      share: try fields.value("share", "a part of the horizon, e.g. 0.2"),
      epochs: try fields.value("epochs", "a whole number"), constants: TuningConstants(values),
      evaluation: fields.text("evaluation"), metric: fields.text("metric"),
      value: try fields.value("value", "a number"), count: try fields.value("count", "a whole number"))
  }
}
