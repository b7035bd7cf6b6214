import Foundation
import Testing

/// What the command says of results that could not be written; asked of the program itself.
@Suite struct OutputTests {
  /// The program that was built beside these tests.
  private static let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(component: "repro")

  /// The exit status of `repro list` with its standard output led as the shell's `redirection` says.
  private func status(_ redirection: String) throws -> Int32 {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "\"$0\" list \(redirection)", Self.program.path]
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    shell.waitUntilExit()
    return shell.terminationStatus
  }

  @Test func aFullDiskIsNoSuccess() throws {
    try #require(
      FileManager.default.isExecutableFile(atPath: Self.program.path), "\(Self.program.path) is not built")
    #expect(try status("> /dev/null") == 0)
    #expect(try status("> /dev/full") == 2)
  }
}
