import Foundation

/// A number that somebody else published, transcribed from a source that was read.
public struct PublishedNumber: Sendable, Equatable {
  /// The table it stands in, and the row's name there.
  public let table, row: String
  /// What it was measured on, under which settings, and what it is.
  public let dataset, setting, metric: String
  /// The number as it was printed, and its unit.
  public let text, unit: String
  /// Where it was read.
  public let source: String
  /// The number.
  public let value: Double

  /// How many decimals were printed.
  package var decimals: Int { text.split(separator: ".").dropFirst().first?.count ?? 0 }
}

extension PublishedNumber: CSVRow {
  /// `table,row,dataset,setting,metric,value,unit,source`.
  public static let columns = ["table", "row", "dataset", "setting", "metric", "value", "unit", "source"]

  /// The number's fields, in the order of `columns`.
  public var fields: [String] { [table, row, dataset, setting, metric, text, unit, source] }

  /// Reads a number; throws a `CSVError` when the value is none.
  public init(_ fields: CSVFields) throws {
    table = fields.text("table")
    row = fields.text("row")
    dataset = fields.text("dataset")
    setting = fields.text("setting")
    metric = fields.text("metric")
    text = fields.text("value")
    unit = fields.text("unit")
    source = fields.text("source")
    value = try fields.value("value", "one number as printed, e.g. 67.5")
  }
}
