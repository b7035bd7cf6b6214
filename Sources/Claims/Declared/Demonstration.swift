import Records

/// What an experiment shows within a minute, on images that the suite draws itself: that its method makes features that a
/// random network does not have. It says nothing of the paper.
public struct Demonstration: Sendable, Hashable {
  /// The arm that is not trained, and the method's.
  public let floor, method: String
  /// The arm that labels train, where the experiment has one that has to lead the method's features here.
  public let ceiling: String?
  /// What they are measured by.
  public let measure: Measure
  /// By how many points each leads the one before, at least: about half of what is found (`Scripts/demo-test`).
  public let margin: Double

  /// Creates a demonstration by the linear probe unless told otherwise; traps where the margin proves nothing.
  public init(
    _ method: String, over floor: String = "random encoder", under ceiling: String? = "supervised",
    evaluation: String = "linear-v1", metric: String = "top1", margin: Double
  ) {
    precondition(margin > 0, "a lead of \(margin) points is none")
    (self.floor, self.method, self.ceiling) = (floor, method, ceiling)
    measure = Measure(evaluation: evaluation, metric: metric)
    self.margin = margin
  }

  /// The arms from the lowest to the highest.
  public var arms: [String] { [floor, method] + [ceiling].compactMap(\.self) }
}
