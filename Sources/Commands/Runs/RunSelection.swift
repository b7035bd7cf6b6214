import ArgumentParser
import Foundation
import Harness

/// Which of the runs on disk are meant, and in which order they are told.
struct RunSelection {
  /// What runs are ordered by; those for which it is not known come last.
  enum Order: String, CaseIterable, ExpressibleByArgument {
    case path, experiment, state
    /// The one that wrote last comes first.
    case date
    /// The highest comes first.
    case score
  }

  /// Only those of this experiment, of this arm, in one of these states; `nil` and none for all.
  var experiment: String?, arm: String?
  var states: Set<StoredRun.State> = []
  /// Only those that wrote since.
  var since: Date?
  /// Only those that a process works on, or did so many minutes ago where another machine's locks are not seen.
  var aliveMinutes: Double?
  /// The score that is told of each.
  var measure: Measure?
  var order = Order.path

  /// The entries of those of `stored` that are meant.
  func entries(of stored: [StoredRun], below root: URL, now: Date = Date()) -> [RunEntry] {
    let found = stored.filter { isMeant($0, now) }.map { RunEntry($0, below: root, score: measure) }
    func sorted<Key: Comparable>(_ key: (RunEntry) -> Key?, _ areInOrder: (Key, Key) -> Bool) -> [RunEntry] {
      // Equal ones stay in the order of their paths.
      found.enumerated().sorted { a, b in
        switch (key(a.element), key(b.element)) {
        case (let x?, let y?) where x != y: areInOrder(x, y)
        case (_?, nil): true
        case (nil, _?): false
        default: a.offset < b.offset
        }
      }.map(\.element)
    }
    switch order {
    case .path: return found
    case .experiment: return sorted(\.experiment, <)
    case .state: return sorted(\.state.rawValue, <)
    case .date: return sorted(\.written, >)
    case .score: return sorted(\.score, >)
    }
  }

  private func isMeant(_ run: StoredRun, _ now: Date) -> Bool {
    let identity = run.manifest?.identity
    if let experiment, identity?.experiment != experiment { return false }
    if let arm, identity?.arm.slug != arm.slug { return false }
    if !states.isEmpty && !states.contains(run.state) { return false }
    if let since, (run.folder.lastWritten ?? .distantPast) < since { return false }
    if let aliveMinutes { return run.isAlive(within: aliveMinutes, now: now) }
    return true
  }
}

extension StoredRun {
  /// Whether a process works on it: one holds the folder's lock here, or, where locks of another machine are not seen, its
  /// files were written within so many `minutes`.
  func isAlive(within minutes: Double, now: Date) -> Bool {
    if state == .running { return true }
    guard state == .interrupted, let written = folder.lastWritten else { return false }
    return now.timeIntervalSince(written) < 60 * minutes
  }
}

extension RunFolder {
  /// When a file of the run was written last; `nil` where none is there.
  var lastWritten: Date? {
    [manifest, curves, scores, checkpoint].compactMap { file in
      try? FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
    }.max()
  }
}

extension StoredRun.State: ExpressibleByArgument {}

extension Measure {
  /// A measure as it is typed: `linear-v1`, whose metric is then top1, or `linear-v1:top5`.
  init?(typed text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), !parts.contains("") else { return nil }
    self.init(evaluation: parts[0], metric: parts.count == 2 ? parts[1] : "top1")
  }
}

/// The options that choose runs on disk.
struct RunSelectionOptions: ParsableArguments {
  @Option(
    help: "Only runs of this experiment.", completion: .list(Known.catalogue.experiments.map { $0.name }))
  var experiment: String?

  @Option(help: "Only runs of this arm.")
  var arm: String?

  @Option(
    name: .customLong("state"),
    help: "Only runs in this state; given again, in one of several.")
  var states: [StoredRun.State] = []

  @Option(
    help: "Only runs that wrote on this day or later, such as 2026-11-22.", transform: RunSelectionOptions.day
  )
  var since: Date?

  @Flag(
    help:
      "Only runs that a process works on. Of those on other machines, whose locks are not seen here, those that wrote within --within minutes."
  )
  var alive = false

  @Option(help: "The minutes that --alive allows since something was written.")
  var within = 30.0

  @Option(
    name: .customLong("by"),
    help: "The score to tell and to sort by: linear-v1, whose metric is top1, or linear-v1:top5.",
    transform: RunSelectionOptions.measure)
  var measure: Measure?

  func validate() throws {
    guard within > 0 else { throw ValidationError("--within is \(within), but has to be positive") }
  }

  /// The selection, in `order`.
  func selection(_ order: RunSelection.Order) -> RunSelection {
    RunSelection(
      experiment: experiment, arm: arm, states: Set(states), since: since,
      aliveMinutes: alive ? within : nil, measure: measure, order: order)
  }

  static func day(_ text: String) throws -> Date {
    let format = DateFormatter()
    (format.locale, format.dateFormat) = (Locale(identifier: "en_US_POSIX"), "yyyy-MM-dd")
    format.isLenient = false
    guard let day = format.date(from: text) else {
      throw ValidationError("“\(text)” is no day such as 2026-11-22")
    }
    return day
  }

  static func measure(_ text: String) throws -> Measure {
    guard let measure = Measure(typed: text) else {
      throw ValidationError("“\(text)” is no score such as linear-v1 or linear-v1:top5")
    }
    return measure
  }
}
