import Harness
import Reporting
import SourceStamp

extension SourceState {
  /// What this very program was built from: the folder that it is called in, and what has become of the folder that it was
  /// built in, say nothing about what it computes.
  static var built: SourceState {
    let suite = SourceState(
      commit: BuiltFrom.commit, changedFiles: BuiltFrom.changedFiles, problem: BuiltFrom.problem)
    return Known.package?.resting(on: suite, version: Citation.suite.version) ?? suite
  }
}
