/// How likely a run of one method is better than a run of another, on a data set drawn from those there are (Agarwal et
/// al., NeurIPS 2021, arXiv:2108.13264).
///
/// P(X > Y) = 1/M Σ_m 1/(N K) Σ_i Σ_j S(x_mi, y_mj), where S is 1 for x > y, ½ for x = y and 0 for x < y, over M data sets
/// with N runs of the one method and K of the other. Runs are not paired.
public struct ProbabilityOfImprovement: Sendable, Hashable {
  /// The runs of both methods on one data set.
  public struct Task: Sendable, Hashable {
    /// What runs of the method asked about, and of the one it is compared with, reached.
    public let treatment, baseline: [Double]

    /// Creates a task.
    public init(treatment: [Double], baseline: [Double]) {
      (self.treatment, self.baseline) = (treatment, baseline)
    }
  }

  /// The probability, within 0...1.
  public let value: Double
  /// The middle 95 % of it over runs drawn anew; `nil` where every method has one run on every data set, so that nothing is
  /// known of how runs differ.
  public let interval: ClosedRange<Double>?
  /// How many data sets, and runs of both on all of them.
  public let tasks: Int, treatments: Int, baselines: Int

  /// Compares the two over `tasks`; `nil` without one, or where one lacks runs of either. Throws `NotFinite`.
  public init?(_ tasks: [Task], by bootstrap: StratifiedBootstrap = StratifiedBootstrap()) throws(NotFinite) {
    for task in tasks {
      guard try Spread(task.treatment) != nil, try Spread(task.baseline) != nil else { return nil }
    }
    if tasks.isEmpty { return nil }
    let strata = tasks.flatMap { [$0.treatment, $0.baseline] }
    value = Self.mean(over: strata)
    interval = strata.contains { $0.count > 1 } ? bootstrap.interval(of: strata, Self.mean) : nil
    self.tasks = tasks.count
    treatments = tasks.reduce(0) { $0 + $1.treatment.count }
    baselines = tasks.reduce(0) { $0 + $1.baseline.count }
  }

  /// The mean over data sets, of which each has two strata, the treatment's first.
  private static func mean(over strata: [[Double]]) -> Double {
    let tasks = stride(from: 0, to: strata.count, by: 2)
    let sum = tasks.reduce(0.0) { $0 + share(of: strata[$1], above: strata[$1 + 1]) }
    return sum / Double(strata.count / 2)
  }

  /// The share of all pairs in which the first is larger, equal ones counting half.
  private static func share(of own: [Double], above other: [Double]) -> Double {
    var wins = 0.0
    for x in own { for y in other { wins += x > y ? 1 : x == y ? 0.5 : 0 } }
    return wins / Double(own.count * other.count)
  }
}
