import Foundation
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// What `--json` prints of runs and claims.
@Suite struct AnswerTests {
  private func json(_ value: some Encodable) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: ReadableJSON.data(value))
  }

  private func value(_ json: JSONValue, _ path: String) -> JSONValue? {
    json.value(at: path.split(separator: ".").map(String.init))
  }

  @Test func aClaimTellsPairsIntervalsConditionsAndVerdict() throws {
    let experiment = Declaration.sample
    let judgement = try #require(try Report.judgements(experiment, results: .sample).first)
    let answer = try json(ClaimAnswer(experiment.claims[0], judgement))
    #expect(value(answer, "verdict.state") == "reproduced" && value(answer, "verdict.words") == "reproduced")
    #expect(value(answer, "digest") == .string(experiment.claims[0].digest))
    #expect(value(answer, "claim.margin") == 1)
    #expect(value(answer, "comparisons.0.treatment") == "Base + Term")
    #expect(value(answer, "comparisons.0.pairs.2.seed") == 2 && value(answer, "comparisons.0.pairs.3") == nil)
    #expect(value(answer, "comparisons.0.look.pairs") == 3)
    let lower = try #require(value(answer, "comparisons.0.look.interval95.0")?.number)
    let inner = try #require(value(answer, "comparisons.0.look.interval90.0")?.number)
    #expect(lower > 0 && inner > lower)
    #expect(value(answer, "checks.0.state") == "passed" && value(answer, "verdict.nextLook") == nil)
  }

  @Test func whatNobodyMeasuredHasItsFirstLookAhead() throws {
    let answer = try json(ClaimAnswer(Declaration.sample.claims[0], nil))
    #expect(value(answer, "verdict.state") == "unrecorded" && value(answer, "verdict.nextLook") == 3)
    #expect(value(answer, "comparisons") == [])
  }

  @Test func everyVerdictHasAWordOfItsOwn() {
    let verdicts: [Verdict] =
      [
        .unrecorded, .synthetic, .notATest(["x"]), .alarmed(["x"]), .waiting(["x"]),
        .goingOn(pairs: 1, of: 4, next: 3),
      ]
      + Ending.allCases.map { .ended(Ended($0, pairs: 3), margin: 1) }
    #expect(Set(verdicts.map(\.code)).count == verdicts.count)
    #expect(Set(verdicts.map(\.short)).count == verdicts.count)
  }

  @Test func aRunTellsItsManifestAndItsScores() throws {
    let run = SampleRun(alarms: [Alarm("the loss rose", epoch: 3, value: 6.45)])
    let answer = try json(RunAnswer(run.manifest, scores: run.scores))
    let manifest = try JSONDecoder().decode(JSONValue.self, from: run.manifest.json)
    #expect(
      value(answer, "identity") == value(manifest, "identity")
        && value(answer, "sessions") == value(manifest, "sessions"))
    #expect(value(answer, "alarms.0.text") == "the loss rose")
    #expect(value(answer, "scores.1.evaluation") == "linear-v1" && value(answer, "scores.1.value") == 70)
  }

  @Test func anExperimentTellsItsConstantsAndItsClaims() throws {
    let experiment = Declaration.sample
    let description = ExperimentDescription(experiment, automaticPrecision: .float32)
    let answer = try json(
      ExperimentAnswer(description, claims: ClaimAnswer.answers(experiment.claims, [])))
    #expect(value(answer, "experiment") == "sample-cifar10" && value(answer, "arms.0.name") == "Base")
    #expect(value(answer, "claims.0.claim.sentence") == "The term improves the baseline.")
  }
}
