import CKernels
import COneDNN
import COpenBLAS
import Foundation
import Glibc

/// The computer that a run was made on.
public struct Machine: Codable, Sendable, Equatable {
  /// The processor's model, as the system names it.
  public var processor: String
  /// The widest instructions that the kernels use: `avx512_bf16`, …
  public var instructionSet: String
  /// Processors this process may use, and bytes of memory.
  public var processorCount, memoryBytes: Int
  /// The distribution and kernel.
  public var system: String

  /// This computer.
  public static var current: Machine {
    Machine(
      processor: field("model name", in: "/proc/cpuinfo") ?? "unknown",
      instructionSet: String(cString: rk_isa_name(rk_isa())),
      processorCount: ProcessInfo.processInfo.activeProcessorCount,
      memoryBytes: Int(ProcessInfo.processInfo.physicalMemory),
      system: ProcessInfo.processInfo.operatingSystemVersionString)
  }

  /// The versions of the libraries that compute.
  public static var libraries: [String: String] {
    [
      "oneDNN": String(cString: rd_version()), "Swift": swiftVersion,
      "OpenBLAS": String(cString: openblas_get_config()).trimmingCharacters(in: .whitespaces),
    ]
  }

  /// How this program was compiled.
  public static var build: String {
    var isDebug = false
    assert(
      {
        isDebug = true; return true
      }())
    return isDebug ? "debug" : "release"
  }

  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// The value of the first line `name: value` of a file of the system.
  static func field(_ name: String, in file: String) -> String? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      return line.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}

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
