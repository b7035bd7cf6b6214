import Foundation
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

@Suite struct ReportSummaryTests {
  private let linear = Measure(evaluation: "linear-v1", metric: "top1")

  @Test func groupsByArm() throws {
    let summary = try Summary(.sample)
    #expect(summary.arms == ["Base", "Base + Term", "random encoder", "supervised", "half a term"])
    let spread = try #require(try summary.spread(of: "Base", linear))
    #expect(spread.count == 3)
    #expect(abs(spread.mean - 70.15) < 1e-9)
    #expect(abs(try #require(spread.deviation) - 0.37749172176) < 1e-9)
    #expect(try summary.cell(of: "Base", linear) == "70.15 ± 0.38 (n = 3)")
    #expect(try summary.cell(of: "random encoder", linear) == "42.50 (n = 1)")
    #expect(try summary.cell(of: "nobody", linear) == nil)
  }

  @Test func pairsBySeed() throws {
    let extra = [SampleRun(arm: "Base", seed: 9), SampleRun(arm: "Base + Term", seed: 7)]
    let summary = try Summary(RecordedResults(sampleRuns.reversed() + extra))
    let pairing = try summary.pairing("Base + Term", over: "Base", linear)
    #expect(pairing.pairs.map(\.seed) == [0, 1, 2])
    for (pair, expected) in zip(pairing.pairs, [0.82, 0.5, 0.91]) {
      #expect(abs(pair.difference - expected) < 1e-9)
    }
    #expect(pairing.unpaired == [.init(arm: "Base + Term", seed: 7), .init(arm: "Base", seed: 9)])
    #expect(try pairing.difference()?.spread.count == 3)
  }

  /// The middle of two arms, and one arm in two metrics, are baselines too, by seed.
  @Test func aBaselineMayBeAMiddleOrAnotherMetric() throws {
    let summary = try Summary(.sample)
    func values(_ arm: String, _ metric: String = "top1") -> [UInt64: Double] {
      let measure = Measure(evaluation: "linear-v1", metric: metric)
      return Dictionary(
        uniqueKeysWithValues: summary.rows(of: arm, measure).map { ($0.key.seed, $0.value) })
    }
    let middle = Comparison(
      "Base + Term", overMiddleOf: "Base", and: "supervised", evaluation: "linear-v1")
    let between = try summary.pairing(middle)
    #expect(middle.arms == ["Base", "supervised", "Base + Term"] && !between.pairs.isEmpty)
    for pair in between.pairs {
      let (low, high) = (
        try #require(values("Base")[pair.seed]), try #require(values("supervised")[pair.seed])
      )
      #expect(abs(pair.baseline - (low + high) / 2) < 1e-12)
    }
    let itself = Comparison(
      "Base + Term", over: "Base + Term", evaluation: "linear-v1", metric: "top1",
      baselineMetric: "iterations")
    let within = try summary.pairing(itself)
    #expect(itself.arms == ["Base + Term"] && within.unpaired.isEmpty)
    #expect(within.pairs.count == values("Base + Term").count)
    for pair in within.pairs { #expect(pair.baseline == values("Base + Term", "iterations")[pair.seed]) }
    let claim = Claim("Both.", [middle, itself], because: "it is a test", looks: Looks([3, 4]))
    let sentence = try Judgement(claim, summary, scale: .reduced).sentence
    #expect(sentence.contains("Base + Term minus the middle of Base and supervised, linear-v1 top1"))
    #expect(sentence.contains("Base + Term, top1 minus Base + Term, iterations, linear-v1 on"))
    #expect(!sentence.contains("identical arms"))
  }

  /// A gain over one arm less another gain: of four arms, seed by seed, where all four are there.
  @Test func aGainIsComparedWithAnotherOne() throws {
    let levels: KeyValuePairs = ["Base": 70.0, "Base + Term": 71, "supervised": 80, "half a term": 83]
    let runs = (0..<4).flatMap { seed in
      levels.map { arm, level in
        let drift = arm == "half a term" ? 0.5 * Double(seed) : 0
        return SampleRun(arm: arm, seed: UInt64(seed), linear: level + drift)
      }
    }
    let comparison = Comparison(
      "half a term", over: "supervised", minus: ("Base + Term", over: "Base"), evaluation: "linear-v1")
    #expect(comparison.arms == ["supervised", "Base", "Base + Term", "half a term"])
    let pairing = try Summary(RecordedResults(runs)).pairing(comparison)
    #expect(pairing.pairs.map(\.difference) == [2, 2.5, 3, 3.5] && pairing.unpaired.isEmpty)
    #expect(pairing.pairs.map(\.baseline) == [1, 1, 1, 1])

    let without = runs.filter { $0.arm != "Base" || $0.seed != 2 }
    let partial = try Summary(RecordedResults(without)).pairing(comparison)
    #expect(partial.pairs.map(\.seed) == [0, 1, 3])
    #expect(Set(partial.unpaired.map(\.arm)) == ["supervised", "Base + Term", "half a term"])
    let claim = Claim("Both.", [comparison], because: "it is a test", looks: Looks([3, 4]))
    let sentence = try Judgement(claim, Summary(RecordedResults(runs)), scale: .reduced).sentence
    #expect(
      sentence.hasPrefix(
        "(half a term − supervised) minus (Base + Term − Base), linear-v1 top1 on CIFAR-10"), "\(sentence)")
  }

