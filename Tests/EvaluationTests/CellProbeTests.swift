import NeuralNetworks
import Tensors
import TestSupport
import Testing
import Vision

@testable import Evaluation

@Suite struct CellProbeTests {
  private func candidate(_ encoder: any Encoder, seed: UInt64 = 0, dataType: DataType = .float32) -> Candidate
  {
    let (training, test) = (areas(24, seed: 1), areas(10, seed: 2))
    return Candidate(
      encoder: encoder, training: training.images, test: test.images,
      segmentation: SegmentationCollection(
        training: training, test: test, identity: DataIdentity(name: "areas", kind: "test", digest: "")),
      standardization: .imageNet, dataType: dataType, seed: seed)
  }

  private func network(groups: Int = 1, seed: UInt64 = 3) -> ResNet {
    var random = Random(seed: seed, stream: "weights")
    return ResNet(
      .resNet18(width: 4, normalizationGroups: groups, strides: [1, 2, 1, 1]), using: &random)
  }

  private func value(_ metric: String, _ scores: [Score]) -> Double {
    scores.first { $0.metric == metric }?.value ?? .nan
  }

  // MARK: Shares

  /// Cells that do not divide a frame, by the definition pixel by pixel.
  @Test func sharesAreThoseOfThePixelsWhoseCentreACellHolds() {
    let masks: [UInt8] = [0, 0, 1, 1, 1, 0, 0, 1, 255, 1, 2, 2, 255, 255, 1]
    let set = SegmentationSet(
      images: ImageSet(
        height: 3, width: 5, bytes: [UInt8](repeating: 0, count: 45), labels: [], classNames: []),
      masks: masks, classNames: ["a", "b", "c"])
    let shares = CellShares(of: set, rows: 2, columns: 2)
    // Rows 0 | 1, 2 (the middle row's centre is the edge of the second cell); columns 0, 1 | 2, 3, 4.
    let pixels = Float(15) / 4
    let expected: [[Float]] = [[2, 0, 0], [0, 3, 0], [2, 0, 2], [0, 3, 0]]
    #expect(shares.values == expected.flatMap { $0.map { $0 / pixels } })
    #expect(abs(shares.weights.reduce(0, +) - 4) < 1e-6)
    #expect(set.commonestClasses(2) == [1, 0])
  }

  @Test func framesAreEnlargedInProportion() {
    func frame(_ height: Int, _ width: Int) -> ImageSet {
      ImageSet(
        height: height, width: width, bytes: [UInt8](repeating: 0, count: 3 * height * width), labels: [],
        classNames: [])
    }
    #expect(FrameSize(height: 384, inProportionTo: frame(180, 240)).width == 512)
    #expect(FrameSize(height: 384, inProportionTo: frame(360, 480)).width == 512)
    #expect(FrameSize(height: 5, inProportionTo: frame(3, 4)).width == 7)
    let small = Tensor((0..<24).map { Float($0) }, shape: [1, 2, 4, 3])
    let large = small.resized(to: FrameSize(height: 4, inProportionTo: frame(2, 4)))
    #expect(large.shape == [1, 4, 8, 3] && large.floats.last == 23)
  }

  // MARK: The probe

