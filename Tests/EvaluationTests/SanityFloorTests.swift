import NeuralNetworks
import Tensors
import TestSupport
import Testing
import Vision

@testable import Evaluation

/// What needs no training must already beat chance (10 %); an evaluation that measures less is broken.
@Suite struct SanityFloorTests {
  private func randomEncoder(width: Int) -> ResNet {
    var random = Random(seed: 1, stream: "weights")
    return ResNet(.resNet18(width: width), using: &random)
  }

  /// Noise about one colour per class.
  private func tinted(_ count: Int, seed: UInt64) -> ImageSet {
    let colors = randomTensor([10, 3], seed: 9, scale: 24).floats
    var random = Random(seed: seed, stream: "tinted")
    let bytes = (0..<count * 3_072).map { index in
      let (image, channel) = (index / 3_072, index % 3_072 / 1_024)
      return UInt8(min(max(128 + colors[image % 10 * 3 + channel] + 12 * random.normal(), 0), 255))
    }
    return ImageSet(
      height: 32, width: 32, bytes: bytes, labels: (0..<count).map { $0 % 10 },
      classNames: Array(repeating: "colour", count: 10))
  }

  /// On the procedural images, whose colours, places and sizes tell nothing, so that little shows without training.
  @Test func aRandomEncoderIsAboveChanceOnShapes() throws {
    let candidate = Candidate(
      encoder: randomEncoder(width: 16), training: shapes(2_000),
      test: shapes(1_000, stream: "evaluation.test"),
      standardization: .shapes)
    #expect(try LinearProbe().evaluate(candidate)[0].value > 13)
  }

  @Test func aRandomEncoderAndRawPixelsAreAboveChanceOnColours() throws {
    for encoder in [randomEncoder(width: 8), Pixels(side: 32)] as [any Encoder] {
      let candidate = Candidate(
        encoder: encoder, training: tinted(500, seed: 1), test: tinted(200, seed: 2), standardization: .shapes
      )
      let neighbors = try NearestNeighbors(k: [20]).evaluate(candidate)[0].value
      let probe = try LinearProbe().evaluate(candidate)[0].value
      #expect(neighbors > 40 && probe > 40, "kNN \(neighbors), linear \(probe)")
      let few = try [NearestNeighbors.ofFewLabels, LinearProbe.ofFewLabels].map {
        (evaluation: any Evaluation) in
        try evaluation.evaluate(candidate)[0].value
      }
      #expect(few[0] == neighbors && few[1] > 40, "\(few)")
    }
  }

  @Test func theMonitorSeesARandomEncoderAndACollapsedOne() throws {
    let monitor = Monitor(
      training: shapes(1_000), test: shapes(200, stream: "evaluation.test"), standardization: .shapes)
    let reading = try monitor.reading(of: randomEncoder(width: 8))
    let top1 = try #require(reading.top1)
    #expect(top1 > 0 && top1 < 40)
    #expect(!reading.isCollapsed)
    let collapsed = try monitor.reading(of: Scripted { _ in [0.3, 0.2, 0.1, 0.7] })
    #expect(collapsed.isCollapsed)
    #expect(collapsed.spread.effectiveRank == 0)
    #expect(abs(try #require(collapsed.top1) - 10) < 1e-9)
  }

  @Test func theMonitorTakesTheFirstImages() throws {
    let encoder = Scripted { [Float($0 % 7), 1, Float($0 % 3), 2] }
    let small = shapes(20)
    let images = small.subset((0..<5_500).map { $0 % 20 })
    _ = try Monitor(training: images, test: images, standardization: .shapes).reading(of: encoder)
    #expect(encoder.batches.reduce(0, +) == 6_000)
  }
}
