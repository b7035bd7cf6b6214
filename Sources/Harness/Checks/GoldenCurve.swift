import Foundation

/// The first losses of one arm at smoke scale, committed so that a change of the numbers is seen in seconds.
///
/// In float32, at a hundredth of the learning rate, on procedural images: what machines round differently stays far
/// below the tolerance.
struct GoldenCurve: Sendable, Equatable {
  /// The losses, step by step.
  let rows: [GoldenRow]

  /// How far a loss may be from the committed one, absolutely or, above one, as a part of it.
  static let tolerance = 1e-3
  /// How many steps a curve has.
  static let stepCount = 10

  /// Where the curves of an experiment are committed, relative to the repository.
  static func folder(_ experiment: String) -> String { "Tests/Golden/\(experiment)" }

  /// Where the curve of `arm` is committed, relative to the repository.
  static func path(_ experiment: String, arm: String) -> String { "\(folder(experiment))/\(arm.slug).csv" }

  /// What moved, and by how much, since the committed curve `old`; `nil` while every step is within the tolerance.
  func movement(from old: GoldenCurve) -> String? {
    if let setting = zip(old.rows, rows).first(where: { $0.setting != $1.setting }) {
      return "is a curve of \(setting.0.setting), but the code replays \(setting.1.setting)"
    }
    if old.rows.count != rows.count { return "has \(old.rows.count) steps, but the code takes \(rows.count)" }
    let moved = zip(old.rows, rows).filter { old, new in
      let difference = (new.loss - old.loss).magnitude
      return !(difference <= Self.tolerance * max(1, old.loss.magnitude))
    }
    guard let (before, now) = moved.first else { return nil }
    let farthest =
      moved.max { ($0.1.loss - $0.0.loss).magnitude < ($1.1.loss - $1.0.loss).magnitude } ?? moved[0]
    return
      "the loss of step \(now.step) is \(Movement.text(from: before.loss, to: now.loss)); of \(rows.count) steps "
      + "\(moved.count) moved, step \(farthest.1.step) the farthest "
      + "(\(Movement.change(farthest.1.loss - farthest.0.loss)))"
  }
}

/// A row of a golden curve: `experiment,version,arm,seed,step,loss`.
struct GoldenRow: Sendable, Equatable {
  let experiment: String
  let version: Int
  let arm: String
  let seed: UInt64
  let step: Int
  let loss: Double

  /// Everything but the loss, in words.
  var setting: String { "\(experiment) version \(version), arm “\(arm)”, seed \(seed), step \(step)" }
}

extension GoldenRow: CSVRow {
  static let columns = ["experiment", "version", "arm", "seed", "step", "loss"]

  var fields: [String] { [experiment, "\(version)", arm, "\(seed)", "\(step)", "\(loss)"] }

  init(_ fields: CSVFields) throws {
    self.init(
      experiment: fields.text("experiment"), version: try fields.value("version", "a whole number"),
      arm: fields.text("arm"), seed: try fields.value("seed", "a whole number"),
      step: try fields.value("step", "a whole number"), loss: try fields.value("loss", "a number"))
  }
}
