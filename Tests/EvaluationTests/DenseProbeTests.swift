import NeuralNetworks
import Tensors
import TestSupport
import Testing
import Vision

@testable import Evaluation

/// The colours of areas of 2 × 2 pixels: what an easy dense problem can be solved by.
final class Areas: Encoder {
  let gain = Parameter(Tensor([1], shape: [1]))
  let featureCount = 3

  func callAsFunction(_ images: Tensor) -> Tensor { featureMap(of: images).globalAverage() }
  func featureMap(of images: Tensor) -> Tensor { images.averagePooled(kernel: 2, stride: 2) }
}

/// Frames of coloured areas whose class is their colour.
func areas(_ count: Int, seed: UInt64) -> SegmentationSet {
  let (height, width) = (16, 20)
  let colors: [[UInt8]] = [[220, 40, 40], [40, 200, 60], [50, 60, 210]]
  var random = Random(seed: seed, stream: "areas")
  var (bytes, masks) = ([UInt8](), [UInt8]())
  for _ in 0..<count {
    // Two lines cut the frame into areas; what lies beyond both is void.
    let (x, y) = (4 + 2 * random.integer(below: 6), 4 + 2 * random.integer(below: 4))
    let first = random.integer(below: 3)
    let mask = (0..<height * width).map { place -> UInt8 in
      let (isRight, isBelow) = (place % width >= x, place / width >= y)
      return isRight && isBelow ? SegmentationSet.void : UInt8((first + (isRight ? 1 : isBelow ? 2 : 0)) % 3)
    }
    for channel in 0..<3 {
      bytes += mask.map { label in
        let base = label == SegmentationSet.void ? 128 : Int(colors[Int(label)][channel])
        return UInt8(max(0, min(255, base + random.integer(below: 41) - 20)))
      }
    }
    masks += mask
  }
  return SegmentationSet(
    images: ImageSet(height: height, width: width, bytes: bytes, labels: [], classNames: []), masks: masks,
    classNames: ["red", "green", "blue"])
}

@Suite struct DenseProbeTests {
  private let identity = DataIdentity(name: "areas", kind: "test", digest: "")

  private func candidate(_ encoder: any Encoder, seed: UInt64 = 0, dataType: DataType = .float32) -> Candidate
  {
    let (training, test) = (areas(24, seed: 1), areas(10, seed: 2))
    return Candidate(
      encoder: encoder, training: training.images, test: test.images,
      segmentation: SegmentationCollection(training: training, test: test, identity: identity),
      standardization: .imageNet, dataType: dataType, seed: seed)
  }

  private func network(strides: [Int]? = [1, 2, 1, 1]) -> ResNet {
    var random = Random(seed: 3, stream: "weights")
    return ResNet(.resNet18(width: 4, strides: strides), using: &random)
  }

  private let recipe = DenseRecipe(epochs: 12, batchSize: 4, hiddenChannels: 8)

  @Test(arguments: [DenseProbe.Head.linear, .fcn]) func anEasyProblemIsLearned(_ head: DenseProbe.Head) throws
  {
    let scores = try DenseProbe(head, on: .camvid, recipe: recipe).evaluate(candidate(Areas()))
    #expect(scores.map(\.metric) == ["miou", "pixel-accuracy", "iou-red", "iou-green", "iou-blue"])
    #expect(scores[0].value > 90 && scores[1].value > 95, "\(scores.map(\.value))")
    #expect(scores.allSatisfy { $0.count == 10 })
  }

  @Test func fineTuningLearnsTooAndLeavesTheEncoderAsItWas() throws {
    let encoder = network()
    let before = encoder.namedState.map(\.state.value.floats)
    let scores = try DenseProbe(.fineTuned, on: .camvid, recipe: recipe).evaluate(candidate(encoder))
    #expect(scores[0].value > 80, "\(scores.map(\.value))")
    #expect(encoder.namedState.map(\.state.value.floats) == before)
  }

