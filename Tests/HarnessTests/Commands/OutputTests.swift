import Foundation
import Testing

/// What the command says where the system gives it too little: no room for its results, no files to open; asked of the
/// program itself.
@Suite struct OutputTests {
  /// The exit status of the program in a shell that goes on as `line` says.
  private func status(_ line: String, after preparation: String = ":") throws -> Int32 {
    try #require(
      FileManager.default.isExecutableFile(atPath: Program.url.path), "\(Program.url.path) is not built")
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "\(preparation); exec \"$0\" \(line)", Program.url.path]
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    shell.waitUntilExit()
    return shell.terminationStatus
  }

  @Test(arguments: ["list", "--help", "--version", "help run"])
  func aFullDiskIsNoSuccess(command: String) throws {
    #expect(try status("\(command) > /dev/null") == 0)
    #expect(try status("\(command) > /dev/full") == 2)
  }

  /// With so few, programs that are started trapped, and libraries did.
  @Test(arguments: [5, 6, 8, 16])
  func tooFewFilesAreToldBeforeAnythingIsDone(limit: Int) throws {
    #expect(try status("list > /dev/null", after: "ulimit -n \(limit)") == 2)
    #expect(try status("doctor > /dev/null", after: "ulimit -n \(limit)") == 2)
  }

  @Test func asManyAsAreAskedForAreEnough() throws {
    #expect(try status("doctor --help > /dev/null", after: "ulimit -n 32") == 0)
    #expect(try status("cite simclr-cifar10 > /dev/null", after: "ulimit -n 32") == 0)
  }
}
