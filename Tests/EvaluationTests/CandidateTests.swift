import NeuralNetworks
import Tensors
import TestSupport
import Testing
import Vision

@testable import Evaluation

/// The pixels themselves.
final class Pixels: Encoder {
  let featureCount: Int

  init(side: Int) { featureCount = side * side * 3 }

  func callAsFunction(_ images: Tensor) -> Tensor { images.reshaped(to: [images.shape[0], featureCount]) }
  func featureMap(of images: Tensor) -> Tensor { images }
}

/// An encoder that counts its calls and answers as it is told.
final class Scripted: Encoder {
  let featureCount = 4
  private(set) var batches: [Int] = []
  private let answer: (Int) -> [Float]

  init(_ answer: @escaping (_ row: Int) -> [Float]) { self.answer = answer }

  func callAsFunction(_ images: Tensor) -> Tensor {
    let first = batches.reduce(0, +)
    batches.append(images.shape[0])
    return Tensor((first..<first + images.shape[0]).flatMap(answer), shape: [images.shape[0], 4])
  }
  func featureMap(of images: Tensor) -> Tensor { images }
}

func shapes(_ count: Int, stream: String = "evaluation") -> ImageSet {
  Shapes.images(count, seed: 5, stream: stream)
}

@Suite struct CandidateTests {
  private func candidate(
    _ encoder: any Encoder, training: ImageSet, test: ImageSet? = nil, batchSize: Int = 500,
    dataType: DataType = .float32
  ) -> Candidate {
    Candidate(
      encoder: encoder, training: training, test: test ?? training, standardization: .shapes,
      dataType: dataType,
      batchSize: batchSize)
  }

  private func resNet() -> ResNet {
    var random = Random(seed: 1, stream: "weights")
    return ResNet(.resNet18(width: 4), using: &random)
  }

  @Test func featuresAreExtractedOnceInBatches() throws {
    let encoder = Scripted { [Float($0), 1, 2, 3] }
    let candidate = candidate(encoder, training: shapes(25), batchSize: 10)
    let features = try candidate.features(.training)
    _ = try candidate.features(.training)
    #expect(encoder.batches == [10, 10, 5])
    #expect(features.values.shape == [25, 4] && features.count == 25 && features.dimension == 4)
    #expect(features.values.columns(0..<1).floats == (0..<25).map(Float.init))
    #expect(features.labels == (0..<25).map { $0 % 10 })
  }

  @Test(arguments: [1, 7, 30])
  func featuresDoNotDependOnTheBatchSize(batchSize: Int) throws {
    let encoder = resNet()
    let images = shapes(30)
    let whole = try candidate(encoder, training: images).features(.training)
    let parts = try candidate(encoder, training: images, batchSize: batchSize).features(.training)
    expectClose(parts.values.floats, whole.values.floats, relative: 1e-5)
  }

  @Test func extractionLeavesTheEncoderAsItWas() throws {
    let encoder = resNet()
    let before = encoder.namedState.map(\.state.value.floats)
    _ = try candidate(encoder, training: shapes(20)).features(.training)
    #expect(encoder.namedState.map(\.state.value.floats) == before)
  }

  @Test func imagesAreStandardizedAndNotAugmented() throws {
    let images = shapes(3)
    let features = try candidate(Pixels(side: 32), training: images).features(.training)
    let expected = (0..<3).flatMap { image in
      (0..<32 * 32).flatMap { pixel in
        (0..<3).map { channel in
          let byte = images.bytes[image * images.imageSize + channel * 1_024 + pixel]
          return (Float(byte) / 255 - Standardization.shapes.mean[channel])
            / Standardization.shapes.deviation[channel]
        }
      }
    }
    expectClose(features.values.floats, expected, relative: 1e-6)
  }

  @Test func nonFiniteFeaturesAreAnErrorThatNamesTheImage() {
    for bad in [Float.nan, .infinity] {
      let candidate = candidate(
        Scripted { $0 % 20 == 17 ? [0, bad, 0, 0] : [0, 1, 2, 3] }, training: shapes(20))
      #expect(throws: EvaluationError.nonFiniteFeatures(split: "training", image: 17)) {
        try candidate.features(.training)
      }
      #expect(throws: EvaluationError.self) { try NearestNeighbors().evaluate(candidate) }
    }
  }

  @Test func splitsWithoutImagesOrLabelsAreErrors() {
    let labelled = shapes(10)
    let unlabelled = ImageSet(height: 32, width: 32, bytes: labelled.bytes, labels: [], classNames: [])
    let empty = labelled.subset([])
    let wrong = ImageSet(
      height: 32, width: 32, bytes: labelled.bytes, labels: (0..<10).map { $0 + 3 }, classNames: [])
    let encoder = Scripted { _ in [0, 1, 2, 3] }
    #expect(throws: EvaluationError.badLabels(split: "training", found: nil, classes: 0)) {
      try candidate(encoder, training: unlabelled, test: labelled).features(.training)
    }
    #expect(throws: EvaluationError.noImages(split: "test")) {
      try candidate(encoder, training: labelled, test: empty).features(.test)
    }
    #expect(throws: EvaluationError.badLabels(split: "test", found: 10, classes: 10)) {
      try candidate(encoder, training: labelled, test: wrong).features(.test)
    }
  }

  @Test func errorsSayWhatToDo() {
    let errors: [EvaluationError] = [
      .noImages(split: "test"), .badLabels(split: "test", found: nil, classes: 2),
      .badLabels(split: "test", found: 9, classes: 2), .nonFiniteFeatures(split: "test", image: 3),
      .probeDidNotConverge(iterations: 5, gradient: 1, tolerance: 0.1),
    ]
    for error in errors { #expect(error.description.contains(": ") && !error.description.contains("\n")) }
  }
}
