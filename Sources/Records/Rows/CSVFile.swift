import Foundation
import SwiftCSV

/// Tables as RFC 4180 text: comma-separated without spaces, ended by line feeds, the columns named in the first line.
public enum CSVFile {
  /// One line after the header.
  public struct Line: Sendable, Equatable {
    /// Its place in the file, counted from 1.
    public let number: Int
    /// Its fields, one per column.
    public let fields: [String]
  }

  /// A line of `fields`, quoted where their content asks for it, with its line feed.
  public static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

  /// The lines of the table at `url`; throws a `CSVError` when its header is not `columns` or a line does not fit it.
  public static func lines(at url: URL, columns: [String]) throws -> [Line] {
    var data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw CSVError(file: url.path, line: nil, problem: .unreadable(reason: reason(error, at: url)))
    }
    // Spreadsheets put a mark in front of UTF-8 as well.
    if data.starts(with: [0xEF, 0xBB, 0xBF]) { data.removeFirst(3) }
    guard !data.starts(with: [0xFF, 0xFE]), !data.starts(with: [0xFE, 0xFF]), !data.contains(0),
      let text = String(data: data, encoding: .utf8)
    else { throw CSVError(file: url.path, line: nil, problem: .encoding) }
    return try lines(in: text, columns: columns, file: url.path)
  }

  /// The lines of the table `text`, which errors call `file`.
  public static func lines(in text: String, columns: [String], file: String) throws -> [Line] {
    // The parser takes an open quotation for one that ends with the file, so what it swallows is counted here.
    guard text.utf8.lazy.filter({ $0 == UInt8(ascii: "\"") }).count.isMultiple(of: 2) else {
      throw CSVError(file: file, line: nil, problem: .quotation)
    }
    var lines: [Line] = []
    var number = 1
    do {
      let table = try CSV<Enumerated>(string: text, delimiter: .comma, loadColumns: false, rowLimit: 0)
      try table.enumerateAsArray(startAt: 0, rowLimit: nil) { fields in
        lines.append(Line(number: number, fields: fields))
        number += 1 + fields.reduce(0) { $0 + $1.count(where: \.isNewline) }
      }
    } catch is CSVParseError {
      throw CSVError(file: file, line: number, problem: .quotation)
    }
    if let field = lines.first?.fields.first, lines[0].fields.count == 1, columns.count > 1,
      let other = ([";", "\t", "|"] as [Character]).first(where: {
        field.split(separator: $0).map(String.init) == columns
      })
    {
      throw CSVError(file: file, line: 1, problem: .separator(String(other)))
    }
    guard let header = lines.first, header.fields == columns else {
      throw CSVError(
        file: file, line: 1, problem: .header(found: lines.first?.fields ?? [], expected: columns))
    }
    for line in lines where line.fields.count != columns.count {
      throw CSVError(
        file: file, line: line.number,
        problem: .fieldCount(found: line.fields.count, expected: columns.count))
    }
    return Array(lines.dropFirst())
  }

  private static func quoted(_ field: String) -> String {
    let needsQuotes =
      field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      || field.first?.isWhitespace == true || field.last?.isWhitespace == true
    return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }

  private static func reason(_ error: any Error, at url: URL) -> String {
    FileManager.default.fileExists(atPath: url.path) ? error.localizedDescription : "there is no such file"
  }
}
