import Records

/// How far the trials of a grid have come, by one rule from the rows alone: what is to be tried next, and what is chosen.
///
/// 1. Every configuration of an arm is trained for the first share of the horizon.
/// 2. While the best of them lies at the end of an ordered axis, the axis is extended by one value, at most twice toward
///    either end, and the best configuration tried with it. What extends the baseline's axes is tried in the other arms
///    too.
/// 3. The best are trained for the whole horizon, and of those that pass the checks the best is chosen.
///
/// A trial that fails a check ranks behind all that pass. The baseline goes first, and the other arms inherit its choice.
public struct TuningProgress: Sendable {
  /// Judges a configuration of an arm by its rows over all seeds and those of the baseline's chosen configuration at the
  /// same share (`nil` for the baseline itself); returns what it fails, in words.
  public typealias Judge =
    @Sendable (_ arm: String, _ rows: [TuningRow], _ baseline: [TuningRow]?) -> [String]

  /// One configuration's mean over the seeds.
  public struct Result: Sendable, Equatable {
    /// What was tried.
    public let constants: TuningConstants
    /// The part of the horizon.
    public let share: Double
    /// The mean of the measure.
    public let value: Double
    /// The checks that it fails, in words.
    public let failures: [String]
  }

  /// What became of one arm.
  public struct Arm: Sendable, Equatable {
    /// The arm.
    public let name: String
    /// Every configuration tried, the best first within its share.
    public internal(set) var results: [Result] = []
    /// The configuration chosen; `nil` while trials are missing, or where none passes its checks.
    public internal(set) var choice: Result?
    /// Why the choice, or the best, lies at the end of an axis, where it does.
    public internal(set) var edges: [String] = []
    /// Horizons spent: 3.2 for six configurations at a fifth and two in full with one seed.
    public internal(set) var horizons = 0.0
  }

  /// The arms that were begun, the baseline first.
  public private(set) var arms: [Arm] = []
  /// The trials that are to be made next, in their order; none when everything is decided.
  public private(set) var missing: [TuningLedger.Trial] = []

  /// Whether no trial is missing.
  public var isComplete: Bool { missing.isEmpty }
  /// What keeps the comparison from being a test: an arm none of whose configurations passes its checks.
  public var obstacle: String? {
    guard isComplete else { return nil }
    return arms.first { $0.choice == nil }.map { arm in
      let reason = arm.results.first { $0.share == 1 }?.failures.joined(separator: "; ")
      return "no configuration of “\(arm.name)” passes its checks"
        + (reason.map { " (the best: \($0))" } ?? "")
    }
  }

  /// Follows the rule of `grid` as far as the rows of `ledger` go.
  public init(_ grid: TuningGrid, _ ledger: TuningLedger, judge: @escaping Judge) {
    var inherited: [String: JSONValue] = [:]
    var extensions: [(axis: TuningGrid.Axis, value: JSONValue)] = []
    for side in grid.sides {
      let isBaseline = side == grid.baseline
      var walk = TuningWalk(
        grid: grid, side: side, ledger: ledger, inherited: side.inherits ? inherited : [:], judge: judge,
        baseline: isBaseline ? nil : TuningConstants(inherited))
      walk.run(trying: isBaseline || !side.inherits ? [] : extensions)
      arms.append(walk.arm)
      missing = walk.missing
      if isBaseline {
        guard missing.isEmpty, let choice = walk.arm.choice else { return }
        inherited = choice.constants.values
        extensions = walk.extensions
      }
      if !missing.isEmpty { return }
    }
  }
}

/// The rule followed for one arm.
private struct TuningWalk {
  let grid: TuningGrid
  let side: TuningGrid.Side
  let ledger: TuningLedger
  /// What the baseline has chosen.
  let inherited: [String: JSONValue]
  let judge: TuningProgress.Judge
  /// The baseline's choice, which a treatment is checked against.
  let baseline: TuningConstants?

  private(set) var arm: TuningProgress.Arm
  private(set) var missing: [TuningLedger.Trial] = []
  /// The values by which axes were extended, in order.
  private(set) var extensions: [(axis: TuningGrid.Axis, value: JSONValue)] = []
  private var tried: [TuningConstants]

  init(
    grid: TuningGrid, side: TuningGrid.Side, ledger: TuningLedger, inherited: [String: JSONValue],
    judge: @escaping TuningProgress.Judge, baseline: TuningConstants?
  ) {
    self.grid = grid
    self.side = side
    self.ledger = ledger
    self.inherited = inherited
    self.judge = judge
    self.baseline = baseline
    arm = TuningProgress.Arm(name: side.arm)
    tried = side.configurations.map { TuningConstants(inherited).merging($0) }
  }

