import Foundation
import Glibc

/// What this process has used so far.
public enum ProcessUsage {
  /// Processor time of all its threads, in seconds.
  package static var cpuSeconds: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// The most memory it has held since the last `forgetPeak`, in bytes.
  public static var peakMemoryBytes: Int {
    let text = Machine.field("VmHWM", in: "/proc/self/status") ?? ""
    return (Int(text.prefix { $0.isNumber }) ?? 0) * 1_024
  }

  /// Begins a new measurement of the peak; systems that cannot go on with the old one.
  static func forgetPeak() {
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
  }
}
