import ArgumentParser
import Harness

/// `repro list`: the experiments.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List the experiments.")

  @Flag(help: "Print JSON.")
  var json = false

  /// One experiment, for programs.
  struct Entry: Encodable {
    let name, claim, cost: String
    let version: Int
    let paper: Paper
  }

  func run() throws {
    let entries = Known.catalogue.experiments.map {
      Entry(name: $0.name, claim: $0.claim, cost: $0.cost, version: $0.version, paper: $0.paper)
    }
    if json { return try Console.json(entries) }
    let column = (entries.map(\.name.count).max() ?? 0) + 2
    for entry in entries {
      let lines =
        Wrapping.entry(entry.name, entry.claim, column: column, width: Console.textWidth)
        + Wrapping.entry("", entry.paper.citation, column: column, width: Console.textWidth)
      for line in lines { Console.result(line) }
    }
    Console.note(
      "More of one: \(Project.command) show NAME. A minute of it: \(Project.command) NAME --scale demo")
  }
}
