import Foundation
import Recipes
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// A record to draw figures of: a declaration and rows.
struct DrawnRecord: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var declaration: Declaration
  var results: RecordedResults

  /// A record of `arms`, the baseline and the treatment first, then references, then others, with `seeds` of the first two
  /// and one of each other.
  init(
    _ description: String, claim: String = "The term improves the baseline.",
    sides: [String] = ["Base", "Base + Term"],
    references: [String] = ["random encoder", "supervised"], others: [String] = [], seeds: Int,
    epochs: Int = 5, grid: ArmGrid? = nil, curves: MeasureCurves? = nil
  ) {
    testDescription = description
    let roles: [(names: [String], role: ArmRole)] = [
      (sides, .headline), (references, .reference), (others, .exploratory),
    ]
    let plan = ReportedExperiment(scale: .reduced).arms[0].plan
    declaration = Declaration(
      name: ReportedExperiment.name, version: ReportedExperiment.version, scale: .reduced,
      paper: ReportedExperiment.paper, cost: "", dataset: .cifar10,
      arms: roles.flatMap { group in
        group.names.map {
          DeclaredArm(
            name: $0, role: group.role, usesLabels: $0 == "supervised", pretrainingClasses: nil,
            inflation: nil,
            hyperparameters: .object([:]), plan: plan, evaluations: [])
        }
      },
      commonEvaluations: [], evaluations: [],
      claims: [
        Claim(
          claim, [Comparison(sides[1], over: sides[0], evaluation: "linear-v1")], because: "it is a sample",
          published: PublishedDifference(
            2.9, "ImageNet-1K, a table that is not in the paper but in its slides"))
      ],
      tuning: nil, tables: [], grids: [grid].compactMap(\.self), curves: [curves].compactMap(\.self))
    let runs = roles.flatMap { group in
      group.names.flatMap { name in
        (0..<(group.role == .headline ? seeds : 1)).map { seed in
          var run = SampleRun(arm: name, seed: UInt64(seed))
          run.linear = 70 + Double(name.count % 7) / 10 + Double(seed * seed % 11) / 5
          run.epochs = epochs
          return run
        }
      }
    }
    results = RecordedResults(runs)
    // Every kind of curve that a method may have.
    let more: [(String, Double)] = [
      ("loss/consistency-between-the-views", 0.5), ("gradient-norm", 3.25), ("monitor/std", 0.91),
      ("monitor/effective-rank", 3), ("observed/prototype-occupancy", 0.5), ("learning-rate", 0.1),
    ]
    results.curves += results.curves.filter { $0.metric == "loss" }.flatMap { row in
      more.map {
        CurveRow(
          key: row.key, epoch: row.epoch, step: row.step, metric: $0.0, value: $0.1 * (1 + row.value / 9))
      }
    }
  }

  private static func grid(_ rows: [String], _ columns: [String], _ arms: [String]) -> ArmGrid {
    ArmGrid(
      "Inflation and augmentation", rowTitle: "inflation", rows: rows, columns: columns,
      arms: rows.indices.map { row in columns.indices.map { arms[(row * columns.count + $0) % arms.count] } },
      evaluation: "linear-v1", note: "")
  }

  private static func curves(_ names: [String]) -> MeasureCurves {
    MeasureCurves(
      "Few labels", x: "labels per class", y: "top-1 (%)", places: ["20", "100", "400", "1000", "5000"],
      lines: names.map {
        .init($0, arm: $0, evaluation: "linear-v1", metrics: Array(repeating: "top1", count: 5))
      })
  }

  private static let others = (1...9).map { "a variant, number \($0)" }
  private static let long = (1...8).map {
    "MoCo + CO2 with weighted inflation, weak augmentation and three times as many images as all others, kind \($0)"
  }
  /// No word breaks at a space.
  private static let unbroken = String(repeating: "Überlange", count: 14)

  static let full = DrawnRecord(
    "every arm, sixteen seeds", others: others, seeds: 16, epochs: 200,
    grid: grid(
      ["no inflation", "vanilla inflation", "weighted inflation"],
      ["standard augmentation", "weak augmentation"], ["Base", "Base + Term"]),
    curves: curves(["Base", "Base + Term", "supervised"]))
  static let few = DrawnRecord("three seeds, before a look", seeds: 3, epochs: 2)
  static let single = DrawnRecord("one seed, one epoch", seeds: 1, epochs: 1)
  static let longNames = DrawnRecord(
    "long names", claim: long.joined(separator: " beats ") + " & <that> is all.",
    sides: [long[0], "\(long[1]), \(unbroken)"], references: [long[2], "100 % of_the ^labels {all}"],
    others: Array(long[3...]), seeds: 5,
    grid: grid([long[0], long[1], unbroken], [long[2], long[3]], [long[0], "\(long[1]), \(unbroken)"]),
    curves: curves([long[0], long[2]]))

  static let all = [full, few, single, longNames]
}
