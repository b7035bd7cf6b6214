/// An evaluation and one of its metrics.
public struct Measure: Sendable, Hashable {
  /// The evaluation, with its version, and what it measured.
  public let evaluation, metric: String

  /// Creates a measure.
  public init(evaluation: String, metric: String) {
    self.evaluation = evaluation
    self.metric = metric
  }

  /// For readers: `linear-v1 top1`.
  public var name: String { "\(evaluation) \(metric)" }

  /// Whether this tells how good features are rather than how the measuring went, or what a part of it came to.
  package var isAccuracy: Bool { metric.hasPrefix("top") || metric == "miou" || metric == "pixel-accuracy" }

  /// Whether every value lies within 0...100.
  package var isPercentage: Bool { isAccuracy || metric.hasPrefix("iou-") }
}

extension ScoreRow {
  /// What the row measures.
  package var measure: Measure { Measure(evaluation: evaluation, metric: metric) }
}
