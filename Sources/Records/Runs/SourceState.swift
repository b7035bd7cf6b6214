/// What a program was built from: the commit, and how the files differed from it.
public struct SourceState: Sendable, Equatable {
  /// The commit's full name; `nil` where git told none when the program was built.
  public var commit: String?
  /// The files that differed from it, of those that the program is built from.
  public var changedFiles: [String]
  /// Git's own words, where it told no commit.
  public var problem: String?

  /// Whether what runs may differ from the commit.
  public var isDirty: Bool { flaw != nil }

  /// Why what runs may differ from the commit, in words; `nil` when it cannot.
  public var flaw: String? {
    if commit == nil {
      return "git told of no commit when this program was built\(problem.map { " (\($0))" } ?? "")"
    }
    guard let first = changedFiles.first else { return nil }
    let others = changedFiles.count - 1
    let files = others == 0 ? first : "\(first) and \(Typography.count(others, "other file"))"
    return "this program was built with \(files) changed"
  }

  /// Creates a state.
  public init(commit: String?, changedFiles: [String], problem: String? = nil) {
    self.commit = commit
    self.changedFiles = changedFiles
    self.problem = problem
  }
}
