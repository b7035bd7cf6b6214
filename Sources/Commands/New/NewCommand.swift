import ArgumentParser
import Foundation
import Harness

/// `repro new`: what somebody begins with.
struct NewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write the files that something new begins with.",
    subcommands: [NewPaperCommand.self])
}

/// `repro new paper`.
struct NewPaperCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paper",
    abstract: "Write a paper that compiles and trains: method, experiment, table, README and tests.",
    discussion: """
      In the suite's folder a paper is a folder of Experiments/, and the lines that make it known are printed. With --in \
      it is a package of its own, which depends on the suite and has its whole command line. What it trains is a \
      placeholder, and so is its claim: replace both by the paper's. Documentation/AddingAPaper.md goes on from here.
      """)

  @Argument(help: "What the method's type will be called, such as VICReg.")
  var name: String

  @Option(
    name: .customLong("in"), help: "The folder of a package of its own, which is made.",
    completion: .directory)
  var folder: String?

  @Option(
    help:
      "Where that package finds the suite: a folder, or an address that git clones (default: this folder, in the suite's)."
  )
  var suite: String?

  func validate() throws {
    guard name.wholeMatch(of: /[A-Z][A-Za-z0-9]*/) != nil else {
      throw ValidationError(
        "“\(name)” cannot name a type: begin with a capital letter and go on with letters and digits, as in VICReg"
      )
    }
    if suite != nil && folder == nil {
      throw ValidationError("--suite is asked by a package of its own: say which with --in")
    }
  }

  func run() async throws {
    try await Failure.reported {
      let paper = NewPaper(name)
      guard let folder else {
        guard NewPaper.isSuite(Project.root) else {
          throw RunProblem("\(Project.root.path) is not the suite's folder: name one for a package with --in")
        }
        for path in try write(paper.filesInSuite, under: Project.root) { Console.result("wrote \(path)") }
        return Console.note(paper.stepsInSuite)
      }
      let root = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL
      let package = paper.package(named: root.lastPathComponent, suite: try place())
      for path in try write(package, under: root) { Console.result("wrote \(folder)/\(path)") }
      Console.note(paper.stepsInPackage(folder))
    }
  }

  /// Where the suite is to be had.
  private func place() throws -> NewPaper.Suite {
    guard let suite else {
      if NewPaper.isSuite(Project.root) { return .folder(Project.root.standardizedFileURL.path) }
      throw RunProblem(
        "say where the package finds the suite: --suite FOLDER, or the address that git clones")
    }
    if suite.contains("://") || suite.hasPrefix("git@") { return .address(suite) }
    let url = URL(fileURLWithPath: suite, isDirectory: true).standardizedFileURL
    guard NewPaper.isSuite(url) else { throw RunProblem("\(url.path) is not a clone of the suite") }
    return .folder(url.path)
  }

  /// Writes `files` and returns their places; throws a `RunProblem`, with nothing written, where one is there already.
  private func write(_ files: [NewPaper.File], under root: URL) throws -> [String] {
    for file in files where FileManager.default.fileExists(atPath: root.appending(path: file.path).path) {
      throw RunProblem("\(root.appending(path: file.path).path) is there already: nothing was written")
    }
    for file in files {
      let url = root.appending(path: file.path)
      try makeFolder(url.deletingLastPathComponent())
      try writeAtomically(Data(file.text.utf8), to: url)
    }
    return files.map(\.path)
  }
}
