import Foundation
import SourceStamp
import Testing

@testable import Commands
@testable import Harness
@testable import Records

/// What a build writes down about its source, by the script that every build calls.
@Suite struct SourceStampTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let parts = ["Package.swift", "Sources"]

  /// What the script writes of a package in `folder`.
  private func stamp(_ folder: URL, environment: [String: String] = [:]) throws -> String {
    let output = FileManager.default.temporaryDirectory.appending(component: "\(UUID().uuidString).swift")
    defer { try? FileManager.default.removeItem(at: output) }
    let script = Process()
    script.executableURL = URL(filePath: "/bin/sh")
    script.arguments =
      [Self.root.appending(path: "Scripts/source-stamp").path, folder.path, output.path] + Self.parts
    script.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try script.run()
    script.waitUntilExit()
    #expect(script.terminationStatus == 0)
    return try String(contentsOf: output, encoding: .utf8)
  }

  /// A committed package with one source, at `path` of a new folder.
  private func package(at path: String = "") async throws -> (folder: ReportFolder, root: URL, git: Git) {
    let folder = try ReportFolder()
    let root = folder.url.appending(path: path)
    try folder.write("// A package.\n", to: "\(path)/Package.swift")
    try folder.write("let a = 1\n", to: "\(path)/Sources/a.swift")
    let git = Git(folder: root)
    _ = try await git.answer(to: ["init", "-q"])
    try await commit(git, "First")
    return (folder, root, git)
  }

  private func commit(_ git: Git, _ message: String) async throws {
    _ = try await git.answer(to: ["add", "."])
    _ = try await git.answer(
      to: ["-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", message])
  }

  private func head(_ git: Git) async throws -> String {
    try await git.answer(to: ["rev-parse", "HEAD"]).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test func aCleanPackageIsItsCommit() async throws {
    let (folder, root, git) = try await package()
    defer { withExtendedLifetime(folder) {} }
    let expected = """
      enum Stamp {
        static let commit: String? = "\(try await head(git))"
        static let changedFiles: [String] = [
        ]
        static let problem: String? = nil
        static let source = (commit: commit, changedFiles: changedFiles, problem: problem)
      }

      """
    #expect(try stamp(root) == expected)
    // Git in a hook is told of another repository; the package's own is meant.
    #expect(try stamp(root, environment: ["GIT_DIR": "/nowhere"]) == expected)
  }

  @Test func whateverIsCompiledOtherwiseIsNamed() async throws {
    let (folder, root, git) = try await package()
    try folder.write("let b = 1\n", to: "Sources/b.swift")
    try folder.write("let c = 1\n", to: "Sources/c.swift")
    try folder.write("let d = 1\n", to: "Sources/d \"quoted\".swift")
    try await commit(git, "More")
    try folder.write("hidden.swift\n", to: ".git/info/exclude")
    try folder.write("let a = 2\n", to: "Sources/a.swift")
    try FileManager.default.removeItem(at: root.appending(path: "Sources/b.swift"))
    _ = try await git.answer(to: ["update-index", "--skip-worktree", "Sources/c.swift"])
    try folder.write("let c = 2\n", to: "Sources/c.swift")
    try folder.write("let d = 2\n", to: "Sources/d \"quoted\".swift")
    try folder.write("let e = 1\n", to: "Sources/e.swift")
    try folder.write("let f = 1\n", to: "Sources/hidden.swift")
    try folder.write("not compiled", to: "Results/x.csv")
    let lines = try stamp(root).split(separator: "\n").filter { $0.hasPrefix("    ") }
    #expect(
      Set(lines)
        == [
          #"    "Sources/a.swift","#, #"    "Sources/b.swift","#, #"    "Sources/c.swift","#,
          #"    "Sources/e.swift","#, #"    "Sources/hidden.swift","#,
          #"    "\"Sources/d \\\"quoted\\\".swift\"","#,
        ])
    #expect(try stamp(root).contains(try await head(git)))
  }

  @Test func withoutACommitGitsWordsAreKept() async throws {
    let folder = try ReportFolder()
    try folder.write("// A package.\n", to: "Package.swift")
    let text = try stamp(folder.url)
    #expect(text.contains("commit: String? = nil"))
    #expect(text.contains(#"problem: String? = "fatal: not a git repository"#), "\(text)")
  }

  /// A tarball unpacked inside another repository is not that repository's commit.
  @Test func aPackageThatTheRepositoryAroundItDoesNotKnowHasNoCommit() async throws {
    let (folder, root, _) = try await package()
    try folder.write("// Another package.\n", to: "unpacked/Package.swift")
    let text = try stamp(root.appending(path: "unpacked"))
    #expect(text.contains("commit: String? = nil") && text.contains("did not match any file"), "\(text)")
  }

  @Test func aWorktreeIsItsOwnCommit() async throws {
    let (folder, _, git) = try await package(at: "first")
    let other = folder.url.appending(path: "second")
    _ = try await git.answer(to: ["worktree", "add", "-q", "-b", "other", other.path])
    try folder.write("let a = 2\n", to: "second/Sources/a.swift")
    try await commit(Git(folder: other), "Second")
    let text = try stamp(other)
    #expect(try await head(git) != head(Git(folder: other)))
    #expect(text.contains(try await head(Git(folder: other))) && !text.contains("a.swift"), "\(text)")
  }

  /// Whichever repository it is called in, the program tells what it was built from.
  @Test func theProgramTellsItsOwnCommitInAnotherRepository() async throws {
    let (folder, root, git) = try await package()
    defer { withExtendedLifetime(folder) {} }
    let program = Process()
    program.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(component: "repro")
    program.arguments = ["doctor"]
    program.currentDirectoryURL = root
    let output = Pipe()
    program.standardOutput = output
    try program.run()
    let text = String(decoding: try #require(try output.fileHandleForReading.readToEnd()), as: UTF8.self)
    program.waitUntilExit()
    let line = try #require(text.split(separator: "\n").first { $0.contains("program: ") })
    let other = try await head(git)
    #expect(!text.contains(other.prefix(10)))
    #expect(line.contains(BuiltFrom.commit?.prefix(10) ?? "git told of no commit"), "\(line)")
    #expect(SourceState.built.commit == BuiltFrom.commit)
  }

  /// A paper in a package of its own has its own commit, and runs on the suite's.
  @Test func aProgramOfAnotherPackageIsKnownByBothCommits() {
    let suite = SourceState(commit: "4f0e65e4766a693a", changedFiles: [])
    let own = SourceState(commit: "abc", changedFiles: [])
    let whole = own.resting(on: suite, version: "0.1.0")
    #expect(whole.commit == "abc" && whole.suite == "0.1.0 (4f0e65e476)" && !whole.isDirty)
    let session = RunManifest.Session.now(whole, threads: 1)
    #expect(session.commit == "abc" && session.libraries?["repro"] == "0.1.0 (4f0e65e476)")
    #expect(RunManifest.Session.now(suite, threads: 1).libraries?["repro"] == nil)

    let changed = SourceState(commit: "4f0e65e4766a693a", changedFiles: ["Sources/Tensors/Tensor.swift"])
    let flawed = own.resting(on: changed, version: "0.1.0")
    #expect(flawed.flaw?.contains("Sources/Tensors/Tensor.swift of repro") == true, "\(flawed)")
    let unknown = SourceState(commit: nil, changedFiles: [], problem: "fatal: no repository")
    let without = own.resting(on: unknown, version: "0.1.0").flaw
    #expect(
      without?.contains("of repro, on which it rests: fatal: no repository") == true, "\(without ?? "")")
    #expect(unknown.resting(on: suite, version: "0.1.0").flaw?.contains("fatal") == true)
  }

  @Test func theProgramIsCalledWhatItsPackageCallsIt() {
    #expect(Project.program == "repro" && ReproCommand.configuration.commandName == "repro")
    #expect(Project.command(startedAs: "/x/.build/debug/own-paper") == "swift run own-paper")
    #expect(Project.command(startedAs: ".build/release/repro") == "swift run -c release repro")
    #expect(Project.command(startedAs: "/usr/local/bin/repro") == "/usr/local/bin/repro")
    #expect(Project.command(startedAs: "repro") == "repro")
    Known.$package.withValue(SourceState(commit: "abc", changedFiles: [])) {
      #expect(SourceState.built.commit == "abc" && SourceState.built.suite != nil)
      #expect(Project.program != "repro")
    }
    #expect(SourceState.built.suite == nil)
  }
}
