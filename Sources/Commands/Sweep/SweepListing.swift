import Foundation
import Harness

/// Cells and how far they have come, for readers and for programs.
struct SweepListing {
  /// A cell as JSON.
  private struct Entry: Encodable {
    struct Arm: Encodable {
      let name: String
      let state: SweepProgress.State
    }

    let cell: Int
    let experiment: String
    let scale: Scale
    let seed: UInt64
    let state: SweepProgress.State
    let arms: [Arm]
  }

  private let entries: [Entry]

  init(scale: Scale, _ entries: [SweepProgress.Entry]) {
    self.entries = entries.enumerated().map { number, entry in
      Entry(
        cell: number, experiment: entry.cell.experiment, scale: scale, seed: entry.cell.seed,
        state: entry.state, arms: entry.arms.map { .init(name: $0.name, state: $0.state) })
    }
  }

  /// Prints a line for every cell, or all of them as JSON.
  func show(isJSON: Bool) throws {
    if isJSON { return try Console.json(entries) }
    for line in lines { Console.result(line) }
  }

  /// The number, the experiment, the seed, how far it has come, and the arms where they differ in that.
  var lines: [String] {
    entries.map { entry in
      let isAlike = Set(entry.arms.map(\.state)).count <= 1
      let arms = entry.arms.map { isAlike ? $0.name : "\($0.name) \($0.state.rawValue)" }
      return "\(entry.cell)  \(entry.experiment)  seed \(entry.seed)  \(entry.state.rawValue)  "
        + arms.joined(separator: "; ")
    }
  }
}