  /// What a claim of two arms says of itself has not changed, so that recorded digests stay true.
  @Test func aPlainComparisonIsEncodedAsBefore() throws {
    let plain = Comparison("B", over: "A", evaluation: "linear-v1")
    #expect(
      JSONValue(encoding: plain)
        == .object(["treatment": "B", "baseline": "A", "evaluation": "linear-v1", "metric": "top1"]))
  }

  @Test func refusesMixtures() throws {
    func problem(_ change: (inout SampleRun) -> Void) throws -> Incomparable {
      var other = SampleRun(arm: "Base + Term", seed: 1)
      change(&other)
      let results = RecordedResults([SampleRun(), other])
      let error = try #require(throws: Incomparable.self) { try Summary(results) }
      #expect([error.first.run, error.second.run] == [SampleRun().key.run, other.key.run])
      return error
    }
    let version = try problem { $0.version = 1 }
    #expect(version.property == "version")
    #expect("\(version)".contains("version 2") && "\(version)".contains("version 1"))
    #expect(try problem { $0.scale = .paper }.property == "scale")
    #expect(try problem { $0.kind = "official" }.property == "data")
    #expect(try problem { $0.digest = "ba5e00000000" }.property == "data digest")
    let evaluation = try problem { $0.evaluation = "linear-v2" }
    #expect(evaluation.property == "evaluation version")
    #expect(evaluation.first.value == "linear-v1" && evaluation.second.value == "linear-v2")
  }

  /// A later version stands beside the earlier one, in all runs or in those that came later.
  @Test func aRunMayBeMeasuredByTwoVersions() throws {
    let both = SampleRun(arm: "Base + Term", seed: 1, laterEvaluation: "linear-v2")
    for runs in [[both], [SampleRun(), both]] {
      let summary = try Summary(RecordedResults(runs))
      #expect(summary.measures.contains(Measure(evaluation: "linear-v2", metric: "top1")))
    }
  }

  @Test func refusesTwoRunsOfOneSeed() throws {
    let results = RecordedResults([SampleRun(), SampleRun(precision: .float32)])
    #expect(try #require(throws: Incomparable.self) { try Summary(results) }.property == "run")
  }

  @Test func refusesTwoConfigurationsOfOneArm() throws {
    let results = RecordedResults([SampleRun(), SampleRun(seed: 1, weight: 3)])
    #expect(try #require(throws: Incomparable.self) { try Summary(results) }.property == "configuration")
  }

  @Test func pairsShareMachineSettings() throws {
    func problem(_ partner: SampleRun) throws -> Incomparable {
      let summary = try Summary(RecordedResults([SampleRun(), partner]))
      return try #require(throws: Incomparable.self) {
        try summary.pairing("Base + Term", over: "Base", linear)
      }
    }
    #expect(try problem(SampleRun(arm: "Base + Term", precision: .float32)).property == "precision")
    #expect(try problem(SampleRun(arm: "Base + Term", threads: 4)).property == "threads")
    // Different pairs may differ.
    let fourThreads = [SampleRun(seed: 1, threads: 4), SampleRun(arm: "Base + Term", seed: 1, threads: 4)]
    let summary = try Summary(RecordedResults([SampleRun(), SampleRun(arm: "Base + Term")] + fourThreads))
    #expect(try summary.pairing("Base + Term", over: "Base", linear).pairs.count == 2)
  }

  @Test func versionsOfEvaluations() {
    #expect(Comparability.unversioned("linear-v1") == "linear")
    #expect(Comparability.unversioned("semi-supervised-v12") == "semi-supervised")
    #expect(Comparability.unversioned("semi-supervised-10") == "semi-supervised-10")
    #expect(Comparability.unversioned("dense") == "dense")
  }
}

