import Testing

@testable import Claims
@testable import Harness
@testable import Records

@Suite struct TuningProgressTests {
  private static let rate = "plan.optimizer.sgd.learningRate"
  private static let weight = "hyperparameters.weight"
  private static let measure = Measure(evaluation: "linear-v1", metric: "top1")

  /// Three rates and two temperatures of the baseline; six weights of the treatment.
  private static func grid(seeds: [UInt64] = [100]) -> TuningGrid {
    TuningGrid(
      judgedBy: measure,
      baseline: TuningGrid.Side(
        "Base",
        [
          .ordered(
            rate, [0.01, 0.02, 0.04], below: [0.005], above: [0.08, 0.16], limits: "loss is not finite above"),
          .alternatives("hyperparameters.temperature", [0.1, 0.2], because: "both are published"),
        ]),
      treatments: [
        TuningGrid.Side(
          "Base + Term",
          [.ordered(weight, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2], limits: "the published range ends there")])
      ], seeds: seeds)
  }

  /// The rows of `trial`, of which the measure is `value`.
  private static func rows(_ trial: TuningLedger.Trial, _ value: Double, alarms: Double = 0) -> [TuningRow] {
    let key = RunKey(
      run: "r\(trial.hashValue)", experiment: "sample-cifar10", version: 2, scale: .reduced,
      data: "cifar10:official", arm: trial.arm, seed: trial.seed)
    func row(_ evaluation: String, _ metric: String, _ value: Double) -> TuningRow {
      TuningRow(
        key: key, commit: "c0ffee", share: trial.share, epochs: 2, constants: trial.constants,
        evaluation: evaluation, metric: metric, value: value, count: 5_000)
    }
    return [
      row("linear-v1", "top1", value), row(TuningRow.Observation.first, "monitor/knn", 20),
      row(TuningRow.Observation.last, "monitor/knn", 30), row(TuningRow.Observation.alarms, "count", alarms),
    ]
  }

  /// Follows the rule to its end with what `value` says of each trial; returns the trials in their order.
  private static func follow(
    _ grid: TuningGrid, judge: @escaping TuningProgress.Judge = TuningChecks.usual,
    alarms: (TuningLedger.Trial) -> Double = { _ in 0 },
    _ value: (TuningLedger.Trial) -> Double
  ) -> (progress: TuningProgress, trials: [TuningLedger.Trial]) {
    var (ledger, made) = (TuningLedger(), [TuningLedger.Trial]())
    while made.count < 100 {
      let progress = TuningProgress(grid, ledger, judge: judge)
      guard let next = progress.missing.first else { return (progress, made) }
      made.append(next)
      ledger.add(rows(next, value(next), alarms: alarms(next)))
    }
    Issue.record("the rule does not end")
    return (TuningProgress(grid, ledger, judge: judge), made)
  }

  private static func number(_ trial: TuningLedger.Trial, _ path: String) -> Double {
    trial.constants.values[path]?.number ?? 0
  }

  @Test func withBestValuesInsideEveryArmTakesThreeHorizonsAndAFifth() {
    let (progress, trials) = Self.follow(Self.grid()) { trial in
      -abs(Self.number(trial, Self.rate) - 0.02) - abs(Self.number(trial, Self.weight) - 0.4)
    }
    #expect(progress.isComplete && progress.obstacle == nil)
    #expect(
      trials.map(\.arm) == Array(repeating: "Base", count: 8) + Array(repeating: "Base + Term", count: 8))
    #expect(trials.prefix(8).map(\.share) == [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 1, 1])
    #expect(progress.arms.allSatisfy { abs($0.horizons - 3.2) < 1e-9 })
    #expect(progress.arms[0].choice?.constants.values[Self.rate] == 0.02)
    // The treatment inherits what the baseline chose.
    #expect(trials.dropFirst(8).allSatisfy { Self.number($0, Self.rate) == 0.02 })
    #expect(progress.arms[1].choice?.constants.values[Self.weight] == 0.4)
    #expect(progress.arms.allSatisfy { $0.edges.isEmpty })
  }

  @Test func aBestValueAtAnEndAsksForOneBeyondItInEveryArmAndAtMostTwice() {
    let (progress, trials) = Self.follow(Self.grid()) { trial in
      Self.number(trial, Self.rate) - abs(Self.number(trial, Self.weight) - 0.4)
    }
    let rates = trials.filter { $0.arm == "Base" && $0.share < 1 }.map { Self.number($0, Self.rate) }
    #expect(rates.suffix(2) == [0.08, 0.16] && rates.count == 8)
    #expect(progress.arms[0].edges.count == 1)
    #expect(progress.arms[0].edges[0].contains("0.16 is the highest value tried: loss is not finite above"))
    // The other arm is tried once more for each: with the value, or where that is inherited with its neighbour.
    let others = trials.filter { $0.arm == "Base + Term" && $0.share < 1 }.map { Self.number($0, Self.rate) }
    #expect(others.prefix(6).allSatisfy { $0 == 0.16 } && Array(others.dropFirst(6)) == [0.08])
    #expect(abs(progress.arms[0].horizons - 3.6) < 1e-9)
  }

  @Test func aConfigurationWhoseTrainingRangAnAlarmIsNotChosen() {
    let (progress, _) = Self.follow(
      Self.grid(), alarms: { Self.number($0, Self.rate) == 0.02 ? 1 : 0 },
      { -abs(Self.number($0, Self.rate) - 0.021) - abs(Self.number($0, Self.weight) - 0.4) })
    #expect(progress.arms[0].choice?.constants.values[Self.rate] != 0.02)
    #expect(progress.arms[0].results.last?.failures == ["an alarm rang in its training"])
  }

  @Test func anArmWithoutAPassingConfigurationMakesTheClaimNoTest() {
    let (progress, _) = Self.follow(
      Self.grid(),
      judge: { arm, _, baseline in arm == "Base" ? [] : ["the term is no lower than the baseline's"] },
      { -abs(Self.number($0, Self.rate) - 0.02) })
    #expect(progress.isComplete)
    #expect(
      progress.obstacle?.contains("“Base + Term” passes its checks (the best: the term is no lower") == true)
  }

  @Test func treatmentsAreJudgedBesideTheBaselinesChoiceAtTheSameShare() {
    let asked = Mutexed<(share: Set<Double>, rates: Set<Double>)>([])
    _ = Self.follow(
      Self.grid(),
      judge: { arm, rows, baseline in
        guard arm == "Base + Term", let baseline else { return [] }
        asked.append(
          (Set((rows + baseline).map(\.share)), Set(baseline.map { Self.number($0.trial, Self.rate) })))
        return []
      }, { -abs(Self.number($0, Self.rate) - 0.02) })
    #expect(!asked.values.isEmpty)
    #expect(asked.values.allSatisfy { $0.share.count == 1 && $0.rates == [0.02] })
  }

  @Test func theMeanOverSeedsDecides() {
    let (progress, trials) = Self.follow(Self.grid(seeds: [100, 101])) { trial in
      // Seed 100 alone would choose 0.01.
      let luck = trial.seed == 100 && Self.number(trial, Self.rate) == 0.01 ? 5.0 : 0
      return luck - 1_000 * abs(Self.number(trial, Self.rate) - 0.02)
    }
    #expect(progress.arms[0].choice?.constants.values[Self.rate] == 0.02)
    #expect(trials.count == 32)
  }

  @Test func trialsThatTheRuleNeverAskedForAreFound() {
    let grid = Self.grid()
    var ledger = TuningLedger()
    for trial in TuningProgress(grid, ledger, judge: TuningChecks.usual).missing {
      ledger.add(Self.rows(trial, 50))
    }
    let secret = TuningLedger.Trial(
      arm: "Base", constants: TuningConstants([Self.rate: 0.03]), share: 0.2, seed: 100)
    ledger.add(Self.rows(secret, 99))
    let asked = TuningProgress.trials(askedBy: grid, upTo: ledger, judge: TuningChecks.usual)
    #expect(ledger.trials.filter { !asked.contains($0) } == [secret])
  }

  /// A treatment that does not act, or does not lead in what it was made for, is not chosen however accurate it is.
  @Test func whatAClaimChecksIsAskedOfTrialsToo() throws {
    let claim = Claim(
      "The term improves the baseline.", [Comparison("Base + Term", over: "Base", evaluation: "linear-v1")],
      because: "it is a test",
      provided: [
        .term(metric: "loss/term", of: "Base + Term", below: "Base", by: 0.25),
        .leads(treatment: "Base + Term", over: "Base", evaluation: "retrieval-v1", metric: "top1"),
        .notCollapsed,
      ])
    let judge = TuningChecks.of([claim])
    let trial = TuningLedger.Trial(arm: "Base + Term", constants: TuningConstants([:]), share: 1, seed: 100)
    func rows(term: Double?, retrieval: Double?) -> [TuningRow] {
      let base = Self.rows(trial, 50)
      func row(_ evaluation: String, _ metric: String, _ value: Double) -> TuningRow {
        TuningRow(
          key: base[0].key, commit: "c0ffee", share: 1, epochs: 2, constants: trial.constants,
          evaluation: evaluation, metric: metric, value: value, count: 5_000)
      }
      return base + [term.map { row(TuningRow.Observation.last, "loss/term", $0) }].compactMap(\.self)
        + [retrieval.map { row("retrieval-v1", "top1", $0) }].compactMap(\.self)
    }
    let baseline = rows(term: 4, retrieval: 30)
    #expect(judge("Base + Term", rows(term: 3, retrieval: 31), baseline).isEmpty)
    #expect(
      judge("Base + Term", rows(term: 3.1, retrieval: 30), baseline)
        == [
          "loss/term is 3.100, not 25 % below the baseline's 4.000",
          "retrieval-v1 top1 is 30.00, not above the baseline's 30.00",
        ])
    #expect(
      judge("Base + Term", rows(term: nil, retrieval: nil), baseline)
        == ["loss/term was not observed", "retrieval-v1 top1 was not measured"])
    // Nothing of this is asked of the baseline, or of another arm.
    #expect(judge("Base", rows(term: nil, retrieval: nil), nil).isEmpty)
    #expect(judge("Base, longer", rows(term: nil, retrieval: nil), baseline).isEmpty)
  }

  @Test func aLedgerIsReadBackAsItWasWrittenInAnyOrder() throws {
    let grid = Self.grid()
    let trials = TuningProgress(grid, TuningLedger(), judge: TuningChecks.usual).missing
    var (forward, backward) = (TuningLedger(), TuningLedger())
    for trial in trials { forward.add(Self.rows(trial, 50.25)) }
    for trial in trials.reversed() { backward.add(Self.rows(trial, 50.25)) }
    #expect(forward.text == backward.text)
    let read = try TuningRow.numbered(in: forward.text, file: "tuning.csv").map(\.row)
    #expect(read == forward.rows)
    // A trial that is there stays as it is.
    forward.add(Self.rows(trials[0], 99))
    #expect(forward.text == backward.text)
  }

  /// It has none of the baseline's constants: it takes over neither what was chosen there nor what extended its axes.
  @Test func anotherMethodChoosesForItself() throws {
    let grid = TuningGrid(
      judgedBy: Self.measure,
      baseline: TuningGrid.Side(
        "Base", [.ordered(Self.rate, [0.01, 0.02, 0.04], above: [0.08], limits: "a test")]),
      treatments: [
        TuningGrid.Side(
          "Other", [.ordered(Self.weight, [0.1, 0.2, 0.4], limits: "a test")], inheriting: false)
      ])
    let (progress, trials) = Self.follow(grid) { trial in
      let constants = trial.constants.values
      return constants[Self.rate]?.number ?? -abs((constants[Self.weight]?.number ?? 9) - 0.2)
    }
    #expect(
      progress.isComplete
        && progress.arms.map(\.choice?.constants.words) == ["learningRate 0.08", "weight 0.2"])
    let others = trials.filter { $0.arm == "Other" }
    #expect(others.count == 5 && others.allSatisfy { Set($0.constants.values.keys) == [Self.weight] })
  }
}

/// A list that closures of any thread may add to.
private final class Mutexed<Element: Sendable>: @unchecked Sendable {
  private(set) var values: [Element]
  init(_ values: [Element]) { self.values = values }
  func append(_ value: Element) { values.append(value) }
}
