import CKernels
import COneDNN
import COpenBLAS
import Foundation
import Glibc
import Tensors

extension Machine {
  /// This computer.
  public static let current: Machine = {
    let cpu = "/proc/cpuinfo"
    var machine = Machine(
      processor: field("model name", in: cpu) ?? "unknown",
      instructionSet: String(cString: rk_isa_name(rk_isa())),
      processorCount: CoreShare.current.count,
      memoryBytes: Int(ProcessInfo.processInfo.physicalMemory),
      system: ProcessInfo.processInfo.operatingSystemVersionString)
    machine.family = field("cpu family", in: cpu).flatMap { Int($0) }
    machine.model = field("model\t", in: cpu).flatMap { Int($0) }
    machine.stepping = field("stepping", in: cpu).flatMap { Int($0) }
    machine.caches = caches(under: URL(filePath: "/sys/devices/system/cpu/cpu0/cache"))
    machine.oneDNNInstructionSet = String(cString: rd_effective_isa())
    return machine
  }()

  /// The caches that the system describes in `folder`; `nil` where there is no such folder.
  static func caches(under folder: URL) -> [String: Int]? {
    func text(_ index: String, _ name: String) -> String? {
      try? String(contentsOf: folder.appending(components: index, name), encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let caches = found.filter { $0.hasPrefix("index") }.compactMap { index -> (String, Int)? in
      guard let level = text(index, "level"), let kind = text(index, "type")?.lowercased(),
        let size = text(index, "size"), let count = Int(size.prefix { $0.isNumber })
      else { return nil }
      let unit = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30][size.suffix(1)] ?? 1
      return ("L\(level)" + (kind == "unified" ? "" : " \(kind)"), count * unit)
    }
    return caches.isEmpty ? nil : Dictionary(caches, uniquingKeysWith: { first, _ in first })
  }

  /// This computer's name in its network.
  public static var host: String {
    // Foundation may ask the network.
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// What schedulers call the job that this process is part of, by the names of their variables; `nil` without one.
  public static var jobs: [String: String]? {
    Scheduler.jobs(in: ProcessInfo.processInfo.environment)
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
