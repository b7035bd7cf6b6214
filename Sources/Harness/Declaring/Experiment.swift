import Evaluation
import Pretraining
import Tensors
import Vision

/// A paper's claims on one data set: arms to compare, how each is measured, and the tables they fill.
public protocol Experiment: Sendable {
  /// What users type: `co2-cifar10`.
  static var name: String { get }
  /// The paper that makes the claims.
  static var paper: Paper { get }
  /// What a run takes, in words.
  static var cost: String { get }
  /// Grows whenever a number would change; rows of different versions are never compared.
  static var version: Int { get }

  /// Creates the experiment at a scale.
  init(scale: Scale)

  /// The images everything is trained and measured on.
  var dataset: DatasetReference { get }
  /// The images with masks that dense evaluations are measured on beside them, where they are at hand; none unless said
  /// otherwise.
  var denseDataset: DatasetReference? { get }
  /// The comparison and its references.
  var arms: [Arm] { get }
  /// How every arm's encoder is measured.
  var evaluations: [any Evaluation] { get }
  /// What is claimed, the headline first.
  var claims: [Claim] { get }
  /// What runs at demo scale show: by default that the headline's treatment beats a random encoder, and labels it.
  var demonstration: Demonstration { get }
  /// What is tried on held-out images before the comparison is recorded; `nil` where nothing is.
  var tuning: TuningGrid? { get }
  /// The tables that show the paper's numbers beside ours.
  var tables: [PaperTable] { get }
  /// Arms that change two things, each alone and both together.
  var grids: [ArmGrid] { get }
  /// Figures of measures over one constant, beside those that every experiment has.
  var curves: [MeasureCurves] { get }
}

extension Experiment {
  /// The headline in one falsifiable sentence.
  public static var claim: String { Self(scale: .reduced).claims[0].sentence }
  /// The headline's first comparison.
  public var headline: Comparison { claims[0].comparisons[0] }

  /// The headline's treatment over a random encoder, and under `supervised` where there is such an arm.
  public var demonstration: Demonstration {
    let ceiling = arms.contains { $0.name == "supervised" } ? "supervised" : nil
    return Demonstration(headline.treatment, under: ceiling, margin: 10)
  }
  /// None.
  public var grids: [ArmGrid] { [] }
  /// None.
  public var curves: [MeasureCurves] { [] }
  /// None.
  public var tuning: TuningGrid? { nil }
  /// None.
  public var denseDataset: DatasetReference? { nil }
}
