import Benchmarking
import Harness

/// What the commands know of, which stand in a room without a paper: whoever starts one says it.
package enum Known {
  /// The experiments that a command can name.
  @TaskLocal package static var catalogue = Catalogue([])
  /// Methods whose whole steps can be timed.
  @TaskLocal package static var timedMethods: [BenchmarkStep: TimedMethod] = [:]
}
