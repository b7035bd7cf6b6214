import Checking
import Harness

/// What a check found, in the form in which a workflow on GitHub shows it beside the file.
enum Annotation {
  /// Something that is not what it should be.
  static func line(_ discrepancy: Discrepancy) -> String {
    let line = discrepancy.line.map { ",line=\($0)" } ?? ""
    return
      "::error file=\(property(discrepancy.file))\(line),title=repro check::\(message(discrepancy.detail))"
  }

  /// Something that deserves a look.
  static func line(remark: String) -> String { "::notice title=repro check::\(message(remark))" }

  private static func message(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    message(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}

/// What a check found, as the endpoint of a badge at shields.io.
struct Badge: Encodable {
  let schemaVersion = 1
  let label = "repro check"
  let message, color: String

  init(_ outcome: RecordCheck.Outcome) {
    let count = outcome.discrepancies.count
    message =
      count == 0
      ? "\(Typography.count(outcome.runs, "run")) as recorded"
      : count == 1 ? "1 discrepancy" : "\(count) discrepancies"
    color = count == 0 ? "brightgreen" : "red"
  }
}
