import Foundation

/// One thing of the record that is not what it should be.
public struct Discrepancy: Sendable, Equatable, Codable, CustomStringConvertible {
  /// The file, relative to the repository, and the line in it where one is meant.
  public let file: String, line: Int?
  /// What moved and by how much, or what contradicts what.
  public let detail: String

  package init(_ file: String, line: Int? = nil, _ detail: String) {
    self.file = file
    self.line = line
    self.detail = detail
  }

  /// A file that could not be read, as its error tells it.
  package init(_ file: String, _ error: any Error, root: URL) {
    if let error = error as? CSVError {
      self.init(file, line: error.line, error.detail)
      return
    }
    let text = "\(error)".replacing(root.appending(path: file).path, with: "")
    self.init(file, text.trimmingPrefix { $0 == ":" || $0 == "," || $0 == " " }.description)
  }

  /// The place and what is wrong there, in one line.
  public var description: String {
    let place = line.map { "\(file), line \($0)" } ?? file
    return "\(place): \(detail.replacing("\n", with: " "))"
  }
}

/// By how much a number moved.
package enum Movement {
  /// `58.04, but was 58.03 (+0.01)`.
  package static func text(from old: Double, to new: Double) -> String {
    "\(new), but was \(old) (\(change(new - old)))"
  }

  /// `+0.01`: a change with two digits that count, or all of its whole ones.
  package static func change(_ difference: Double) -> String {
    guard difference.isFinite, difference != 0 else { return "\(difference)" }
    let format = (10...1e9).contains(difference.magnitude.rounded()) ? "%+.0f" : "%+.2g"
    return String(format: format, difference).replacing("-", with: "−")
  }
}
