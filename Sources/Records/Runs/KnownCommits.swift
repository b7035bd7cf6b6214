import Foundation

/// Asks the repository whether the commits that programs were built from are its own.
package actor KnownCommits {
  /// What it says of a commit.
  package enum Answer: Equatable {
    case known
    case unknown
    /// It cannot tell, for the reason given.
    case notChecked(String)
  }

  private let git: Git
  private var answers: [String: Answer] = [:]

  package init(root: URL) { git = Git(folder: root) }

  /// Whether `commit` exists here.
  package func answer(_ commit: String) async -> Answer {
    if let answer = answers[commit] { return answer }
    let answer = await ask(commit)
    answers[commit] = answer
    return answer
  }

  private func ask(_ commit: String) async -> Answer {
    do throws(GitError) {
      _ = try await git.answer(to: ["rev-parse", "--git-dir"])
    } catch {
      return .notChecked(error.words)
    }
    if await git.output(["cat-file", "-e", "\(commit)^{commit}"]) != nil { return .known }
    let isShallow = await git.output(["rev-parse", "--is-shallow-repository"])?.hasPrefix("true")
    return isShallow == true ? .notChecked("this clone is shallow") : .unknown
  }

  /// The first of a run's commits that is none of this repository; and why others could not be looked up.
  package func look(at manifest: RunManifest) async -> (problem: String?, notChecked: String?) {
    var notChecked: String?
    for commit in unique(manifest.sessions.compactMap(\.commit)) {
      switch await answer(commit) {
      case .known: continue
      case .notChecked(let reason): notChecked = reason
      case .unknown:
        let problem =
          "made by a program built from commit \(commit.prefix(10)), which this repository does not have: fetch it, or run "
          + "again from a commit of this one"
        return (problem, notChecked)
      }
    }
    return (nil, notChecked)
  }
}
