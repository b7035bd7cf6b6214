import Harness
import SourceStamp

extension SourceState {
  /// What this very program was built from: the folder that it is called in, and what has become of the folder that it was
  /// built in, say nothing about what it computes.
  static let built = SourceState(
    commit: BuiltFrom.commit, changedFiles: BuiltFrom.changedFiles, problem: BuiltFrom.problem)
}
