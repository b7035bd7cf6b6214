import NeuralNetworks
import Tensors
import TestSupport
import Testing
import Vision

@testable import Evaluation

/// What needs no training must already beat chance (10 %) on the procedural images; what measures less is broken.
@Suite struct SanityFloorTests {
  private func candidate(_ encoder: any Encoder, dataType: DataType = .float32) -> Candidate {
    Candidate(
      encoder: encoder, training: shapes(2_000), test: shapes(500, stream: "evaluation.test"),
      standardization: .shapes,
      dataType: dataType)
  }

  private func randomEncoder() -> ResNet {
    var random = Random(seed: 1, stream: "weights")
    return ResNet(.resNet18(width: 8), using: &random)
  }

  @Test func aRandomEncoderIsAboveChance() throws {
    let candidate = candidate(randomEncoder())
    #expect(try NearestNeighbors(k: [20]).evaluate(candidate)[0].value > 15)
    #expect(try LinearProbe().evaluate(candidate)[0].value > 20)
  }

  @Test func rawPixelsAreAboveChance() throws {
    let candidate = candidate(Pixels(side: 32))
    #expect(try NearestNeighbors(k: [20]).evaluate(candidate)[0].value > 15)
  }

  @Test func theMonitorSeesARandomEncoderAndACollapsedOne() throws {
    let monitor = Monitor(
      training: shapes(1_000), test: shapes(200, stream: "evaluation.test"), standardization: .shapes)
    let reading = try monitor.reading(of: randomEncoder())
    #expect(reading.top1 > 12)
    #expect(!reading.isCollapsed)
    #expect(reading.metrics.map(\.name) == ["monitor-knn", "feature-deviation", "effective-rank"])
    let collapsed = try monitor.reading(of: Scripted { _ in [0.3, 0.2, 0.1, 0.7] })
    #expect(collapsed.isCollapsed)
    #expect(collapsed.spread.effectiveRank == 0)
    #expect(abs(collapsed.top1 - 10) < 1e-9)
  }

  @Test func theMonitorTakesTheFirstImages() throws {
    let encoder = Scripted { [Float($0 % 7), 1, Float($0 % 3), 2] }
    let small = shapes(20)
    let images = small.subset((0..<5_500).map { $0 % 20 })
    _ = try Monitor(training: images, test: images, standardization: .shapes).reading(of: encoder)
    #expect(encoder.batches.reduce(0, +) == 6_000)
  }
}
