import Foundation

/// A row type of one of the suite's tables.
public protocol CSVRow: Sendable, Equatable {
  /// The names of its fields, in order.
  static var columns: [String] { get }

  /// Its fields, one per column.
  var fields: [String] { get }

  /// Reads a row; throws a `CSVError` that names the field which does not fit.
  init(_ fields: CSVFields) throws
}

extension CSVRow {
  /// Every row of the table at `url`; throws a `CSVError`.
  public static func read(from url: URL) throws -> [Self] { try numbered(from: url).map(\.row) }

  /// Every row of the table at `url` with the line it stands in; throws a `CSVError`.
  package static func numbered(from url: URL) throws -> [NumberedRow<Self>] {
    try numbered(CSVFile.lines(at: url, columns: columns), file: url.path)
  }

  /// Every row of the table `text`, which errors call `file`; throws a `CSVError`.
  package static func numbered(in text: String, file: String) throws -> [NumberedRow<Self>] {
    try numbered(CSVFile.lines(in: text, columns: columns, file: file), file: file)
  }

  private static func numbered(_ lines: [CSVFile.Line], file: String) throws -> [NumberedRow<Self>] {
    try lines.map { line in
      let fields = CSVFields(file: file, line: line.number, columns: columns, values: line.fields)
      return NumberedRow(line: line.number, row: try Self(fields))
    }
  }

  /// The row as a line of its table.
  public var line: String { CSVFile.line(fields) }

  /// `rows` as the text of their table.
  package static func table(of rows: [Self]) -> String { CSVFile.line(columns) + rows.map(\.line).joined() }
}

/// A row and the line of the file it stands in, counted from 1.
package struct NumberedRow<Row: Sendable>: Sendable {
  package let line: Int
  package let row: Row
}

/// The fields of one line, asked for by column.
public struct CSVFields {
  package let file: String
  package let line: Int
  package let columns: [String]
  package let values: [String]

  /// The text in `column`; traps when the table has none.
  public func text(_ column: String) -> String {
    guard let index = columns.firstIndex(of: column) else { fatalError("no column \(column) in \(columns)") }
    return values[index]
  }

  /// The value in `column`, written as Swift writes it; `expected` says in words what belongs there.
  public func value<Value: LosslessStringConvertible>(_ column: String, _ expected: String) throws -> Value {
    guard let value = Value(text(column)) else { throw mismatch(column, expected) }
    return value
  }

  /// The case in `column`.
  public func oneOf<Value: RawRepresentable & CaseIterable>(
    _ column: String, _ type: Value.Type
  ) throws -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: text(column)) else {
      throw mismatch(column, "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// The error that `column` does not hold what is `expected`.
  package func mismatch(_ column: String, _ expected: String) -> CSVError {
    let found = text(column)
    // Answers are long; an error is one line.
    let shown = found.count > 100 ? "\(found.prefix(60))…" : found
    return CSVError(file: file, line: line, problem: .value(column: column, found: shown, expected: expected))
  }
}