  @Test func mapsWithoutInformationDoNoBetterThanTheCommonestClass() throws {
    final class Blind: Encoder {
      let featureCount = 2
      func callAsFunction(_ images: Tensor) -> Tensor { Tensor(zeros: [images.shape[0], 2]) }
      func featureMap(of images: Tensor) -> Tensor {
        Tensor(repeating: 0.3, shape: [images.shape[0], 4, 5, 2])
      }
    }
    let scores = try DenseProbe(.linear, on: .camvid, recipe: recipe).evaluate(candidate(Blind()))
    // One class everywhere: of three indices two are zero.
    #expect(
      scores[0].value < 20 && scores.dropFirst(2).count { $0.value == 0 } == 2, "\(scores.map(\.value))")
  }

  @Test func theyAreFunctionsOfTheSeed() throws {
    for head in DenseProbe.Head.allCases {
      let probe = DenseProbe(
        head, on: .camvid, recipe: DenseRecipe(epochs: 2, batchSize: 4, hiddenChannels: 8))
      let scores = try [0, 0, 1].map { try probe.evaluate(candidate(network(), seed: $0)) }
      #expect(scores[0] == scores[1], "\(probe.name)")
      #expect(scores[0] != scores[2], "\(probe.name)")
    }
  }

  @Test func mosaicsOfLabelledImagesAreAnotherTask() throws {
    let probe = DenseProbe(
      .linear, on: .mosaics(training: 24, test: 8, cells: 2), recipe: DenseRecipe(epochs: 6, batchSize: 4))
    let candidate = Candidate(
      encoder: network(), training: shapes(200), test: shapes(100, stream: "test"), standardization: .shapes)
    let scores = try probe.evaluate(candidate)
    // One class everywhere would reach one tenth of a tenth.
    #expect(scores[0].metric == "miou" && scores[0].value > 1 && scores[0].count == 8, "\(scores[0].value)")
    #expect(scores.contains { $0.metric == "iou-striped-disc" })
    #expect(throws: EvaluationError.noMasks(task: "camvid")) {
      try DenseProbe(.linear, on: .camvid).evaluate(candidate)
    }
  }

  @Test func namesTellHeadAndTask() {
    let names = DenseProbe.Head.allCases.flatMap { head in
      [DenseProbe(head, on: .camvid).name, DenseProbe(head, on: .mosaics()).name]
    }
    #expect(
      names == [
        "dense-linear-camvid-v1", "dense-linear-mosaics-v1", "dense-fcn-camvid-v1", "dense-fcn-mosaics-v1",
        "dense-fcn-fine-tuned-camvid-v1", "dense-fcn-fine-tuned-mosaics-v1",
      ])
  }

  @Test func whatImagesCannotAnswerIsNotPossible() throws {
    let (set, labelled) = (areas(2, seed: 1), shapes(4))
    let frames = ImageCollection(
      pretraining: set.images, training: set.images, test: set.images, identity: identity,
      segmentation: SegmentationCollection(training: set, test: set, identity: identity))
    let photographs = ImageCollection(
      pretraining: labelled, training: labelled, test: labelled, identity: identity)
    let (camvid, mosaics) = (DenseProbe(.fcn, on: .camvid), DenseProbe(.fcn, on: .mosaics()))
    #expect(camvid.isPossible(on: frames) && !mosaics.isPossible(on: frames))
    #expect(!camvid.isPossible(on: photographs) && mosaics.isPossible(on: photographs))
    let synthetic = try DatasetReference.shapes.first(20).load()
    #expect(camvid.isPossible(on: synthetic) && mosaics.isPossible(on: synthetic))
  }

  // MARK: Maps

  @Test(arguments: [DataType.float32, .bfloat16]) func streamedMapsAreTheKeptOnes(_ dataType: DataType) throws
  {
    let candidate = candidate(network(), dataType: dataType)
    let frames = areas(24, seed: 1).images
    let kept = try DenseMaps(of: candidate, frames, split: "training")
    let streamed = try DenseMaps(of: candidate, frames, split: "training", room: 0)
    #expect(!kept.isStreamed && streamed.isStreamed && kept.shape == [24, 8, 10, 32])
    #expect(kept.mean == streamed.mean && kept.factor == streamed.factor)
    let (a, b) = (kept([5, 0, 23]), streamed([5, 0, 23]))
    #expect(a.dataType == dataType && a.shape == [3, 8, 10, 32])
    expectClose(a.floats, b.floats, relative: dataType == .float32 ? 1e-5 : 1e-2)
  }

  @Test func channelsAreStandardizedOverAllPositions() throws {
    let candidate = candidate(Areas())
    let maps = try DenseMaps(of: candidate, areas(24, seed: 1).images, split: "training")
    let values = maps(Array(0..<24)).floats
    for channel in 0..<3 {
      let own = stride(from: channel, to: values.count, by: 3).map { Double(values[$0]) }
      let mean = own.reduce(0, +) / Double(own.count)
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
      #expect(abs(Double(maps.mean[channel]) - mean) < 1e-5)
      #expect(abs(Double(maps.factor[channel]) * variance.squareRoot() - 1) < 1e-4)
    }
  }

  @Test func mapsThatAreNotFiniteAreNamed() throws {
    final class Broken: Encoder {
      let featureCount = 2
      func callAsFunction(_ images: Tensor) -> Tensor { Tensor(zeros: [images.shape[0], 2]) }
      func featureMap(of images: Tensor) -> Tensor {
        Tensor(repeating: .nan, shape: [images.shape[0], 4, 5, 2])
      }
    }
    for head in [DenseProbe.Head.linear, .fcn] {
      #expect(throws: EvaluationError.nonFiniteFeatures(split: "training", image: 0)) {
        try DenseProbe(head, on: .camvid, recipe: recipe).evaluate(candidate(Broken()))
      }
    }
  }

  // MARK: Pictures

  @Test func picturesShowFramesWithTrueAndPredictedMasks() throws {
    let set = areas(10, seed: 2)
    let measured = try DenseProbe(.linear, on: .camvid, recipe: recipe).measure(candidate(Areas()))
    let (scores, pictures) = (measured.scores, measured.pictures)
    #expect(pictures.map(\.name) == ["dense-linear-camvid"] && scores[0].value > 90)
    #expect(measured.answers.map(\.value) == [scores[0].value] && measured.answers[0].count == 10)
    // Images 0, 2, 5 and 7, each in a column; the last row is wrong in one pixel of the first.
    let shown = [0, 2, 5, 7]
    var predictions = shown.map { Array(set.masks[$0 * 320..<($0 + 1) * 320]) }
    let wrong = predictions[0].firstIndex(of: 0)!
    predictions[0][wrong] = 1
    let sheet = PictureSheet.segmentations(of: set, at: shown, predictions: predictions)
    #expect(sheet.rows.map(\.label) == ["image", "true classes", "predicted classes"])
    let drawn = sheet.picture("x")
    #expect(pictures[0].height == drawn.height && pictures[0].width == drawn.width)
    for (column, image) in shown.enumerated() {
      for pixel in 0..<320 {
        func color(_ row: Int) -> [UInt8] {
          Array(sheet.rows[row].tiles[column].bytes[pixel * 3..<pixel * 3 + 3])
        }
        #expect(
          color(0) == (0..<3).map { set.images.bytes[image * set.images.imageSize + pixel + $0 * 320] })
        let label = set.masks[image * 320 + pixel]
        #expect(
          color(1)
            == (label == 255 ? [0, 0, 0] : [[128, 128, 128], [128, 0, 0], [192, 192, 128]][Int(label)]))
        #expect((color(1) == color(2)) == (column != 0 || pixel != wrong))
      }
    }
    // The legend has the classes that occur, in their colours.
    let classes = Set(predictions.flatMap(\.self)).sorted()
    #expect(sheet.legend.count == classes.count && sheet.legend[0].name == set.classNames[Int(classes[0])])
    #expect(sheet.legend[0].color == [128, 128, 128])
  }

  @Test func largeFramesAreThinnedOut() {
    let images = ImageSet(
      height: 200, width: 260, bytes: [UInt8](repeating: 9, count: 3 * 200 * 260), labels: [], classNames: [])
    let masks = (0..<200 * 260).map { UInt8($0 % 260 / 130) }
    let set = SegmentationSet(images: images, masks: masks, classNames: ["left", "right"])
    let sheet = PictureSheet.segmentations(of: set, at: [0], predictions: [masks])
    // Every third pixel: the frame, and twice the masks.
    for (row, y) in [(0, 66), (1, 0), (1, 66), (2, 33)] {
      let tile = sheet.rows[row].tiles[0]
      #expect(tile.width == 87 && tile.height == 67)
      for x in 0..<87 {
        let place = (y * 87 + x) * 3
        let mask: [UInt8] = 3 * x < 130 ? [128, 128, 128] : [128, 0, 0]
        #expect(Array(tile.bytes[place..<place + 3]) == (row == 0 ? [9, 9, 9] : mask), "\(row) \(y) \(x)")
      }
    }
    #expect(sheet.legend.map(\.name) == ["left", "right"])
  }
}
