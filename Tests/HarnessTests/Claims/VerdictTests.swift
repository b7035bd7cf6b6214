import Testing

@testable import Claims
@testable import Harness
@testable import Records

@Suite struct VerdictTests {
  @Test func words() {
    func said(_ ending: Ending, margin: Double = 1) -> String {
      "\(Verdict.ended(Ended(ending, pairs: 8), margin: margin))"
    }
    #expect(said(.reproduced) == "reproduced")
    #expect(said(.reproducedButSmall) == "reproduced, but smaller than ±1 point")
    #expect(said(.opposite) == "opposite")
    #expect(said(.oppositeButSmall, margin: 0.5) == "opposite, but smaller than ±0.5 points")
    #expect(said(.noDifference, margin: 0.25) == "no difference beyond ±0.25 points")
    #expect(said(.undecided) == "undecided at the end")
    #expect(said(.identicalArms) == "identical arms")
    #expect("\(Verdict.goingOn(pairs: 5, of: 16, next: 8))" == "going on: 5 of 16 pairs, the next look at 8")
    #expect("\(Verdict.notATest(["a (1)", "b (2)"]))" == "not a test: a (1); b (2)")
  }

  @Test func onlyDecidedClaimsHaveAPValue() {
    #expect(Verdict.ended(Ended(.noDifference, pairs: 8), margin: 1).hasPValue)
    #expect(!Verdict.ended(Ended(.undecided, pairs: 16), margin: 1).hasPValue)
    #expect(!Verdict.notATest([]).hasPValue && !Verdict.unrecorded.hasPValue)
  }
}

/// Claims judged by rows of the sample, whose three pairs say `reproduced`.
@Suite struct JudgementTests {
  private let comparison = Comparison("Base + Term", over: "Base", evaluation: "linear-v1")

  private func claim(
    _ comparisons: [Comparison]? = nil, firstSeed: UInt64 = 0, provided checks: [Check] = [],
    after gates: [Gate] = []
  ) -> Claim {
    Claim(
      "The term improves the baseline.", comparisons ?? [comparison], because: "it is a test",
      looks: Looks([3, 4]), firstSeed: firstSeed, provided: checks, after: gates)
  }

  private func verdict(
    _ claim: Claim, _ results: RecordedResults = .sample, pilot: RecordedResults = RecordedResults()
  ) throws -> Verdict {
    try Judgement(claim, Summary(results), scale: .reduced, pilot: pilot).verdict
  }

  private let reproduced = Verdict.ended(Ended(.reproduced, pairs: 3), margin: 1)

