import Foundation

/// The commit that a run is made at, read when the command starts.
public struct SourceState: Sendable, Equatable {
  /// The commit's full name; `nil` without a repository.
  public var commit: String?
  /// The files that differ from it, results and runs aside.
  public var changedFiles: [String]

  /// Whether what runs may differ from the commit.
  public var isDirty: Bool { flaw != nil }

  /// Why what runs may differ from the commit, in words; `nil` when it cannot.
  public var flaw: String? {
    if commit == nil { return "git tells of no commit here" }
    guard let first = changedFiles.first else { return nil }
    let others = changedFiles.count - 1
    return others == 0
      ? "\(first) is changed" : "\(first) and \(Typography.count(others, "other file")) are changed"
  }

  /// Creates a state.
  public init(commit: String?, changedFiles: [String]) {
    self.commit = commit
    self.changedFiles = changedFiles
  }

  /// Asks git about the repository that holds `folder`.
  public static func read(at folder: URL) async -> SourceState {
    let ignored = ["Results", "paper-tables", "Runs"].map { ":(top,exclude)\($0)" }
    let git = Git(folder: folder)
    async let commit = git.output(["rev-parse", "HEAD"])
    async let status = git.output(["status", "--porcelain", "--", ":(top)"] + ignored)
    let changes = await status?.split(separator: "\n").map { String($0.dropFirst(3)) } ?? []
    return SourceState(
      commit: await commit?.trimmingCharacters(in: .whitespacesAndNewlines), changedFiles: changes)
  }
}
