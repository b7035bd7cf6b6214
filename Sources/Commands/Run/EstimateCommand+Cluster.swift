import Foundation
import Harness
import Reporting
import Tensors

extension EstimateCommand {
  /// Times every experiment whose images are to be had, and hands what they lack to the machines of `shape`.
  func estimate(on shape: ClusterShape) async throws {
    let root = try Project.requiredRoot()
    let scale = scale ?? .reduced
    let chosen =
      experiments.isEmpty
      ? Known.catalogue.experiments : try experiments.map(Known.catalogue.experiment)
    var needs: [ClusterEstimate.Need] = []
    for type in chosen {
      let declaration = Declaration(type.init(scale: scale), scale: scale)
      do {
        let timed = try await estimate(type, scale: scale, arms: declaration.armsOfPlans)
        needs.append(
          try ClusterEstimate.Need(
            declaration, timed: timed, root: root, runs: URL(fileURLWithPath: runs ?? "Runs")))
      } catch let error where experiments.isEmpty && Failure.status(of: error) == Failure.noData {
        Console.warning("\(type.name) is left out: \(error)")
      }
    }
    let estimate = ClusterEstimate(needs, on: shape, threads: WorkerPool.threads)
    if json { return try Console.json(estimate) }
    for line in ClusterTable(estimate).lines(width: Console.textWidth) { Console.result(line) }
  }
}

/// What an estimate for a cluster prints.
struct ClusterTable {
  private let estimate: ClusterEstimate

  init(_ estimate: ClusterEstimate) { self.estimate = estimate }

  /// A table by experiment, and the sum, in lines of at most `width` columns.
  func lines(width: Int) -> [String] {
    let table = TextTable(
      header: ["until the next look", "trials", "gates", "cells", "longest cell", "core-hours"],
      rows: estimate.needs.map { need in
        [
          need.experiment, time(need.tuningSeconds), "\(need.gateSeconds.count)",
          "\(need.cellSeconds.count)", time(need.cellSeconds.max() ?? 0), coreHours(need.seconds),
        ]
      },
      alignments: [.leading] + [MarkdownTable.Alignment](repeating: .trailing, count: 5))
    let alone = estimate.needs.reduce(0) { $0 + $1.seconds }
    let sum =
      "\(estimate.cluster), \(estimate.workers) \(estimate.workers == 1 ? "process" : "processes") at once with "
      + "\(Typography.count(estimate.threads, "thread")) each: \(Typography.duration(estimate.wallSeconds)) and "
      + "\(coreHours(alone)) core-hours; one such process alone: \(Typography.duration(alone))"
    let promise =
      "Timed here, and predicted for the rest: processes side by side are taken to be as fast as one alone, machines as "
      + "fast as this one, and no job to wait in a queue. Trials of one experiment follow each other; gates come before "
      + "other cells."
    return table.lines(width: width) + [""] + [sum, promise].flatMap { Wrapping.lines($0, width: width) }
  }

  private func time(_ seconds: Double) -> String { seconds > 0 ? Typography.duration(seconds) : "—" }

  private func coreHours(_ seconds: Double) -> String {
    Typography.number(seconds * Double(estimate.threads) / 3_600, decimals: 1)
  }
}
