import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite struct NearestNeighborsTests {
  /// Neighbours, votes and predictions by PyTorch.
  @Test func agreesWithPyTorch() throws {
    let fixture = try Fixture("statistics")
    let evaluation = NearestNeighbors(
      k: [Int(fixture.scalar("knn.k"))], temperature: Float(fixture.scalar("knn.temperature")))
    let neighbors = Neighbors(
      of: NormalizedRows(fixture.tensor("knn.queries")), in: NormalizedRows(fixture.tensor("knn.bank")),
      count: evaluation.k[0])
    #expect(neighbors.indices == fixture.integers("knn.neighbors"))
    let predictions = evaluation.predictions(
      neighbors, labels: fixture.integers("knn.labels"), classCount: 3, k: evaluation.k[0])
    #expect(predictions == fixture.integers("knn.predictions"))
  }

  @Test func theNearestOfTheTrainingSetIsItself() {
    let features = Features(values: randomTensor([700, 6]), labels: (0..<700).map { $0 % 7 })
    let scores = NearestNeighbors(k: [1]).measured(bank: features, queries: features, classCount: 7).scores
    #expect(scores == [Score(metric: "top1", value: 100, count: 700)])
  }

  @Test func everyKHasItsMetric() {
    let features = Features(values: randomTensor([30, 6]), labels: (0..<30).map { $0 % 3 })
    let evaluation = NearestNeighbors()
    #expect(evaluation.name == "knn-v1")
    let scores = evaluation.measured(bank: features, queries: features, classCount: 3).scores
    #expect(scores.map(\.metric) == ["top1", "top1-k20"])
    #expect(scores.map(\.count) == [30, 30])
  }

  /// Two near votes outweigh three distant ones at a low temperature, and not at a high one.
  @Test func votesAreWeightedBySimilarity() {
    let bank = Features(
      values: Tensor([1, 0, 1, 0.01, 0, 1, 0.01, 1, -0.01, 1], shape: [5, 2]), labels: [0, 0, 1, 1, 1])
    let query = Features(values: Tensor([1, 0], shape: [1, 2]), labels: [0])
    let cold = NearestNeighbors(k: [5], temperature: 0.1).measured(bank: bank, queries: query, classCount: 2)
      .scores
    let hot = NearestNeighbors(k: [5], temperature: 100).measured(bank: bank, queries: query, classCount: 2)
      .scores
    #expect(cold[0].value == 100)
    #expect(hot[0].value == 0)
  }

  @Test func equalVotesGoToTheLowerClass() {
    let bank = Features(values: Tensor([1, 0, 1, 0], shape: [2, 2]), labels: [1, 0])
    let query = Features(values: Tensor([1, 0], shape: [1, 2]), labels: [0])
    #expect(
      NearestNeighbors(k: [2]).measured(bank: bank, queries: query, classCount: 2).scores[0].value == 100)
  }

  /// No temperature overflows or underflows to no vote at all.
  @Test func extremeTemperaturesVote() {
    let bank = Features(values: Tensor([1, 0.1, 1, 0.2, 0, 1], shape: [3, 2]), labels: [0, 1, 1])
    let query = Features(values: Tensor([1, 0.1], shape: [1, 2]), labels: [0])
    #expect(
      NearestNeighbors(k: [3], temperature: 1e-6).measured(bank: bank, queries: query, classCount: 2).scores[
        0
      ].value
        == 100)
  }
}
