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
        let mark = finding.state.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
        Console.result("\(mark)\(finding.subject): \(finding.detail)")
        if let fix = finding.fix { Console.result("         fix: \(fix)") }
      }
    }
    if findings.contains(where: { $0.state == .broken }) { throw ExitCode(1) }
  }
}
