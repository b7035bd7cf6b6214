import NeuralNetworks
import Tensors
import TestSupport
import Testing
import Vision

@testable import Evaluation

@Suite struct AnswersTests {
  private func candidate() -> Candidate {
    var random = Random(seed: 3, stream: "weights")
    let encoder = ResNet(.resNet18(width: 4), using: &random)
    return Candidate(
      encoder: encoder, classifier: Linear(encoder.featureCount, 10, using: &random), training: shapes(300),
      test: shapes(120, stream: "test"), standardization: .shapes)
  }

  @Test func theScoreFollowsFromTheAnswers() {
    let right = Answers(metric: "top1", .right([true, false, true, true]))
    #expect(right.value == 75 && right.count == 4)
    let shares = Answers(metric: "top1", .shares([.init(right: 1, asked: 10), .init(right: 4, asked: 10)]))
    #expect(shares.value == 25 && shares.count == 2)
    #expect(Answers(metric: "top1", .shares([])).value == 0)
    var (first, second) = (ConfusionMatrix(classCount: 2), ConfusionMatrix(classCount: 2))
    first.add(truth: [0, 0, 1], predictions: [0, 1, 1])
    second.add(truth: [0, 1, 1, 255], predictions: [0, 1, 0, 1])
    // Class 0: two of four pixels; class 1: two of four. The mean of the frames' own would be another number.
    #expect(Answers(metric: "miou", .pixels([first, second])).value == 50)
  }

  @Test func everyClassificationKeepsWhichImagesItKnew() throws {
    let candidate = candidate()
    let evaluations: [any Evaluation] = [
      NearestNeighbors(k: [20, 5]), LinearProbe(), ClassifierAccuracy(), SemiSupervised(percent: 10),
      ClassTransfer(),
    ]
    for evaluation in evaluations {
      let measured = try evaluation.measure(candidate)
      let aboutTest = measured.scores.filter { $0.metric.contains("top") && !$0.metric.contains("train") }
      #expect(measured.answers.map(\.metric) == aboutTest.map(\.metric), "\(evaluation.name)")
      for (answers, score) in zip(measured.answers, aboutTest) {
        #expect(answers.value == score.value && answers.count == score.count, "\(evaluation.name)")
      }
    }
  }

  @Test func answersAreInTheOrderOfTheImages() throws {
    let bank = Features(
      values: Tensor((0..<100).map { $0 / 10 == $0 % 10 ? 1 : 0 }, shape: [10, 10]), labels: Array(0..<10))
    let labels = [0, 1, 2, 3, 4, 5]
    let queries = Features(
      values: Tensor(
        [0, 1, 5, 3, 4, 9].flatMap { shown in (0..<10).map { $0 == shown ? Float(1) : 0 } }, shape: [6, 10]),
      labels: labels)
    let measured = NearestNeighbors(k: [1]).measured(bank: bank, queries: queries, classCount: 10)
    #expect(measured.answers[0].content == .right([true, true, false, true, true, false]))
  }
}
