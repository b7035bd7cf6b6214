import Foundation
import Records

/// The first losses of one arm at smoke scale, committed so that a change of the numbers is seen in seconds.
///
/// Beside each loss stands how far the weights are from where they began: a gradient that is missing or an optimizer
/// that strides too far shows there long before it shows in the loss.
///
/// In float32, at a hundredth of the learning rate, on procedural images: what machines round differently stays far
/// below the tolerance.
struct GoldenCurve: Sendable, Equatable {
  /// The losses, step by step.
  let rows: [GoldenRow]

  /// How far a loss may be from the committed one; instruction sets differ by up to 0.0002.
  static let tolerance = 1e-3
  /// How far a distance may be from the committed one, as a part of it; instruction sets differ by up to 0.03, since
  /// so small steps are close to float32's own.
  static let distanceTolerance = 0.05
  /// How many steps a curve has at most.
  static let stepCount = 10
  /// How many steps it has at least, whatever rounding does.
  static let fewestSteps = 3

  /// Where the curves of an experiment are committed, relative to the repository.
  static func folder(_ experiment: String) -> String { "Tests/Golden/\(experiment)" }

  /// Where the curve of `arm` is committed, relative to the repository.
  static func path(_ experiment: String, arm: String) -> String { "\(folder(experiment))/\(arm.slug).csv" }

  /// Its first `count` steps.
  func first(_ count: Int) -> GoldenCurve { GoldenCurve(rows: Array(rows.prefix(count))) }

  /// For how many steps its losses stay within a quarter of the tolerance of those of `other`. The rest is for other
  /// machines: a few disturbances do not find the largest, and another instruction set disturbs every step.
  func steadyCount(beside other: GoldenCurve) -> Int {
    zip(rows, other.rows).prefix { ($0.loss - $1.loss).magnitude <= Self.tolerance / 4 }.count
  }

  /// What moved, and by how much, since the committed curve `old`; `nil` while every step is within the tolerance.
  func movement(from old: GoldenCurve) -> String? {
    if let setting = zip(old.rows, rows).first(where: { $0.setting != $1.setting }) {
      return "is a curve of \(setting.0.setting), but the code replays \(setting.1.setting)"
    }
    if old.rows.count != rows.count { return "has \(old.rows.count) steps, but the code takes \(rows.count)" }
    let moved = zip(old.rows, rows).filter { !$1.isNear($0) }
    guard let (before, now) = moved.first else { return nil }
    let others = moved.count > 1 ? "; \(moved.count) of \(rows.count) steps moved" : ""
    return now.difference(from: before) + others
  }
}

/// A row of a golden curve: `experiment,version,arm,seed,step,loss,distance`.
struct GoldenRow: Sendable, Equatable {
  let experiment: String
  let version: Int
  let arm: String
  let seed: UInt64
  let step: Int
  let loss: Double
  /// How far all trained weights together are from where they began.
  let distance: Double

  /// Everything but the numbers, in words.
  var setting: String { "\(experiment) version \(version), arm “\(arm)”, seed \(seed), step \(step)" }

  /// Whether both numbers are within the tolerance; NaN is near nothing.
  func isNear(_ old: GoldenRow) -> Bool {
    (loss - old.loss).magnitude <= GoldenCurve.tolerance
      && (distance - old.distance).magnitude <= GoldenCurve.distanceTolerance * old.distance
  }

  /// What moved since `old`, and by how much.
  func difference(from old: GoldenRow) -> String {
    let isLoss = !((loss - old.loss).magnitude <= GoldenCurve.tolerance)
    let movement =
      isLoss
      ? Movement.text(from: old.loss, to: loss) : Movement.text(from: old.distance, to: distance)
    return "at step \(step) the \(isLoss ? "loss" : "weights' distance from their beginning") is \(movement)"
  }
}

extension GoldenRow: CSVRow {
  static let columns = ["experiment", "version", "arm", "seed", "step", "loss", "distance"]

  var fields: [String] { [experiment, "\(version)", arm, "\(seed)", "\(step)", "\(loss)", "\(distance)"] }

  init(_ fields: CSVFields) throws {
    self.init(
      experiment: fields.text("experiment"), version: try fields.value("version", "a whole number"),
      arm: fields.text("arm"), seed: try fields.value("seed", "a whole number"),
      step: try fields.value("step", "a whole number"), loss: try fields.value("loss", "a number"),
      distance: try fields.value("distance", "a number"))
  }
}
