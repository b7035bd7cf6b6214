import Evaluation
import Foundation
import Tensors
import Testing

@testable import Harness
@testable import Records

@Suite struct AnswerRowTests {
  private static let key = RunKey(
    run: "0123456789ab", experiment: "tiny-shapes", version: 2, scale: .reduced, data: "cifar10:binary",
    arm: "Soft pull", seed: 7)

  private func row(_ kind: AnswerRow.Kind, classes: Int = 1, _ counts: [Int]) -> AnswerRow {
    AnswerRow(
      key: Self.key, evaluation: "knn-v1", metric: "top1", kind: kind, classes: classes, counts: counts)
  }

  private func matrix(_ truth: [UInt8], _ predictions: [UInt8], classes: Int = 3) -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classCount: classes)
    matrix.add(truth: truth, predictions: predictions)
    return matrix
  }

  // MARK: The file

  @Test func theTextOfARowIsFixed() {
    let start = "0123456789ab,tiny-shapes,2,reduced,cifar10:binary,Soft pull,7,knn-v1,top1,"
    // Bits 0, 2, 3 and 8: bytes 13 and 1.
    #expect(row(.right, [1, 0, 1, 1, 0, 0, 0, 0, 1]).line == start + "right,9,1,DQE=\n")
    // 300 is 44 + 2 · 128: bytes 172 and 2.
    #expect(row(.shares, [5, 300]).line == start + "shares,1,1,BawC\n")
    // 7, a zero and two further ones, 1, a zero and none further, 2, 3.
    #expect(row(.pixels, classes: 2, [7, 0, 0, 0, 1, 0, 2, 3]).line == start + "pixels,2,2,BwACAQAAAgM=\n")
  }

  @Test func rowsReadBackExactly() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "answers.csv")
    var random = Random(seed: 1, stream: "answers")
    let rows =
      (0..<18).map { count in row(.right, (0..<count).map { _ in random.integer(below: 2) }) }
      + (0..<40).map { _ in
        row(.pixels, classes: 3, (0..<45).map { _ in max(0, random.integer(below: 80_000) - 60_000) })
      }
      + [row(.shares, []), row(.shares, [0, 0]), row(.pixels, classes: 11, [Int](repeating: 0, count: 242))]
    try writeAtomically(Data(AnswerRow.table(of: rows).utf8), to: url)
    #expect(try AnswerRow.read(from: url) == rows)
  }

  @Test(arguments: [
    ("right,9,1,DQE=", nil), ("right,10,1,DQE=", nil), ("right,17,1,DQE=", "right of 17 images"),
    ("right,8,1,DQE=", "right of 8"), ("right,9,1,DQI=", "right of 9"), ("right,9,2,DQE=", "of 2 classes"),
    ("shares,1,1,BawC", nil), ("shares,1,1,Baw=", "shares of 1"), ("shares,2,1,BawC", "shares of 2"),
    ("shares,1,1,BayCAA==", "shares of 1"), ("shares,2,1,AAAAAAAA", "shares of 2"), ("shares,2,1,AAM=", nil),
    ("pixels,1,2,AAQ=", "pixels of 1"), ("pixels,1,0,AAM=", "1 to 256 classes"),
    ("pixels,1,2,?", "pixels of 1 images of 2 classes"), ("sounds,1,1,AA==", "one of right, shares, pixels"),
  ])
  func whatIsNoAnswerIsNamed(fields: String, expected: String?) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(component: "answers.csv")
    let start = "a,tiny,1,smoke,d,arm,0,knn-v1,top1,"
    try (CSVFile.line(AnswerRow.columns) + start + fields + "\n").write(
      to: url, atomically: true, encoding: .utf8)
    guard let expected else {
      // What can be read is what would be written: no other bytes stand for the same numbers.
      #expect(try AnswerRow.read(from: url)[0].line == start + fields + "\n")
      return
    }
    let found = errorText { _ = try AnswerRow.read(from: url) }
    #expect(found.contains(expected) && found.hasPrefix("\(url.path), line 2"), "\(found)")
  }

  // MARK: The score

  @Test func scoresAreThoseOfTheEvaluation() {
    let frames = [
      matrix([0, 0, 1, 255, 2], [0, 1, 1, 1, 0]), matrix([1, 1, 0], [1, 0, 0]), matrix([255], [2]),
    ]
    let all: [Answers] = [
      Answers(metric: "top1", .right([true, false, true])), Answers(metric: "miou", .pixels(frames)),
      Answers(metric: "top1", .shares([.init(right: 3, asked: 7), .init(right: 0, asked: 0)])),
      Answers(metric: "top1", .shares([.init(right: 0, asked: 0)])),
      Answers(metric: "miou", .pixels([matrix([255], [0])])),
    ]
    for answers in all {
      let row = AnswerRow(Self.key, "any-v1", answers)
      #expect(row.value == answers.value && row.images == answers.count && row.metric == answers.metric)
    }
  }

  @Test func aScoreThatDoesNotFollowIsNamed() {
    let row = row(.right, [1, 0, 1, 1])
    func score(_ value: Double, _ count: Int = 4, metric: String = "top1") -> [ScoreRow] {
      [ScoreRow(key: Self.key, evaluation: "knn-v1", metric: metric, value: value, count: count)]
    }
    #expect(row.contradiction(with: score(75)) == nil)
    #expect(
      row.contradiction(with: score(75.5))?.contains("make 75.0 over 4 images, its score is 75.5") == true)
    #expect(row.contradiction(with: score(75, 5))?.contains("over 5") == true)
    #expect(row.contradiction(with: score(75, metric: "top5"))?.contains("has no score") == true)
  }

  // MARK: Its error

  @Test func theErrorOfAShareIsTheTextbooks() throws {
    let counts = (0..<200).map { $0 % 5 == 0 ? 0 : 1 }
    let error = try #require(AnswerRow.standardError(of: row(.right, counts)))
    // 100 √(p (1 − p) / (n − 1)) with p = .8.
    #expect(abs(error - 100 * (0.8 * 0.2 / 199).squareRoot()) < 1e-9)
  }

  @Test func theErrorOfADifferenceIsThatOfTheDisagreements() throws {
    // Both right on 60, the first alone on 25, the second alone on 5, neither on 10.
    let first = row(.right, (0..<100).map { $0 < 85 ? 1 : 0 })
    let second = row(.right, (0..<100).map { $0 < 60 || (85..<90).contains($0) ? 1 : 0 })
    let error = try #require(AnswerRow.standardError(of: first, minus: second))
    let expected = 100 * ((0.25 + 0.05 - 0.2 * 0.2) / 99).squareRoot()
    #expect(abs(error - expected) < 1e-9)
    #expect(AnswerRow.standardError(of: first, minus: first) == 0)
    #expect(AnswerRow.standardError(of: first, minus: row(.right, [1, 0])) == nil)
    #expect(AnswerRow.standardError(of: row(.right, [1])) == nil)
  }

  /// Frames drawn again and again: their scores spread as far as the jackknife says of one draw, on the average.
  @Test func theErrorOfAMeanIntersectionIsItsSpreadOverDraws() throws {
    var random = Random(seed: 4, stream: "frames")
    func frame() -> ConfusionMatrix {
      let isHard = random.integer(below: 3) == 0
      let truth = (0..<40).map { _ in UInt8(random.integer(below: 3)) }
      return matrix(
        truth,
        truth.map { random.integer(below: 10) < (isHard ? 6 : 1) ? UInt8(random.integer(below: 3)) : $0 })
    }
    var (values, errors) = ([Double](), [Double]())
    for _ in 0..<300 {
      let row = AnswerRow(Self.key, "any-v1", Answers(metric: "miou", .pixels((0..<40).map { _ in frame() })))
      values.append(row.value)
      errors.append(try #require(AnswerRow.standardError(of: row)))
    }
    let mean = values.reduce(0, +) / 300
    let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 299).squareRoot()
    let told = errors.reduce(0, +) / 300
    #expect(abs(told / spread - 1) < 0.15, "told \(told), found \(spread)")
  }
}
