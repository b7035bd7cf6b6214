import Foundation
import Subprocess

/// Questions to the repository that holds a folder.
struct Git: Sendable {
  /// The folder.
  let folder: URL

  /// What `git` prints for `arguments`; `nil` when it fails, or where there is no repository.
  func output(_ arguments: [String]) async -> String? {
    let result = try? await run(
      .name("git"), arguments: Arguments(["-C", folder.path] + arguments), output: .string(limit: 1 << 26),
      error: .discarded)
    guard let result, result.terminationStatus.isSuccess else { return nil }
    return result.standardOutput
  }

  /// The text of a file at a commit; `path` is relative to the folder.
  func text(of path: String, at commit: String) async -> String? {
    await output(["show", "\(commit):./\(path)"])
  }

  /// The commits that changed any of two files, latest first.
  func commits(changing first: String, _ second: String) async -> [String] {
    let found = await output(["log", "--format=%H", "-n", "50", "--", first, second])
    return found?.split(separator: "\n").map(String.init) ?? []
  }
}
