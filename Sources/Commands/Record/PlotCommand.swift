import ArgumentParser
import Foundation
import Harness
import Reporting

/// `repro plot`: draws the figures of the record, or of runs.
struct PlotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw an experiment's figures (gnuplot script, SVG, PNG) from the committed numbers.")

  @OptionGroup var selection: ExperimentOptions

  @Option(help: "Draw into this folder (default: the record's own).", completion: .directory)
  var into: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    try await Failure.reported {
      let type = try selection.type()
      _ = try Project.requiredRoot()
      let folder = ResultsFolder(Project.results, experiment: type.name, scale: selection.scale)
      let results = try RecordedResults(readingFrom: folder)
      if results.isEmpty {
        Console.error(
          "nothing is on record for \(type.name) at \(selection.scale.rawValue) scale: run it, then "
            + "`\(Project.command) record \(type.name)`")
        throw Failure.runtime
      }
      let target = into.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? folder.figures
      let lock = into == nil ? try await RecordLock(root: Project.root) { Console.note($0) } : nil
      defer { withExtendedLifetime(lock) {} }
      let pictures = try await Figures.plot(
        Declaration(type.init(scale: selection.scale), scale: selection.scale), results, into: target)
      if json {
        return try Console.json(
          PlotAnswer(
            experiment: type.name, scale: selection.scale.rawValue, pictures: pictures.map(\.path)))
      }
      for picture in pictures { Console.result(picture.path) }
    }
  }
}
