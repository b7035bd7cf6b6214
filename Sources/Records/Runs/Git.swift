import Foundation
import Subprocess

/// Questions to the repository that holds a folder.
package struct Git: Sendable {
  /// The folder.
  package let folder: URL

  /// Asks the repository that holds `folder`.
  package init(folder: URL) { self.folder = folder }

  /// What `git` prints for `arguments`; throws a `GitError` with git's own words when it refuses.
  package func answer(to arguments: [String]) async throws(GitError) -> String {
    let result = try? await run(
      .name("git"), arguments: Arguments(["-C", folder.path] + arguments), output: .string(limit: 1 << 26),
      error: .string(limit: 1 << 16))
    guard let result else { throw GitError(words: "git cannot be started") }
    guard result.terminationStatus.isSuccess else {
      let words = result.standardError.split(separator: "\n").first
      throw GitError(words: words.map(String.init) ?? "git \(arguments.first ?? "") failed without a word")
    }
    return result.standardOutput
  }

  /// What `git` prints for `arguments`; `nil` when it refuses, or where there is no repository.
  package func output(_ arguments: [String]) async -> String? { try? await answer(to: arguments) }

  /// The text of a file at a commit; `path` is relative to the folder.
  package func text(of path: String, at commit: String) async -> String? {
    await output(["show", "\(commit):./\(path)"])
  }

  /// The commits that changed any of two files, latest first.
  package func commits(changing first: String, _ second: String) async -> [String] {
    let found = await output(["log", "--format=%H", "-n", "50", "--", first, second])
    return found?.split(separator: "\n").map(String.init) ?? []
  }
}

/// Git refuses to answer.
package struct GitError: Error, Equatable, CustomStringConvertible {
  /// What it says, in one line.
  package let words: String

  /// Git's words.
  package var description: String { words }
}
