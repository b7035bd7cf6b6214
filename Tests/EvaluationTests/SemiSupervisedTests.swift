import NeuralNetworks
import Tensors
import Testing
import Vision

@testable import Evaluation

@Suite struct SemiSupervisedTests {
  private let labels = (0..<5_000).map { $0 * 7 % 10 }

  @Test(arguments: [1, 10, 37])
  func everyClassGetsItsShare(percent: Int) {
    let chosen = LabelledSubset(percent: percent).indices(of: labels)
    for label in 0..<10 { #expect(chosen.count { labels[$0] == label } == 5 * percent) }
    #expect(chosen == Set(chosen).sorted())
  }

  @Test func aSmallerListIsPartOfALargerOne() {
    let (few, more) = (
      LabelledSubset(percent: 1).indices(of: labels), LabelledSubset(percent: 10).indices(of: labels)
    )
    #expect(Set(few).isSubset(of: more))
    // Chosen at random, not from the front.
    #expect(more.contains { $0 > 4_000 } && !more.starts(with: 0..<10))
  }

  @Test func aClassOfFewImagesKeepsOne() {
    #expect(LabelledSubset(percent: 1).indices(of: [0, 0, 0, 1]).count == 2)
  }

  private func network() -> ResNet {
    var random = Random(seed: 3, stream: "weights")
    return ResNet(.resNet18(width: 4), using: &random)
  }

  private func candidate(_ encoder: any Encoder) -> Candidate {
    Candidate(
      encoder: encoder, training: shapes(400), test: shapes(200, stream: "test"), standardization: .shapes)
  }

  @Test func fineTuningLearnsAndLeavesTheEncoderAsItWas() throws {
    let encoder = network()
    let before = encoder.namedState.map(\.state.value.floats)
    let candidate = candidate(encoder)
    let accuracy = try FineTuning(epochs: 24, batchSize: 32).tuned(candidate, on: candidate.training) {
      tuned in
      #expect(tuned.encoder.namedState.map(\.state.value.floats) != before)
      return try ClassifierAccuracy().evaluate(tuned)[0].value
    }
    #expect(accuracy > 40, "ten classes, \(accuracy) %")
    #expect(encoder.namedState.map(\.state.value.floats) == before)
  }

  @Test func fineTuningIsAFunctionOfItsSeed() throws {
    let scores = try (0..<2).map { _ in try SemiSupervised(percent: 10).evaluate(candidate(network())) }
    #expect(scores[0] == scores[1])
    #expect(scores[0].map(\.metric) == ["top1", "top5", "linear-top1", "linear-top5"])
  }

  @Test func theProbeSeesTheChosenImagesAlone() throws {
    let (encoder, all) = (network(), shapes(400))
    let chosen = LabelledSubset(percent: 10).indices(of: all.labels)
    let few = Candidate(
      encoder: encoder, training: all.subset(chosen), test: shapes(200, stream: "test"),
      standardization: .shapes)
    let alone = try LinearProbe().evaluate(few)[0].value
    let scores = try SemiSupervised(percent: 10).evaluate(candidate(encoder))
    #expect(scores.first { $0.metric == "linear-top1" }?.value == alone)
  }
}
