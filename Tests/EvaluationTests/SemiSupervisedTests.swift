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

/// Version 2 of the probes of few labels.
@Suite struct FewLabelProbeTests {
  /// Features of ten classes in few of many dimensions, so that few labels leave much unsettled.
  private func features(_ count: Int, seed: UInt64) -> Features {
    var random = Random(seed: seed, stream: "features")
    let labels = (0..<count).map { $0 % 10 }
    let values = labels.flatMap { label in
      (0..<60).map { random.normal() + ($0 == label ? 2.5 : 0) + Float($0 % 3) }
    }
    return Features(values: Tensor(values, shape: [count, 60]), labels: labels)
  }

  @Test func thePenaltyShrinksWithTheImagesAndIsVersion1sAtFiftyThousand() {
    let rule = LinearProbe.Penalty.shrinkingWithImages
    #expect([50_000, 5_000, 500].map(rule.strength) == [1e-4, 1e-3, 1e-2])
    #expect([50_000, 500].map(LinearProbe.Penalty.fixed.strength) == [1e-4, 1e-4])
    #expect([LinearProbe(), LinearProbe.ofFewLabels].map(\.name) == ["linear-v1", "linear-v2"])
    #expect([NearestNeighbors(), NearestNeighbors.ofFewLabels].map(\.name) == ["knn-v1", "knn-v2"])
    #expect(NearestNeighbors.ofFewLabels.k == [20])
  }

  @Test func itOverfitsLessWithFewLabels() throws {
    let (few, test) = (features(100, seed: 1), features(2_000, seed: 2))
    func top1(_ probe: LinearProbe) throws -> (test: Double, training: Double) {
      let scores = try probe.measured(training: few, test: test, classCount: 10).scores
      return (scores[0].value, scores.first { $0.metric == "train-top1" }!.value)
    }
    let (first, second) = (try top1(LinearProbe()), try top1(.ofFewLabels))
    #expect(second.test > first.test + 2, "version 1 \(first), version 2 \(second)")
    #expect(first.training == 100)
  }

  private func candidate(_ encoder: any Encoder) -> Candidate {
    Candidate(
      encoder: encoder, training: shapes(400), test: shapes(200, stream: "test"), standardization: .shapes)
  }

  @Test func theProbesSeeTheChosenImagesAlone() throws {
    var random = Random(seed: 3, stream: "weights")
    let encoder = ResNet(.resNet18(width: 4), using: &random)
    let all = shapes(400)
    let few = Candidate(
      encoder: encoder, training: all.subset(LabelledSubset(percent: 10).indices(of: all.labels)),
      test: shapes(200, stream: "test"), standardization: .shapes)
    let scores = try SemiSupervisedProbes(percent: 10).evaluate(candidate(encoder))
    #expect(scores.map(\.metric) == ["linear-top1", "linear-top5", "knn-top1"])
    #expect(scores[0].value == (try LinearProbe.ofFewLabels.evaluate(few))[0].value)
    #expect(scores[2].value == (try NearestNeighbors.ofFewLabels.evaluate(few))[0].value)
    #expect(SemiSupervisedProbes(percent: 1).name == "semi-supervised-1-v2")
    #expect(SemiSupervisedProbes(percent: 1).needsLabelFreeTraining)
  }
}