@Suite struct ReportFindingTests {
  private func judgement(_ runs: [SampleRun]) throws -> Judgement {
    let experiment = ReportedExperiment.declared(.reduced)
    return try Judgement(experiment.claims[0], Summary(RecordedResults(runs)), scale: .reduced)
  }

  @Test func sentence() throws {
    let judgement = try judgement(sampleRuns)
    #expect(judgement.verdict == .ended(Ended(.reproduced, pairs: 3), margin: 1))
    // Differences .82, .50, .91: mean .7433, standard deviation .2155. A look at three of four pairs spends 3.75 %, so
    // that the constant is the .98125 quantile of t with two degrees of freedom: 5.0176 × .2155 / √3 = .6242.
    #expect(
      judgement.sentence
        == "Base + Term minus Base, linear-v1 top1 on CIFAR-10 (jpeg75) at reduced scale: +0.74 points "
        + "(95 % interval [+0.12, +1.37] at 3 pairs on these 10000 images, n = 3 paired seeds, standard deviation of the differences 0.22): "
        + "reproduced."
    )
  }

  @Test func beforeTheFirstLook() throws {
    let one = try judgement(Array(sampleRuns.prefix(2)))
    #expect(one.verdict == .goingOn(pairs: 1, of: 4, next: 3) && one.nextLook == 3)
    #expect(
      one.sentence.hasSuffix("+0.82 points (one pair of runs): going on: 1 of 4 pairs, the next look at 3."))
    let two = try judgement(Array(sampleRuns.prefix(4)))
    #expect(two.sentence.contains("n = 2 paired seeds"))
    #expect(
      two.sentence.contains("going on: 2 of 4 pairs, the next look at 3; by these pairs likely to end as: "))
    #expect(try two.sentence == judgement(Array(sampleRuns.prefix(4))).sentence)
    let none = try judgement([sampleRuns[0]])
    #expect(
      none.sentence
        == "No seed is recorded for both Base and Base + Term at reduced scale: no recorded pair yet."
    )
    #expect(none.nextLook == 3)
  }

  @Test func syntheticImagesGiveNoVerdict() throws {
    let judgement = try judgement(
      sampleRuns.map {
        var run = $0
        run.kind = "synthetic"
        return run
      })
    #expect(judgement.verdict == .synthetic && judgement.nextLook == nil)
    #expect(judgement.sentence.hasSuffix("no verdict, since synthetic images say nothing about the paper."))
  }

  @Test func prospects() throws {
    let experiment = ReportedExperiment.declared(.reduced)
    func prospect(_ seeds: Int, _ recorded: RecordedResults) throws -> String {
      try Report.prospect(experiment, seeds: seeds, recorded: recorded)
    }
    #expect(
      try prospect(1, .sample) == "1 paired seed: no verdict, since it is looked at after 3 and 4 pairs.")
    #expect(try prospect(3, RecordedResults()).contains("no spread is on record yet; at the look of 3"))
    #expect(try prospect(5, .sample).contains("(0.22 points between pairs) the look of 4 would find"))
  }
}
