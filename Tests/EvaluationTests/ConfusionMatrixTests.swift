import TestSupport
import Testing
import Vision

@testable import Evaluation

/// Beside scikit-learn's confusion matrix and Jaccard indices (`Tests/Fixtures/dense.json`).
@Suite struct ConfusionMatrixTests {
  @Test func agreesWithScikitLearn() throws {
    let fixture = try Fixture("dense")
    let truth = fixture.integers("confusion.truth").map { UInt8($0) }
    let predicted = fixture.integers("confusion.predicted").map { UInt8($0) }
    var matrix = ConfusionMatrix(classCount: 7)
    for part in [0..<100, 100..<500] {
      matrix.add(truth: Array(truth[part]), predictions: Array(predicted[part]))
    }
    #expect(matrix.counts == fixture.integers("confusion.matrix"))
    let each = [0, 1, 2, 3, 4, 6].compactMap(matrix.intersectionOverUnion)
    for (own, expected) in zip(each, fixture.doubles("confusion.jaccard")) {
      #expect(abs(own - 100 * expected) < 1e-10)
    }
    #expect(each.count == 6 && matrix.intersectionOverUnion(of: 5) == nil)
    #expect(abs(matrix.meanIntersectionOverUnion - 100 * fixture.scalar("confusion.mean")) < 1e-10)
    #expect(abs(matrix.pixelAccuracy - 100 * fixture.scalar("confusion.accuracy")) < 1e-10)
  }

  @Test func classesThatDoNotOccurHaveNoScore() {
    var matrix = ConfusionMatrix(classCount: 3)
    #expect(matrix.meanIntersectionOverUnion == 0 && matrix.pixelAccuracy == 0)
    // Two of three right; the third is taken for a class that is not there.
    matrix.add(truth: [0, 0, 0, 255], predictions: [0, 0, 2, 1])
    let scores = matrix.scores(classNames: ["a", "b b", "c c"], count: 4)
    #expect(scores.map(\.metric) == ["miou", "pixel-accuracy", "iou-a", "iou-c-c"])
    #expect(scores.map(\.value) == [100.0 / 3, 200.0 / 3, 200.0 / 3, 0] && scores[0].count == 4)
  }
}
