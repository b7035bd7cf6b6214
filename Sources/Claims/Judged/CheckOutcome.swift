import Recipes
import Records
import Statistics

/// What recorded rows say of a condition on which runs are a test of their claim.
public struct CheckOutcome: Sendable, Hashable {
  /// How it stands.
  public enum State: Sendable, Hashable {
    /// It holds.
    case passed
    /// It does not.
    case failed
    /// Rows are missing.
    case open
  }

  /// The condition in words.
  public let condition: String
  /// How it stands.
  public let state: State
  /// The numbers it was judged by, or what is missing.
  public let numbers: String

  /// The condition with its numbers, in one phrase.
  public var text: String { "\(condition) (\(numbers))" }
}

extension Claim {
  /// How the claim's checks stand by the rows of `seeds` in `results`, each by the mean over the seeds at the last epoch.
  ///
  /// For a record these are the seeds of a look; for tuning those of the trials, on held-out images. Throws `NotFinite`.
  public func checkOutcomes(in results: RecordedResults, seeds: [UInt64]) throws(NotFinite) -> [CheckOutcome]
  {
    var outcomes: [CheckOutcome] = []
    let rows = CheckedRows(results, Set(seeds))
    for check in checks { outcomes.append(try rows.outcome(of: check, comparisons)) }
    return outcomes
  }

  /// How the claim's gates stand by the rows of `pilot`: runs of the gates' seeds on held-out images (`RecordPart.gates`).
  /// Throws `Incomparable` or `NotFinite`.
  public func gateOutcomes(in pilot: RecordedResults) throws -> [CheckOutcome] {
    let summary = Summary(unchecked: pilot)
    return try gates.map { gate in
      let pairs = try summary.pairing(gate.comparison).pairs.filter { Gate.seeds.contains($0.seed) }
      guard pairs.count == Gate.seeds.count, let gain = try Spread(pairs.map(\.difference))?.mean else {
        return CheckOutcome(
          condition: gate.description, state: .open,
          numbers: "not recorded with seeds \(Gate.seeds.lowerBound) to \(Gate.seeds.upperBound)")
      }
      return CheckOutcome(
        condition: gate.description, state: gate.passes(gain) ? .passed : .failed,
        numbers: "\(Typography.difference(gain)) points")
    }
  }
}

/// The rows of some seeds, as checks look at them.
private struct CheckedRows {
  private let results: RecordedResults
  private let seeds: Set<UInt64>

  init(_ results: RecordedResults, _ seeds: Set<UInt64>) {
    self.results = results
    self.seeds = seeds
  }

  func scores(of arm: String, _ measure: Measure, anySeed: Bool = false) -> [Double] {
    results.scores.filter {
      $0.key.arm == arm && $0.measure == measure && (anySeed || seeds.contains($0.key.seed))
    }.map(\.value)
  }

  func outcome(of check: Check, _ comparisons: [Comparison]) throws(NotFinite) -> CheckOutcome {
    switch check {
    case .term(let metric, let treatment, let baseline, let share):
      return try term(check, metric, treatment, baseline, share)
    case .beats(let floor): return try beats(check, floor, comparisons)
    case .leads(let treatment, let baseline, let evaluation, let metric):
      let measure = Measure(evaluation: evaluation, metric: metric)
      guard let better = try Spread(scores(of: treatment, measure))?.mean,
        let base = try Spread(scores(of: baseline, measure))?.mean
      else { return open(check, "no rows of \(measure.name)") }
      return judged(
        check, better > base, "\(Typography.number(better)) against \(Typography.number(base))")
    case .keepsUp(let arm, let other, let points):
      return try keepsUp(check, arm, other, points, unique(comparisons.map(\.measure)))
    case .notCollapsed:
      return notCollapsed(check, unique(comparisons.flatMap(\.arms)))
    }
  }

