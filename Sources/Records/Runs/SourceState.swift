/// What a program was built from: the commit, and how the files differed from it.
public struct SourceState: Sendable, Equatable {
  /// The commit's full name; `nil` where git told none when the program was built.
  public var commit: String?
  /// The files that differed from it, of those that the program is built from.
  public var changedFiles: [String]
  /// Git's own words, where it told no commit.
  public var problem: String?
  /// What the suite was built from, `0.1.0 (4f0e65e476)`, where the program is of another package; else `nil`.
  public var suite: String?

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

  /// The state of a program of another package, which rests on the suite of `version`, built from `suite`: what it computes
  /// is known only where that is known of both.
  package func resting(on suite: SourceState, version: String) -> SourceState {
    var whole = self
    whole.suite = "\(version) (\(suite.commit.map { String($0.prefix(10)) } ?? "no commit"))"
    whole.changedFiles += suite.changedFiles.map { "\($0) of repro" }
    if suite.commit == nil, commit != nil {
      whole.commit = nil
      whole.problem = "of repro, on which it rests\(suite.problem.map { ": \($0)" } ?? "")"
    }
    return whole
  }
}
