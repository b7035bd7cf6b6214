import Recipes

/// A table that does not hold what it should.
public struct CSVError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Sendable, Equatable {
    /// The file could not be read.
    case unreadable(reason: String)
    /// It is no UTF-8: what Excel calls Unicode text is UTF-16.
    case encoding
    /// Its fields are separated by something else than commas.
    case separator(String)
    /// The first line names other columns.
    case header(found: [String], expected: [String])
    /// A line has more or fewer fields than the header.
    case fieldCount(found: Int, expected: Int)
    /// A field does not hold the kind of value that its column has.
    case value(column: String, found: String, expected: String)
    /// Quotes open or close where they may not.
    case quotation
  }

  /// The file's path.
  public let file: String
  /// The line, counted from 1; `nil` when the whole file is meant.
  public let line: Int?
  /// What is wrong there.
  public let problem: Problem

  /// Creates an error.
  public init(file: String, line: Int?, problem: Problem) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// Where, what was found and what was expected, in one line.
  public var description: String {
    "\(line.map { "\(file), line \($0)" } ?? file): \(detail)".onOneLine
  }

  /// What was found and what was expected.
  package var detail: String {
    switch problem {
    case .unreadable(let reason):
      "cannot be read (\(reason))"
    case .encoding:
      "it is no UTF-8 text: save it as “CSV UTF-8”, which other programs call comma-separated UTF-8"
    case .separator(let found):
      "found the columns separated by “\(found == "\t" ? "tab" : found)”, expected commas: save it as comma-separated CSV"
    case .header(let found, let expected):
      "found the columns \(found.joined(separator: ",")), "
        + "expected \(expected.joined(separator: ","))"
    case .fieldCount(let found, let expected):
      "found \(found) fields, expected \(expected)"
    case .value(let column, let found, let expected):
      "found “\(found)” in column \(column), expected \(expected)"
    case .quotation:
      "a quotation mark is left open or stands inside an unquoted field"
    }
  }
}
