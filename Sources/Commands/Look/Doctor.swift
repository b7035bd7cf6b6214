import ArgumentParser
import Foundation
import Harness
import Tensors
import Vision

/// `repro doctor`: what is missing on this machine.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is missing on this machine, and the command that fixes it.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var data: DataOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    let store = DataStore(directory: data.directory)
    let findings = Diagnosis(
      output: output.directory, data: store, command: Project.command, source: .built
    ).findings
    if json {
      try Console.json(findings)
    } else {
      for finding in findings {
        let said = Wrapping.entry(
          finding.state.rawValue, "\(finding.subject): \(finding.detail)", column: 9, width: Console.textWidth
        )
        for line in said { Console.result(line) }
        // A command is to be copied, and therefore stays in one line.
        if let fix = finding.fix { Console.result("         fix: \(fix)") }
      }
    }
    if findings.contains(where: { $0.state == .broken }) { throw ExitCode(1) }
  }
}
