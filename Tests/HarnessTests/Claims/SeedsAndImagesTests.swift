import Foundation
import Recipes
import Statistics
import Testing

@testable import Claims
@testable import Records
@testable import Reporting

/// Answers per image beside the pairs of the sample.
@Suite struct FindingOverImagesTests {
  private let comparison = Comparison("Base + Term", over: "Base", evaluation: "linear-v1")
  private let claim = Claim(
    "The term improves the baseline.", [Comparison("Base + Term", over: "Base", evaluation: "linear-v1")],
    because: "it is a test", looks: Looks([3, 4]))

  /// Three pairs on ten images, of which the baseline knows the first five, and the treatment `known` by seed.
  private func summary(in folder: ReportFolder, known: [Int]) throws -> Summary {
    var runs: [SampleRun] = []
    for (seed, count) in known.enumerated() {
      runs.append(SampleRun(arm: "Base", seed: UInt64(seed), linear: 50))
      runs.append(SampleRun(arm: "Base + Term", seed: UInt64(seed), linear: Double(10 * count)))
    }
    var results = RecordedResults(runs)
    let place = ResultsFolder(folder.url, experiment: "sample-cifar10", scale: .reduced)
    results.answersFolder = place
    for run in runs {
      let right = Int(run.linear / 10)
      let row = AnswerRow(
        key: run.key, evaluation: "linear-v1", metric: "top1", kind: .right, classes: 1,
        counts: (0..<10).map { $0 < right ? 1 : 0 })
      try folder.write(AnswerRow.table(of: [row]), to: "sample-cifar10/reduced/answers/\(run.key.run).csv")
    }
    return try Summary(results)
  }

  @Test func otherImagesWidenTheInterval() throws {
    let folder = try ReportFolder()
    let summary = try summary(in: folder, known: [6, 7, 6])
    let finding = try Finding(comparison, of: claim, summary)
    let (look, interval) = (try #require(finding.look), try #require(finding.overImages))
    // By hand: d = 10, 20, 10; the sixth image is gained by all seeds, the seventh by one of three.
    let differences = [6, 7, 6].map { known in (0..<10).map { $0 >= 5 && $0 < known ? 100.0 : 0 } }
    let expected = try #require(try SeedsAndImages(differences))
    let constant = Boundary(Looks([3, 4]), level: 0.95).constant(at: 3)
    #expect(interval == expected.interval(constant: constant))
    #expect(abs((interval.lowerBound + interval.upperBound) / 2 - 40.0 / 3) < 1e-9)
    #expect(
      interval.lowerBound < look.direction.lowerBound && interval.upperBound > look.direction.upperBound)
    let sentence = try Judgement(claim, summary, scale: .reduced).sentence
    #expect(
      sentence.contains("at 3 pairs on these 10000 images, [")
        && sentence.contains("] with other images as well"))
  }

  @Test func withoutAnswersTheIntervalIsOfTheseImages() throws {
    let finding = try Finding(comparison, of: claim, Summary(.sample))
    #expect(finding.look != nil && finding.overImages == nil)
    let sentence = try Judgement(claim, Summary(.sample), scale: .reduced).sentence
    #expect(sentence.contains("on these 10000 images") && !sentence.contains("other images"))
  }

  /// Equal accuracies on other images are no identical arms.
  @Test func armsAreIdenticalOnlyWithTheSameAnswers() throws {
    let folder = try ReportFolder()
    let same = try summary(in: folder, known: [5, 5, 5])
    let claim = Claim(
      "The term improves the baseline.", [comparison], because: "it is a test", looks: Looks([3, 4]))
    #expect(try same.areIdentical(comparison, seeds: [0, 1, 2]))
    #expect("\(try Judgement(claim, same, scale: .reduced).verdict)".contains("identical arms"))
    let run = try #require(same.rows(of: "Base", comparison.measure).last?.key)
    let row = AnswerRow(
      key: run, evaluation: "linear-v1", metric: "top1", kind: .right, classes: 1,
      counts: (0..<10).map { $0 < 5 ? 0 : 1 })
    try folder.write(AnswerRow.table(of: [row]), to: "sample-cifar10/reduced/answers/\(run.run).csv")
    #expect(try !same.areIdentical(comparison, seeds: [0, 1, 2]))
  }
}
