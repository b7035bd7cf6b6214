import Foundation
import Recipes
import Records
import Tensors

/// Where the time of a training step goes, and how little it could be.
package struct StepProfile: Encodable {
  /// One kind of work in a step.
  package struct Line: Encodable {
    package let work: String
    let millisecondsPerStep: Double
    /// Part of the step's time.
    package let share: Double
    let multiplyAddsPerStep, bytesPerStep: Int
    /// What the arithmetic, or the memory, would take at least; `nil` where no count was taken.
    let floorMilliseconds: Double?
  }

  /// What was timed: a step's name, or an experiment and its arm.
  package let step: String
  /// Channels of the network's first stage, where the step was asked for by them, and images per step.
  package let width: Int?, batch: Int
  package let precision: String
  package let threads: Int
  let millisecondsPerStep: Double
  let coreMultiplyAddsPerSecond, coreBytesPerSecond: Double
  package let lines: [Line]

  init(
    of step: String, width: Int? = nil, batch: Int, precision: Precision,
    _ entries: [(work: Profile.Work, entry: Profile.Entry)], floor: Profile.Floor, steps: Int,
    millisecondsPerStep: Double
  ) {
    (self.step, self.width, self.batch) = (step, width, batch)
    self.precision = precision.dataType.rawValue
    threads = WorkerPool.threads
    self.millisecondsPerStep = millisecondsPerStep
    (coreMultiplyAddsPerSecond, coreBytesPerSecond) = (floor.multiplyAddsPerSecond, floor.bytesPerSecond)
    // All cores together have worked this many milliseconds for every millisecond that has passed.
    let perStep = 1_000 / Double(steps * WorkerPool.threads)
    let measured = entries.filter { $0.entry.coreSeconds > 0 }.map { work, entry in
      let milliseconds = entry.coreSeconds * perStep
      let counted = entry.multiplyAdds > 0 || entry.bytes > 0
      return Line(
        work: StepProfile.name(of: work), millisecondsPerStep: milliseconds,
        share: milliseconds / millisecondsPerStep, multiplyAddsPerStep: entry.multiplyAdds / steps,
        bytesPerStep: entry.bytes / steps,
        floorMilliseconds: counted ? floor.seconds(for: entry) * perStep : nil)
    }
    let rest = max(0, millisecondsPerStep - measured.map(\.millisecondsPerStep).reduce(0, +))
    lines =
      measured + [
        Line(
          work: "everything else", millisecondsPerStep: rest, share: rest / millisecondsPerStep,
          multiplyAddsPerStep: 0, bytesPerStep: 0, floorMilliseconds: nil)
      ]
  }

  package var table: String {
    let rows = lines.map { line in
      [
        line.work, number(line.millisecondsPerStep, 2), number(100 * line.share, 1),
        line.multiplyAddsPerStep > 0 ? number(Double(line.multiplyAddsPerStep) * 1e-9, 2) : "",
        line.bytesPerStep > 0 ? number(Double(line.bytesPerStep) * 1e-6, 0) : "",
        line.floorMilliseconds.map { number($0, 2) } ?? "",
        line.floorMilliseconds.map { number(100 * $0 / line.millisecondsPerStep, 0) } ?? "",
      ]
    }
    let total = ["the step", number(millisecondsPerStep, 2), "100.0", "", "", "", ""]
    let table = MarkdownTable(
      header: ["work", "ms", "%", "10⁹ multiply-adds", "MB moved", "floor ms", "floor, %"],
      rows: rows + [total],
      alignments: [.leading] + [MarkdownTable.Alignment](repeating: .trailing, count: 6))
    return """
      \(step), \(width.map { "width \($0), " } ?? "")batch \(batch), \(precision), \(threads) threads
      A core's best: \(number(coreMultiplyAddsPerSecond * 1e-9, 1)) · 10⁹ multiply-adds/s in registers, \
      \(number(coreBytesPerSecond * 1e-9, 1)) GB/s copied in its cache. The floor of convolutions and products is their \
      arithmetic without the taps that fall on padding (by Winograd's algorithm, where that is used, 16 multiply-adds for \
      four outputs), that of activations their bytes.

      \(table.render())
      """
  }

  private func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  private static func name(of work: Profile.Work) -> String {
    switch work {
    case .views: "views from bytes"
    case .packing: "packing of weights"
    case .convolution: "convolutions"
    case .dataGradient: "their gradients with respect to activations"
    case .weightGradient: "their gradients with respect to weights"
    case .activation: "normalization, ReLU, addition"
    case .activationGradient: "their gradients"
    case .product: "matrix products"
    case .loss: "contrastive losses"
    case .update: "update of parameters"
    case .waiting: "waiting for the other worker"
    }
  }
}