  @Test func aTermThatWasNotActedOnIsNoTest() throws {
    func check(_ share: Double) -> Check {
      .term(metric: "loss/instance", of: "Base + Term", below: "Base", by: share)
    }
    #expect(try verdict(claim(provided: [check(0)])) == reproduced)
    // Both arms end at 7 / 3, 7 / 3.1 and 7 / 3.2.
    #expect(
      "\(try verdict(claim(provided: [check(0.25)])))"
        == "not a test: loss/instance of Base + Term at least 25 % below that of Base (2.260 is 0.0 % below 2.260)"
    )
    #expect("\(try verdict(claim(provided: [check(0.25)])))".contains("2.260"))
    let missing = Check.term(metric: "loss/other", of: "Base + Term", below: "Base", by: 0.25)
    #expect("\(try verdict(claim(provided: [missing])))".hasSuffix("(no rows of loss/other)"))
  }

  /// Both arms of the sample have 70 and 71 points, another method's arm 70.3.
  @Test func aBaselineHasToKeepUp() throws {
    func verdict(_ arm: String, within points: Double) throws -> Verdict {
      try self.verdict(claim(provided: [.keepsUp(arm, with: "half a term", within: points)]))
    }
    #expect(try verdict("Base", within: 1) == reproduced)
    #expect(
      "\(try verdict("Base", within: 0.1))"
        == "not a test: Base at most 0.1 points below half a term in what decides (70.15 against 70.30)")
    #expect(
      claim(provided: [.keepsUp("Base", with: "half a term", within: 1)]).checks[0].arms == [
        "Base", "half a term",
      ])
    let missing = try self.verdict(claim(provided: [.keepsUp("Base", with: "nobody", within: 1)]))
    #expect("\(missing)".contains("no rows of Base and “nobody”"))
  }

  /// Numbers stay shown, and before a look nothing is checked.
  @Test func checksAreJudgedAtLooks() throws {
    let checked = claim(provided: [.term(metric: "loss/instance", of: "Base + Term", below: "Base", by: 0.25)]
    )
    let early = RecordedResults(Array(sampleRuns.prefix(4)))
    #expect(try verdict(checked, early) == .goingOn(pairs: 2, of: 4, next: 3))
    let sentence = try Judgement(checked, Summary(.sample), scale: .reduced).sentence
    #expect(
      sentence.contains("+0.74 points (95 % interval [+0.12,") && sentence.contains(": not a test: "))
  }

  @Test func trainedArmsBeatTheirFloor() throws {
    #expect(try verdict(claim(provided: [.beats(floor: "random encoder")])) == reproduced)
    #expect(
      "\(try verdict(claim(provided: [.beats(floor: "supervised")])))"
        == "not a test: every compared arm above “supervised” in what decides (Base 70.15 against 88.90)")
    let unrecorded = try verdict(claim(provided: [.beats(floor: "nobody")]))
    #expect(
      "\(unrecorded)"
        == "no verdict before its conditions are judged: every compared arm above “nobody” in what decides "
        + "(no rows of “nobody”)")
  }

  @Test func theTreatmentLeadsInWhatItWasMadeFor() throws {
    func check(_ treatment: String, _ baseline: String) -> Check {
      .leads(treatment: treatment, over: baseline, evaluation: "knn-v1", metric: "top1")
    }
    #expect(try verdict(claim(provided: [check("Base + Term", "Base")])) == reproduced)
    #expect(
      "\(try verdict(claim(provided: [check("Base", "Base + Term")])))".hasPrefix("not a test: Base above"))
  }

  /// One of three seeds is more than a quarter; of five, one is not.
  @Test func collapsedSeedsAreCounted() throws {
    func results(_ count: UInt64) -> RecordedResults {
      let runs = (0..<count).flatMap { seed in
        [
          SampleRun(seed: seed, linear: 70),
          SampleRun(arm: "Base + Term", seed: seed, linear: 75 + Double(seed % 2)),
        ]
      }
      var results = RecordedResults(runs)
      for run in runs {
        let last = run.arm == "Base" && run.seed == 0 ? 0.001 : 0.4
        for (epoch, value) in [(0, 0.5), (2, last)] {
          results.curves.append(
            CurveRow(key: run.key, epoch: epoch, step: 0, metric: "monitor/std", value: value))
        }
      }
      return results
    }
    let checked = claim(provided: [.notCollapsed])
    #expect("\(try verdict(checked, results(3)))".hasSuffix("(1 of 3 seeds of Base)"))
    #expect(try checked.checkOutcomes(in: results(5), seeds: [0, 1, 2, 3, 4]).map(\.state) == [.passed])
    #expect(
      try checked.checkOutcomes(in: results(5), seeds: [0, 1, 2, 3, 4])[0].numbers == "1 of 5 seeds of Base")
  }

  /// An upper bound that cannot move the measure: nothing that follows can be a test.
  @Test func gatesComeBeforeTheFirstSeed() throws {
    let bound = Comparison("supervised", over: "Base", evaluation: "linear-v1")
    let gated = claim(after: [Gate(bound, atLeast: 1)])
    #expect("\(try verdict(gated))".hasSuffix("(not recorded with seeds 100 to 102)"))
    func pilot(_ gain: Double) -> RecordedResults {
      RecordedResults(
        Gate.seeds.flatMap {
          [SampleRun(seed: $0, linear: 70), SampleRun(arm: "supervised", seed: $0, linear: 70 + gain)]
        })
    }
    #expect(try verdict(gated, pilot: pilot(1.5)) == reproduced)
    #expect("\(try verdict(gated, pilot: pilot(0.5)))".hasSuffix("on held-out images (+0.50 points)"))
    #expect(
      "\(try verdict(gated, RecordedResults([SampleRun(), SampleRun(arm: "Base + Term")])))".hasPrefix(
        "going on"))
  }

  @Test func equalArmsAreIdenticalOnlyInEverything() throws {
    func runs(knn: Double) -> RecordedResults {
      RecordedResults(
        (0..<3).flatMap { seed in
          [
            SampleRun(seed: seed, linear: 70 + Double(seed)),
            SampleRun(arm: "Base + Term", seed: seed, linear: 70 + Double(seed), knn: knn),
          ]
        })
    }
    #expect(try verdict(claim(), runs(knn: 68)) == .ended(Ended(.identicalArms, pairs: 3), margin: 1))
    // Equal where it counts alone: no difference, with the spread of one image.
    #expect(try verdict(claim(), runs(knn: 67)) == .ended(Ended(.noDifference, pairs: 3), margin: 1))
  }

  /// AdaInf's old headline: better than the worse of two baselines.
  @Test func allComparisonsMustHold() throws {
    let other = Comparison("Base + Term", over: "half a term", evaluation: "linear-v1")
    let both = claim([comparison, other])
    #expect(try verdict(both) == .goingOn(pairs: 1, of: 4, next: 3), "the other baseline has one seed")
    let better = (0..<3).map {
      SampleRun(arm: "half a term", seed: UInt64($0), linear: [75.9, 76.2, 75.8][$0])
    }
    let results = RecordedResults(sampleRuns.filter { $0.arm != "half a term" } + better)
    #expect(try verdict(both, results) == .ended(Ended(.opposite, pairs: 3), margin: 1))
    let sentence = try Judgement(both, Summary(results), scale: .reduced).sentence
    #expect(sentence.contains("minus Base,") && sentence.contains("minus half a term,"))
  }

  /// Seeds below the claim's first, and those behind a gap, are no pairs of it.
  @Test func looksUseTheClaimsSeedsWithoutGaps() throws {
    #expect(try verdict(claim(firstSeed: 1)) == .goingOn(pairs: 2, of: 4, next: 3))
    let gap = RecordedResults(sampleRuns.filter { $0.seed != 1 })
    #expect(try verdict(claim(), gap) == .goingOn(pairs: 1, of: 4, next: 3))
  }

  /// A verdict stays when a later pair would have spoilt it; the interval moves on.
  @Test func theFirstVerdictStands() throws {
    let later = [SampleRun(seed: 3, linear: 90), SampleRun(arm: "Base + Term", seed: 3, linear: 50)]
    let judgement = try Judgement(claim(), Summary(RecordedResults(sampleRuns + later)), scale: .reduced)
    #expect(judgement.verdict == reproduced)
    #expect(judgement.sentence.contains("95 % interval [−") && judgement.sentence.contains("] at 4 pairs"))
  }

  @Test func theDigestTellsWhetherAClaimWasChanged() {
    #expect(claim().digest == claim().digest && claim().digest.count == 12)
    let others = [
      claim(firstSeed: 5), claim(provided: [.notCollapsed]),
      claim([Comparison("Base + Term", over: "Base", evaluation: "knn-v1")]),
    ]
    #expect(Set(others.map(\.digest) + [claim().digest]).count == 4)
  }
}