  private func judged(_ check: Check, _ holds: Bool, _ numbers: String) -> CheckOutcome {
    CheckOutcome(condition: check.description, state: holds ? .passed : .failed, numbers: numbers)
  }

  private func open(_ check: Check, _ missing: String) -> CheckOutcome {
    CheckOutcome(condition: check.description, state: .open, numbers: missing)
  }

  private func term(
    _ check: Check, _ metric: String, _ treatment: String, _ baseline: String, _ share: Double
  ) throws(NotFinite) -> CheckOutcome {
    guard let acted = try Spread(last(metric, of: treatment))?.mean,
      let watched = try Spread(last(metric, of: baseline))?.mean
    else { return open(check, "no rows of \(metric)") }
    let fall = 1 - acted / watched
    let direction = fall < 0 ? "above" : "below"
    return judged(
      check, fall >= share,
      "\(Typography.number(acted, decimals: 3)) is \(Typography.number(100 * fall.magnitude, decimals: 1)) % "
        + "\(direction) \(Typography.number(watched, decimals: 3))")
  }

  private func beats(
    _ check: Check, _ floor: String, _ comparisons: [Comparison]
  ) throws(NotFinite) -> CheckOutcome {
    var told: [String] = []
    for measure in unique(comparisons.map(\.measure)) {
      // A network that is not trained differs little between seeds: those on record stand for all.
      guard let lowest = try Spread(scores(of: floor, measure, anySeed: true))?.mean else {
        return open(check, "no rows of “\(floor)”")
      }
      for arm in unique(comparisons.filter { $0.measure == measure }.flatMap(\.arms)) {
        guard let mean = try Spread(scores(of: arm, measure))?.mean else {
          return open(check, "no rows of \(arm)")
        }
        if mean <= lowest {
          return judged(
            check, false, "\(arm) \(Typography.number(mean)) against \(Typography.number(lowest))")
        }
        told.append("\(arm) \(Typography.difference(mean - lowest))")
      }
    }
    return judged(check, true, told.joined(separator: ", "))
  }

  private func keepsUp(
    _ check: Check, _ arm: String, _ other: String, _ points: Double, _ measures: [Measure]
  ) throws(NotFinite) -> CheckOutcome {
    var told: [String] = []
    for measure in measures {
      // One seed of another method stands for all: a few points are more than its seeds differ by.
      guard let own = try Spread(scores(of: arm, measure))?.mean,
        let beside = try Spread(scores(of: other, measure, anySeed: true))?.mean
      else { return open(check, "no rows of \(arm) and “\(other)”") }
      let numbers = "\(Typography.number(own)) against \(Typography.number(beside))"
      if own < beside - points { return judged(check, false, numbers) }
      told.append(numbers)
    }
    return judged(check, true, told.joined(separator: ", "))
  }

  private func notCollapsed(_ check: Check, _ arms: [String]) -> CheckOutcome {
    var counts: [String] = []
    for arm in arms {
      let runs = Dictionary(grouping: rows(of: arm), by: \.key.seed)
      let collapsed = runs.values.count(where: Collapse.isSeen(in:))
      if collapsed > 0 { counts.append("\(collapsed) of \(runs.count) seeds of \(arm)") }
      if 4 * collapsed > runs.count {
        return judged(check, false, "\(collapsed) of \(runs.count) seeds of \(arm)")
      }
    }
    return judged(check, true, counts.isEmpty ? "none" : counts.joined(separator: ", "))
  }

  private func rows(of arm: String) -> [CurveRow] {
    results.curves.filter { $0.key.arm == arm && seeds.contains($0.key.seed) }
  }

  /// The values at the last epoch, one per run that observed the metric.
  private func last(_ metric: String, of arm: String) -> [Double] {
    let runs = Dictionary(grouping: rows(of: arm).filter { $0.metric == metric }, by: \.key.seed)
    return runs.sorted { $0.key < $1.key }.compactMap { $0.value.max { $0.epoch < $1.epoch }?.value }
  }
}
