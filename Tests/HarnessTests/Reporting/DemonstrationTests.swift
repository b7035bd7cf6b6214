import Foundation
import Testing

@testable import Claims
@testable import Harness
@testable import Records
@testable import Reporting

/// The end of a demonstration.
@Suite struct DemonstrationTests {
  private func results(
    floor: Double = 20, method: Double? = 42, ceiling: Double = 80, seeds: [UInt64] = [0]
  ) -> RecordedResults {
    let reached: KeyValuePairs<String, Double?> = [
      "random encoder": floor, "Base + Term": method, "supervised": ceiling,
    ]
    return RecordedResults(
      seeds.flatMap { seed in
        reached.compactMap { arm, value in
          value.map {
            SampleRun(arm: arm, seed: seed, linear: $0 + Double(seed), scale: .demo, kind: "synthetic")
          }
        }
      })
  }

  private let demonstration = Demonstration("Base + Term", margin: 10)

  private func outcome(_ results: RecordedResults) throws -> DemonstrationOutcome {
    try #require(try DemonstrationOutcome(demonstration, results: results))
  }

  @Test func bothLeadsAreTold() throws {
    let outcome = try outcome(results(seeds: [0, 2]))
    #expect(outcome.holds && outcome.reached.map(\.value) == [21, 43, 81])
    #expect(
      outcome.sentence
        == "The method's features beat a random network's by 22.0 points, and those of labels beat them by 38.0 points: "
        + "it works here. These are drawn images, so this says nothing of the paper.")
  }

  /// A lead below the margin, of the method or of labels, is told as what it is.
  @Test func whatDoesNotHoldIsNotClaimed() throws {
    #expect(try outcome(results(method: 30)).holds)
    for results in [results(method: 29.9), results(method: 15), results(method: 70.1)] {
      let outcome = try outcome(results)
      #expect(!outcome.holds && !outcome.sentence.contains("it works here"), "\(outcome.sentence)")
      #expect(outcome.sentence.contains("10 points at least are usual, so something is amiss here"))
    }
    #expect(
      try outcome(results(method: 15)).sentence.contains("fall behind a random network's by 5.0 points"))
    #expect(try outcome(results(method: 85)).sentence.contains("labels fall behind them by 5.0 points"))
  }

  @Test func withoutAnArmNothingIsClaimed() throws {
    #expect(try DemonstrationOutcome(demonstration, results: results(method: nil)) == nil)
    let floorAndMethod = Demonstration("Base + Term", under: nil, margin: 10)
    let outcome = try #require(try DemonstrationOutcome(floorAndMethod, results: results(ceiling: 30)))
    #expect(outcome.holds && !outcome.sentence.contains("labels"))
    let lines = try Conclusion(
      .sample(.demo), results: results(method: nil), width: 100, demonstration: demonstration
    ).lines
    #expect(lines[0].text.hasPrefix("Synthetic images: this shows that everything works"))
  }

  @Test func theConclusionIsATableAndThatSentence() throws {
    for width in [60, 80, 100] {
      let lines = try Conclusion(
        .sample(.demo), results: results(), width: width, demonstration: demonstration
      ).lines
      let text = lines.map(\.text).joined(separator: "\n")
      #expect(lines.allSatisfy { $0.text.count <= width }, "\(text)")
      #expect(lines[0].text.hasPrefix("arm") && lines[0].text.contains("over random encoder"))
      #expect(text.contains("42.00 (n = 1)"), "\(text)")
      #expect(lines.last?.tone == .held && !text.contains("reproduced") && !text.contains("published"))
    }
    let bad = try Conclusion(
      .sample(.demo), results: results(method: 21), width: 100, demonstration: demonstration
    ).lines
    #expect(bad.last?.tone == .failed)
  }

  @Test func programsAreToldTheSame() throws {
    let answer = try JSONDecoder().decode(
      JSONValue.self,
      from: ReadableJSON.data(
        RunsAnswer(
          experiment: "sample", scale: "demo", runs: [], claims: [],
          demonstration: try outcome(results(ceiling: 50)))))
    func value(_ path: String) -> JSONValue? { answer.value(at: path.split(separator: ".").map(String.init)) }
    #expect(value("demonstration.holds") == false && value("demonstration.margin") == 10)
    #expect(value("demonstration.reached.1.arm") == "Base + Term")
    #expect(value("demonstration.reached.1.value") == 42 && value("demonstration.evaluation") == "linear-v1")
  }
}
