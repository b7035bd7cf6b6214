import FoundationEssentials
import Glibc

/// How many cores this process may keep busy, and what decides it: the least of what the machine has, what the process is
/// bound to, what its control group allows and what a scheduler has given it.
public struct CoreShare: Sendable, Equatable {
  /// How many threads can compute at once.
  public let count: Int
  /// What allows no more, for readers: `the machine`, `its affinity`, `a quota of its control group`, `$SLURM_CPUS_PER_TASK`.
  public let decidedBy: String

  /// This process's, as it was when first asked for.
  public static let current = CoreShare(
    machine: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), affinity: affinity(status: text("/proc/self/status")),
    quota: quota(membership: text("/proc/self/cgroup"), root: "/sys/fs/cgroup"),
    environment: ProcessInfo.processInfo.environment)

  /// The least of these; where several agree, the first.
  init(machine: Int, affinity: Int?, quota: Double?, environment: [String: String]) {
    var limits = [(max(1, machine), "the machine")]
    if let affinity { limits.append((affinity, "its affinity")) }
    // Part of a core more is not worth a thread that waits for the others' next period.
    if let quota { limits.append((Int(quota), "a quota of its control group")) }
    for variable in ["SLURM_CPUS_PER_TASK", "NSLOTS", "PBS_NCPUS", "LSB_DJOB_NUMPROC"] {
      if let given = environment[variable].flatMap({ Int($0) }), given > 0 {
        limits.append((given, "$\(variable)"))
      }
    }
    let least = limits.min { $0.0 < $1.0 }!
    (count, decidedBy) = (max(1, least.0), least.1)
  }

  /// How many processors `status` (the text of /proc/self/status) says the process is bound to: one bit for each, in groups
  /// of eight hexadecimal digits. `nil` where it does not say.
  static func affinity(status: String?) -> Int? {
    let line = status?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
    let count = line?.split(separator: ":").last?.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    return count.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The smallest number of cores that a group of `membership` (the text of /proc/self/cgroup), or a group above it, allows
  /// in the hierarchies mounted at `root`; `nil` for no limit.
  static func quota(membership: String?, root: String) -> Double? {
    var least: Double?
    for line in (membership ?? "").split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      // A line without controllers is that of the second version.
      guard controllers.isEmpty || controllers.contains("cpu") else { continue }
      var group = fields[2].split(separator: "/")
      while true {
        let path = ([root] + (controllers.isEmpty ? [] : [String(fields[1])]) + group.map(String.init))
          .joined(separator: "/")
        if let cores = controllers.isEmpty ? second(path) : first(path) { least = min(least ?? cores, cores) }
        if group.isEmpty { break }
        group.removeLast()
      }
    }
    return least
  }

  /// `150000 100000`, or `max 100000` for no limit.
  private static func second(_ path: String) -> Double? {
    let numbers = (text("\(path)/cpu.max") ?? "").split { $0.isWhitespace }.map { Double($0) }
    guard numbers.count == 2, let time = numbers[0], let period = numbers[1], period > 0 else { return nil }
    return time / period
  }

  /// Two files of a number each; −1 for no limit.
  private static func first(_ path: String) -> Double? {
    func number(_ name: String) -> Double? {
      text("\(path)/\(name)").flatMap { Double($0.filter { !$0.isWhitespace }) }
    }
    guard let time = number("cpu.cfs_quota_us"), let period = number("cpu.cfs_period_us"), time > 0,
      period > 0
    else { return nil }
    return time / period
  }

  private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
