import Foundation
import Glibc

/// Watches how much of the processors others take while something is timed.
public struct CoreWatch: Sendable {
  /// How many processors others may keep busy before a timing deserves a warning.
  package static let tolerance = 0.15

  private let start: Reading
  private let began = ContinuousClock.now

  /// Begins to watch; `nil` where the system does not tell.
  public init?() {
    guard let reading = Reading() else { return nil }
    start = reading
  }

  /// What others kept busy since the beginning, in words; `nil` where that is too little to matter or cannot be told.
  package var others: String? {
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    guard let now = Reading(), let others = Self.others(from: start, to: now, seconds: seconds),
      others > Self.tolerance
    else { return nil }
    let cores = String(format: "%.1f", others)
    return
      "other processes kept \(cores) of \(ProcessInfo.processInfo.activeProcessorCount) cores busy meanwhile"
  }

  /// A warning, if others kept the processors busy since the beginning.
  public var warning: String? {
    others.map { "\($0): these times are too long; time again when nothing else runs" }
  }

  /// How many processors others kept busy over `seconds`; `nil` where the numbers make no sense.
  package static func others(from start: Reading, to end: Reading, seconds: Double) -> Double? {
    let (all, own) = (end.allSeconds - start.allSeconds, end.ownSeconds - start.ownSeconds)
    // Some sandboxes show a clock that stands still.
    guard seconds > 0, all >= own / 2 else { return nil }
    return max(0, all - own) / seconds
  }

  /// Processor time up to now: of everything on the machine, and of this process.
  package struct Reading: Sendable {
    let allSeconds, ownSeconds: Double
  }
}

extension CoreWatch.Reading {
  init?() {
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let ticks = Self.busyTicks(in: text)
    else { return nil }
    self.init(
      allSeconds: Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK))), ownSeconds: ProcessUsage.cpuSeconds)
  }

  /// What the line of all processors counts as work: user, nice, system, interrupts, and what a host took away.
  static func busyTicks(in text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
    let ticks = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    guard ticks.count >= 4 else { return nil }
    let (idle, waiting) = (3, 4)
    // Guests' time, behind the eighth place, is part of user time already.
    return ticks.prefix(8).enumerated().reduce(0) { sum, tick in
      tick.offset == idle || tick.offset == waiting ? sum : sum + tick.element
    }
  }
}
