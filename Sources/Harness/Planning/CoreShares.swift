import Foundation

/// The processors that this process is bound to, shared out among several.
public struct CoreShares: Sendable, Equatable {
  /// One processor of the system, and the core that it is part of.
  struct Processor: Sendable, Equatable {
    let number, package, core: Int
  }

  /// The processors of each share, whole cores as far as they go: two that compute beside each other on one core are slower
  /// than each on its own.
  public let shares: [[Int]]

  /// Shares out the processors of this process among `count`; throws a `RunProblem` when they are too few.
  public init(count: Int) throws { try self.init(Self.own, count: count) }

  init(_ processors: [Processor], count: Int) throws {
    guard count <= processors.count else {
      throw RunProblem(
        "\(count) processes at once need as many processors, and this one is bound to \(processors.count)")
    }
    let ordered = processors.sorted {
      ($0.package, $0.core, $0.number) < ($1.package, $1.core, $1.number)
    }
    shares = (0..<count).map { share in
      let part = ordered.count * share / count..<ordered.count * (share + 1) / count
      return ordered[part].map(\.number).sorted()
    }
  }

  /// The processors that this process is bound to; all of the machine's where the system does not say.
  private static var own: [Processor] {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let bound = numbers(status: status)
    let numbers = bound.isEmpty ? Array(0..<ProcessInfo.processInfo.activeProcessorCount) : bound
    return numbers.map { number in
      func topology(_ name: String) -> Int? {
        let path = "/sys/devices/system/cpu/cpu\(number)/topology/\(name)"
        return (try? String(contentsOfFile: path, encoding: .utf8))
          .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
      }
      return Processor(
        number: number, package: topology("physical_package_id") ?? 0, core: topology("core_id") ?? number)
    }
  }

  /// The processors that `status` (the text of /proc/self/status) lists: `0-3,8`.
  static func numbers(status: String) -> [Int] {
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    let list = (line?.split(separator: ":").last ?? "").filter { !$0.isWhitespace }
    return list.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
  }
}
