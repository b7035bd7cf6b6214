import Foundation
import Testing

/// The program itself, where what a process does is asked for.
enum Program {
  /// The one that was built beside these tests.
  static let url = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(component: "repro")

  /// Starts it out of reach of any network, since there is no program that downloads, and without a scheduler.
  static func start(_ arguments: [String], in folder: URL, _ variables: [String: String] = [:]) throws
    -> Process
  {
    try #require(FileManager.default.isExecutableFile(atPath: url.path), "\(url.path) is not built")
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment.filter { variable, _ in
      !["SLURM", "PBS", "LSB", "SGE", "AWS", "JOB", "SKYPILOT", "REPRO"].contains { variable.hasPrefix($0) }
    }
    environment["PATH"] = "/nonexistent"
    environment["REPRO_MAX_ISA"] = ProcessInfo.processInfo.environment["REPRO_MAX_ISA"]
    environment["REPRO_DATA"] = folder.appending(component: "Data").path
    process.environment = environment.merging(variables) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs it to its end and returns its status.
  static func status(
    _ arguments: [String], in folder: URL, _ variables: [String: String] = [:]
  ) throws -> Int32 {
    let process = try start(arguments, in: folder, variables)
    process.waitUntilExit()
    return process.terminationStatus
  }
}
