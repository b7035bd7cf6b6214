import Claims
import Records
import Statistics

/// What a demonstration came to.
public struct DemonstrationOutcome: Sendable, Encodable {
  /// One arm, and its mean over seeds in percent.
  public struct Reached: Sendable, Encodable {
    /// The arm.
    public let arm: String
    /// What it reached.
    public let value: Double
  }

  /// The arms from the one that has to be the lowest to the one that has to be the highest.
  public let reached: [Reached]
  /// What they are measured by.
  public let evaluation, metric: String
  /// By how many points each has to lead the one before.
  public let margin: Double
  /// Whether each does.
  public let holds: Bool

  /// Reads `results`; `nil` where an arm was not measured. Throws `Incomparable` or `NotFinite`.
  public init?(_ demonstration: Demonstration, results: RecordedResults) throws {
    let summary = try Summary(results)
    var reached: [Reached] = []
    for arm in demonstration.arms {
      guard let spread = try summary.spread(of: arm, demonstration.measure) else { return nil }
      reached.append(Reached(arm: arm, value: spread.mean))
    }
    (evaluation, metric) = (demonstration.measure.evaluation, demonstration.measure.metric)
    (self.reached, margin) = (reached, demonstration.margin)
    holds = zip(reached, reached.dropFirst()).allSatisfy { $1.value - $0.value >= demonstration.margin }
  }

  /// What it shows, or that it does not, in one paragraph.
  public var sentence: String {
    let lead = reached[1].value - reached[0].value
    let labels = reached.count > 2 ? reached[2].value - reached[1].value : nil
    func points(_ value: Double) -> String { "\(Typography.number(value.magnitude, decimals: 1)) points" }
    let found =
      "The method's features \(lead < 0 ? "fall behind" : "beat") a random network's by \(points(lead))"
      + (labels.map { ", and those of labels \($0 < 0 ? "fall behind" : "beat") them by \(points($0))" } ?? "")
    let meaning =
      holds
      ? "it works here."
      : "\(Typography.points(margin)) at least are usual, so something is amiss here unless constants were changed."
    return "\(found): \(meaning) These are drawn images, so this says nothing of the paper."
  }
}