  @Test func anEasyProblemIsSolvedUpToWhatCellsCanShow() throws {
    let measured = try CellProbe(on: .camvid, height: 32).measure(candidate(Areas()))
    let scores = measured.scores
    #expect(
      scores.map(\.metric) == [
        "miou", "pixel-accuracy", "iou-red", "iou-green", "iou-blue", "ceiling-miou", "iterations",
      ])
    // Cells of 2 × 2 pixels of the enlarged frame are pixels: nothing is lost but by the resizing.
    #expect(value("ceiling-miou", scores) > 99)
    #expect(value("miou", scores) > 95 && value("miou", scores) <= 100)
    #expect(measured.answers.map(\.value) == [scores[0].value] && measured.answers[0].count == 10)
    #expect(measured.pictures.map(\.name) == ["dense-linear-camvid-v2"])
    #expect(measured.pictures[0].height > 3 * 16)
  }

  @Test func coarserCellsHaveALowerCeiling() throws {
    // Classes that change from pixel to pixel.
    var random = Random(seed: 7, stream: "masks")
    let set = areas(4, seed: 1)
    let noise = SegmentationSet(
      images: set.images, masks: set.masks.map { _ in UInt8(random.integer(below: 3)) },
      classNames: set.classNames)
    let candidate = Candidate(
      encoder: Areas(), training: noise.images, test: noise.images,
      segmentation: SegmentationCollection(
        training: noise, test: noise, identity: DataIdentity(name: "noise", kind: "test", digest: "")),
      standardization: .imageNet)
    let ceilings = try [32, 16, 8].map { height in
      value("ceiling-miou", try CellProbe(on: .camvid, height: height).evaluate(candidate))
    }
    #expect(ceilings[0] == 100 && ceilings[1] < 70 && ceilings[2] < ceilings[1], "\(ceilings)")
    // Better than any class everywhere, whose mean intersection is a ninth.
    #expect(ceilings[2] > 20, "\(ceilings)")
  }

  @Test func itHasNoSeedAndLeavesTheEncoderAsItWas() throws {
    let encoder = network()
    let before = encoder.namedState.map(\.state.value.floats)
    let probe = CellProbe(on: .camvid, height: 32)
    let first = try probe.evaluate(candidate(encoder))
    #expect(try probe.evaluate(candidate(encoder, seed: 1)) == first)
    #expect(encoder.namedState.map(\.state.value.floats) == before)
    // A random encoder is above the commonest class everywhere, and below the ceiling.
    #expect(value("miou", first) > 40 && value("miou", first) < value("ceiling-miou", first), "\(first)")
  }

  @Test func featuresWithoutInformationGiveTheCommonestClass() throws {
    final class Blind: Encoder {
      let featureCount = 2
      func callAsFunction(_ images: Tensor) -> Tensor { Tensor(zeros: [images.shape[0], 2]) }
      func featureMap(of images: Tensor) -> Tensor {
        Tensor(repeating: 0.3, shape: [images.shape[0], 4, 5, 2])
      }
    }
    let scores = try CellProbe(on: .camvid, height: 16).evaluate(candidate(Blind()))
    let common = try #require(areas(24, seed: 1).commonestClasses(1).first)
    for (label, name) in ["red", "green", "blue"].enumerated() {
      #expect((value("iou-\(name)", scores) > 0) == (label == common), "\(scores)")
    }
  }

  @Test func frequentClassesAreThoseOfTheTrainingMasks() {
    var matrix = ConfusionMatrix(classCount: 9)
    matrix.add(truth: [0, 1, 2, 3, 4, 5, 6, 7, 8], predictions: [0, 1, 2, 3, 4, 5, 6, 0, 0])
    let names = (0..<9).map { "c\($0)" }
    let scores = matrix.scores(classNames: names, frequent: Array(1..<8), count: 1)
    #expect(scores[1].metric == "miou-frequent" && abs(scores[1].value - 600 / 7) < 1e-9)
    #expect(matrix.scores(classNames: names, frequent: Array(0..<9), count: 1)[1].metric == "pixel-accuracy")
  }

  @Test func namesTellTheVersion() {
    #expect(CellProbe(on: .camvid).name == "dense-linear-camvid-v2")
    #expect(CellProbe(on: .mosaics()).name == "dense-linear-mosaics-v2")
    #expect(DenseFineTuning(on: .camvid).name == "dense-fcn-fine-tuned-camvid-v2")
  }

  @Test func whatCannotBeMeasuredIsNamed() throws {
    let plain = Candidate(
      encoder: network(), training: shapes(10), test: shapes(10), standardization: .shapes)
    #expect(throws: EvaluationError.noMasks(task: "camvid")) { try CellProbe(on: .camvid).measure(plain) }
    #expect(throws: EvaluationError.noMasks(task: "camvid")) {
      try DenseFineTuning(on: .camvid).measure(plain)
    }
  }

  // MARK: Fine-tuning

  private let tuning = DenseFineTuning(
    on: .camvid, height: 32, recipe: DenseRecipe(epochs: 12, batchSize: 4, hiddenChannels: 8))

  @Test func fineTuningLearnsTellsWhetherItIsDoneAndLeavesTheEncoderAsItWas() throws {
    let encoder = network()
    let before = encoder.namedState.map(\.state.value.floats)
    let measured = try tuning.measure(candidate(encoder))
    let scores = measured.scores
    #expect(
      scores.map(\.metric) == [
        "miou", "pixel-accuracy", "iou-red", "iou-green", "iou-blue", "linear-miou", "train-loss",
        "train-loss-before",
      ])
    #expect(value("miou", scores) > 80, "\(scores)")
    let untrained = value("miou", try CellProbe(on: .camvid, height: 32).evaluate(candidate(encoder)))
    #expect(value("linear-miou", scores) > untrained, "\(value("linear-miou", scores)), before \(untrained)")
    #expect(value("train-loss", scores) <= value("train-loss-before", scores) + 0.02)
    #expect(value("train-loss", scores) < 0.5)
    #expect(encoder.namedState.map(\.state.value.floats) == before)
    #expect(measured.answers.map(\.value) == [scores[0].value])
  }

  @Test func fineTuningNormalizesWholeBatchesForEveryArm() throws {
    // The same weights, pre-trained with statistics of a whole batch and of two halves.
    let (whole, halves) = (network(), network(groups: 2))
    let scores = try [whole, halves].map { try tuning.evaluate(candidate($0)) }
    #expect(scores[0] == scores[1])
    #expect(halves.configuration.normalizationGroups == 2)
  }

  @Test func partsOfTheRateAreThePartsOfAStep() {
    final class One: Module { let weight = Parameter(Tensor([1], shape: [1])) }
    func trained(_ parts: [Float]) -> [Float] {
      let modules = parts.map { _ in One() }
      let losses = ExampleTraining(epochs: 1, batchSize: 2, learningRate: 0.5, seed: 0)
        .run(zip(modules, parts).map { ($0, $1) }, count: 2) { _ in
          modules.map { $0.weight.value }.reduce(Tensor(zeros: [1])) { $0 + $1 }.sum()
        }
      #expect(losses.count == 1)
      return modules.map { $0.weight.constant.item }
    }
    // One step against a gradient of one.
    #expect(trained([1, 0.1, 0]) == [0.5, 0.95, 1])
  }
}
