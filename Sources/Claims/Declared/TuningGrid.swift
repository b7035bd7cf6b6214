import Records

/// What is tried on held-out images before a comparison is recorded, as data, so that every arm is given the same chance.
///
/// The baseline's configurations come first, and what is chosen there is inherited by every other arm, but for those whose
/// method has other constants; each then tries as many configurations of its own. Every one is trained for `firstShare` of
/// the horizon, the best `finalistCount` for all of it.
public struct TuningGrid: Sendable, Hashable {
  /// One constant and the values tried for it.
  public struct Axis: Sendable, Hashable {
    /// The constant's full path: `plan.optimizer.sgd.learningRate`.
    public let constant: String
    /// The values, rising where they have an order.
    public let values: [JSONValue]
    /// Whether the values have an order, so that a best value at an end asks for one beyond it.
    public let isOrdered: Bool
    /// What lies beyond the ends, nearest first.
    public let below, above: [JSONValue]
    /// Why nothing is tried beyond these.
    public let limits: String

    /// A constant whose values have an order: at least three of them, and up to two beyond each end, nearest first;
    /// `limits` says why nothing lies beyond those.
    public static func ordered(
      _ constant: String, _ values: [JSONValue], below: [JSONValue] = [], above: [JSONValue] = [],
      limits: String
    ) -> Axis {
      precondition(values.count >= 3, "\(constant) has \(values.count) values, but an order needs at least 3")
      precondition(
        max(below.count, above.count) <= TuningGrid.mostExtensions, "\(constant) is extended at most twice")
      let rising = (below.reversed() + values + above).compactMap(\.number)
      precondition(
        rising.count == below.count + values.count + above.count
          && zip(rising, rising.dropFirst()).allSatisfy(<),
        "\(constant) has the values \(rising), which do not rise")
      return Axis(
        constant: constant, values: values, isOrdered: true, below: below, above: above, limits: limits)
    }

    /// A constant whose values stand side by side, such as two published ones or two rules; `why` says so.
    public static func alternatives(_ constant: String, _ values: [JSONValue], because why: String) -> Axis {
      precondition(values.count >= 2, "\(constant) has nothing to choose from")
      return Axis(
        constant: constant, values: values, isOrdered: false, below: [], above: [], limits: why)
    }
  }

  /// An arm and what is tried of it.
  public struct Side: Sendable, Hashable {
    /// The arm.
    public let arm: String
    /// The constants.
    public let axes: [Axis]
    /// The configurations: a place on each axis.
    public let places: [[Int]]
    /// Whether it takes over what the baseline chose; another method may have none of these constants.
    public let inherits: Bool

    /// An arm of which every combination is tried, or those at `places`, which name a place on each axis.
    public init(_ arm: String, _ axes: [Axis], at places: [[Int]]? = nil, inheriting inherits: Bool = true) {
      self.inherits = inherits
      let all = axes.reduce([[]]) { places, axis in
        places.flatMap { place in axis.values.indices.map { place + [$0] } }
      }
      self.arm = arm
      self.axes = axes
      self.places = places ?? all
      precondition(
        Set(self.places).count == self.places.count && Set(self.places).isSubset(of: all),
        "“\(arm)” names a configuration twice, or one that its axes do not have")
      for (index, axis) in axes.enumerated() {
        precondition(
          Set(self.places.map { $0[index] }).count == axis.values.count,
          "“\(arm)” leaves out a value of \(axis.constant)")
      }
    }

    /// The constants at each place.
    package var configurations: [[String: JSONValue]] {
      places.map { place in
        Dictionary(uniqueKeysWithValues: zip(axes, place).map { ($0.constant, $0.values[$1]) })
      }
    }
  }

  /// How far an axis is extended at most, toward either end.
  static let mostExtensions = 2
  /// The least seed of a trial: those below are for the record.
  public static let firstSeed: UInt64 = 100

  /// What the comparison is judged by.
  public let measure: Measure
  /// The arm that the others are compared with; its axes are shared.
  public let baseline: Side
  /// The others.
  public let treatments: [Side]
  /// The seeds of each trial, the mean over which counts.
  public let seeds: [UInt64]
  /// The part of the horizon that every configuration is trained for.
  public let firstShare: Double
  /// How many configurations of an arm are trained for all of it.
  public let finalistCount: Int

  /// Creates a grid; every arm has as many configurations.
  public init(
    judgedBy measure: Measure, baseline: Side, treatments: [Side], seeds: [UInt64] = [firstSeed],
    firstShare: Double = 0.2, finalistCount: Int = 2
  ) {
    precondition(
      treatments.allSatisfy { $0.places.count == baseline.places.count },
      "arms are tried in \(([baseline] + treatments).map(\.places.count)) configurations, but each gets as many"
    )
    precondition(
      !seeds.isEmpty && seeds.allSatisfy { $0 >= Self.firstSeed } && Set(seeds).count == seeds.count,
      "trials have distinct seeds from \(Self.firstSeed) on, not \(seeds)")
    precondition(0 < firstShare && firstShare < 1, "the first share is a part of the horizon")
    precondition((1...baseline.places.count).contains(finalistCount), "there are fewer configurations")
    self.measure = measure
    self.baseline = baseline
    self.treatments = treatments
    self.seeds = seeds
    self.firstShare = firstShare
    self.finalistCount = finalistCount
  }

  /// The arms, the baseline first.
  public var sides: [Side] { [baseline] + treatments }
}
