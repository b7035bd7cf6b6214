import ArgumentParser
import Harness
import Reporting

/// `repro table`: renders what follows from the record.
struct TableCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract:
      "Render the papers' tables, the figures' scripts and the README's results from the committed numbers.")

  @Flag(
    help: "Write nothing; fail, with the differences, when a committed file is not what its numbers give.")
  var check = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    try await Failure.reported {
      let root = try Project.requiredRoot()
      if check {
        let stale = try Tables.check(Known.catalogue.declarations, root: root)
        if json {
          try Console.json(TableAnswer(stale: stale))
        } else {
          for file in stale { Console.result("\(file)") }
        }
        if !stale.isEmpty { throw ExitCode(1) }
        Console.note("every table is what its numbers give")
      } else {
        let lock = try await RecordLock(root: root) { Console.note($0) }
        defer { withExtendedLifetime(lock) {} }
        let changed = try Tables.renderAll(Known.catalogue.declarations, root: root)
        if json { return try Console.json(TableAnswer(rendered: changed)) }
        Console.note(
          changed.isEmpty ? "every table was up to date" : "rendered \(changed.joined(separator: ", "))")
      }
    }
  }
}
