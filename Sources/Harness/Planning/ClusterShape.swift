/// Equal machines with some cores each, written `8x16`.
public struct ClusterShape: Sendable, Equatable, CustomStringConvertible {
  /// Machines, and the cores of each.
  public let machines, cores: Int

  /// Reads `8x16`, eight machines of sixteen cores; `nil` for other texts and for more than 100,000 of either.
  public init?(_ text: String) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let machines = parts[0], let cores = parts[1],
      (1...100_000).contains(machines), (1...100_000).contains(cores)
    else { return nil }
    (self.machines, self.cores) = (machines, cores)
  }

  /// How many processes of `threads` threads run at once, none of them across machines.
  public func workers(threads: Int) -> Int { machines * max(1, cores / max(1, threads)) }

  /// `8x16`.
  public var description: String { "\(machines)x\(cores)" }
}
