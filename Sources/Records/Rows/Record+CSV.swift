import Recipes

extension RunKey {
  package static let columns = ["run", "experiment", "version", "scale", "data", "arm", "seed"]

  package var fields: [String] { [run, experiment, "\(version)", scale.rawValue, data, arm, "\(seed)"] }

  package init(_ fields: CSVFields) throws {
    self.init(
      run: fields.text("run"), experiment: fields.text("experiment"),
      version: try fields.value("version", "a whole number"), scale: try fields.oneOf("scale", Scale.self),
      data: fields.text("data"), arm: fields.text("arm"), seed: try fields.value("seed", "a whole number"))
  }
}

extension ScoreRow: CSVRow {
  /// `run,experiment,version,scale,data,arm,seed,evaluation,metric,value,count`.
  public static let columns = RunKey.columns + ["evaluation", "metric", "value", "count"]

  /// One field per column.
  public var fields: [String] { key.fields + [evaluation, metric, "\(value)", "\(count)"] }

  /// Reads a row; throws a `CSVError` that names the field which does not fit.
  public init(_ fields: CSVFields) throws {
    self.init(
      key: try RunKey(fields), evaluation: fields.text("evaluation"), metric: fields.text("metric"),
      value: try fields.value("value", "a number"), count: try fields.value("count", "a whole number"))
  }
}

extension CurveRow: CSVRow {
  /// `run,experiment,version,scale,data,arm,seed,epoch,step,metric,value`.
  public static let columns = RunKey.columns + ["epoch", "step", "metric", "value"]

  /// One field per column.
  public var fields: [String] { key.fields + ["\(epoch)", "\(step)", metric, "\(value)"] }

  /// Reads a row; throws a `CSVError` that names the field which does not fit.
  public init(_ fields: CSVFields) throws {
    self.init(
      key: try RunKey(fields), epoch: try fields.value("epoch", "a whole number"),
      step: try fields.value("step", "a whole number"), metric: fields.text("metric"),
      value: try fields.value("value", "a number"))
  }
}
