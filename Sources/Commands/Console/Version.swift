import Harness
import Reporting

/// What `repro --version` says.
enum Version {
  /// Version, commit, how it was compiled, libraries, and the instructions in use.
  static var text: String {
    let source = SourceState.built
    let commit = source.commit.map { String($0.prefix(10)) } ?? "unknown"
    let libraries = Machine.libraries.sorted { $0.key < $1.key }.map {
      $0.value.hasPrefix($0.key) ? $0.value : "\($0.key) \($0.value)"
    }
    let machine = Machine.current
    let title =
      source.suite.map { "\(Project.program), with repro \($0)" } ?? "repro \(Citation.suite.version)"
    return """
      \(title)
      commit     \(commit)\(source.changedFiles.isEmpty ? "" : ", with changed files")
      build      \(Machine.build)
      libraries  \(libraries.joined(separator: ", "))
      kernels    \(machine.instructionSet); oneDNN \(machine.oneDNNInstructionSet ?? "unknown")
      """
  }
}
