import Benchmarking
import Harness

/// What the commands know of, which stand in a room without a paper: whoever starts one says it.
package enum Known {
  /// The experiments that a command can name.
  @TaskLocal package static var catalogue = Catalogue([])
  /// What the package was built from that the program is of, where that is not the suite's own.
  @TaskLocal package static var package: SourceState?
  /// Methods whose whole steps can be timed.
  @TaskLocal package static var timedMethods: [BenchmarkStep: TimedMethod] = [:]
}
