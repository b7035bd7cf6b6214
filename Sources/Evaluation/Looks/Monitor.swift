import NeuralNetworks
import Tensors
import Vision

/// A cheap look at an encoder during training: printed and recorded, never used to choose anything.
///
/// kNN of 1,000 test images against the first 5,000 training images, and the spread of the latter's features. Always the
/// same images, so that a curve shows the encoder and nothing else.
public struct Monitor: Sendable {
  /// What one look showed.
  public struct Reading: Sendable, Equatable {
    /// The kNN accuracy (k = 200, τ = 0.1), in percent; `nil` for images without labels.
    public let top1: Double?
    /// How far the features are from collapse.
    public let spread: FeatureSpread

    /// Whether the features lie on a point or a line.
    public var isCollapsed: Bool { spread.isCollapsed }
  }

  /// How many training images are the bank, where there are as many.
  public static let trainingCount = 5_000
  /// How many test images ask it, where there are as many.
  public static let testCount = 1_000

  private let training, test: ImageSet
  private let standardization: Standardization
  private let dataType: DataType

  /// Prepares a monitor on the first images of each split.
  public init(
    training: ImageSet, test: ImageSet, standardization: Standardization, dataType: DataType = .float32
  ) {
    self.training = training.subset(0..<min(Monitor.trainingCount, training.count))
    self.test = test.subset(0..<min(Monitor.testCount, test.count))
    self.standardization = standardization
    self.dataType = dataType
  }

  /// Looks at `encoder`.
  ///
  /// - Throws: `EvaluationError` when a feature is not finite or a label names no class.
  public func reading(of encoder: any Encoder) throws -> Reading {
    let candidate = Candidate(
      encoder: encoder, training: training, test: test, standardization: standardization, dataType: dataType)
    if training.labels.isEmpty {
      return Reading(top1: nil, spread: FeatureSpread(of: try candidate.values(.training)))
    }
    let bank = try candidate.features(.training)
    let scores = NearestNeighbors(k: [200]).measured(
      bank: bank, queries: try candidate.features(.test), classCount: candidate.classCount
    ).scores
    return Reading(top1: scores[0].value, spread: FeatureSpread(of: bank.values))
  }
}