  mutating func run(trying shared: [(axis: TuningGrid.Axis, value: JSONValue)]) {
    defer { arm.horizons = ledger.horizons(of: side.arm) }
    guard var ranking = results(of: tried, share: grid.firstShare) else { return }
    while let (axis, value) = nextExtension(of: ranking[0].constants) {
      extensions.append((axis, value))
      tried.append(ranking[0].constants.merging([axis.constant: value]))
      guard let extended = results(of: tried, share: grid.firstShare) else { return }
      ranking = extended
    }
    for (axis, value) in shared {
      let constants = ranking[0].constants.merging([axis.constant: value])
      // Where that is what was inherited, the value before it stands in, so that no arm is tried less often.
      let other = axis.neighbour(of: value).map { ranking[0].constants.merging([axis.constant: $0]) }
      if let new = [constants, other].compactMap(\.self).first(where: { !tried.contains($0) }) {
        tried.append(new)
      }
      guard let extended = results(of: tried, share: grid.firstShare) else { return }
      ranking = extended
    }
    arm.results = ranking
    let finalists = ranking.prefix(grid.finalistCount).map(\.constants)
    guard let finals = results(of: finalists, share: 1) else { return }
    arm.results = finals + ranking
    arm.choice = finals.first { $0.failures.isEmpty }
    arm.edges = edges(of: (arm.choice ?? finals[0]).constants)
  }

  /// The results of all of `configurations`, the best first; `nil`, with `missing` set, where some were not made.
  private mutating func results(of configurations: [TuningConstants], share: Double) -> [TuningProgress
    .Result]?
  {
    let trials = configurations.flatMap { constants in
      grid.seeds.map { TuningLedger.Trial(arm: side.arm, constants: constants, share: share, seed: $0) }
    }
    missing = trials.filter { value(of: $0) == nil }
    let found = configurations.compactMap { result(of: $0, share: share) }
    let ranked = found.enumerated().sorted { a, b in
      let (first, second) = (a.element, b.element)
      if first.failures.isEmpty != second.failures.isEmpty { return first.failures.isEmpty }
      return first.value == second.value ? a.offset < b.offset : first.value > second.value
    }.map(\.element)
    arm.results = ranked + arm.results.filter { $0.share != share }
    return missing.isEmpty ? ranked : nil
  }

  private func result(of constants: TuningConstants, share: Double) -> TuningProgress.Result? {
    let trials = grid.seeds.map {
      TuningLedger.Trial(arm: side.arm, constants: constants, share: share, seed: $0)
    }
    let values = trials.compactMap(value)
    guard values.count == trials.count else { return nil }
    let compared = baseline.map { constants in
      grid.seeds.flatMap {
        ledger.rows(
          of: TuningLedger.Trial(arm: grid.baseline.arm, constants: constants, share: share, seed: $0))
      }
    }
    return TuningProgress.Result(
      constants: constants, share: share, value: values.reduce(0, +) / Double(values.count),
      failures: judge(side.arm, trials.flatMap(ledger.rows), compared))
  }

  private func value(of trial: TuningLedger.Trial) -> Double? {
    ledger.rows(of: trial).first { $0.measure == grid.measure }?.value
  }

  // MARK: Ends of axes

  /// The axis that ends where the best configuration lies, and the value beyond.
  private func nextExtension(of best: TuningConstants) -> (axis: TuningGrid.Axis, value: JSONValue)? {
    for axis in side.axes where axis.isOrdered {
      let mine = extensions.filter { $0.axis == axis }.map(\.value)
      for beyond in [axis.below, axis.above] {
        let used = beyond.count(where: mine.contains)
        guard used < beyond.count else { continue }
        let end =
          used > 0 ? beyond[used - 1] : (beyond == axis.below ? axis.values.first! : axis.values.last!)
        if best.values[axis.constant] == end { return (axis, beyond[used]) }
      }
    }
    return nil
  }

  private func edges(of constants: TuningConstants) -> [String] {
    side.axes.filter(\.isOrdered).compactMap { axis in
      let mine = extensions.filter { $0.axis == axis }.map(\.value)
      let all = (axis.values + mine).sorted { ($0.number ?? 0) < ($1.number ?? 0) }
      guard let value = constants.values[axis.constant], [all.first, all.last].contains(value) else {
        return nil
      }
      return
        "\(axis.constant) \(value) is the \(value == all.first ? "lowest" : "highest") value tried: \(axis.limits)"
    }
  }
}

extension TuningGrid.Axis {
  /// The value next to `value`, toward the middle.
  fileprivate func neighbour(of value: JSONValue) -> JSONValue? {
    let all = below.reversed() + values + above
    guard let place = all.firstIndex(of: value) else { return nil }
    return place < below.count ? all[place + 1] : place > 0 ? all[place - 1] : nil
  }
}

extension TuningLedger {
  /// How many whole horizons the trials of `arm` add up to.
  fileprivate func horizons(of arm: String) -> Double {
    trials.filter { $0.arm == arm }.reduce(0) { $0 + $1.share }
  }
}
