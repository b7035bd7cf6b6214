import NeuralNetworks
import Pretraining
import TestSupport
import Testing
import Vision

@testable import Evaluation
@testable import RotNetPaper
@testable import Tensors

/// The paper's measures: classifiers on frozen maps, fine-tuning, few labels.
@Suite struct RotNetEvaluationTests {
  let short = ClassifierRecipe(epochs: 2, batchSize: 32, learningRate: 0.05)

  /// A network with random weights whose running statistics have seen images, so that its maps vary.
  func network(_ blocks: Int = 4, seed: UInt64 = 3) -> NetworkInNetwork {
    var random = Random(seed: seed, stream: "weights")
    let network = NetworkInNetwork(.init(blocks: blocks, width: 6, featureBlock: 2), using: &random)
    let images = ViewLoader(Shapes.images(16, seed: 0, stream: "first"), standardization: .shapes).images(
      at: 0..<16)
    for _ in 0..<40 { _ = network.pooledFeatures(of: images, block: blocks) }
    return network
  }

  func candidate(_ network: any Encoder, count: Int = 200, seed: UInt64 = 0) -> Candidate {
    Candidate(
      encoder: network, training: Shapes.images(count, seed: 0, stream: "training"),
      test: Shapes.images(100, seed: 0, stream: "test"), standardization: .shapes, seed: seed)
  }

  func classifier(
    _ kind: MapClassifierKind, block: Int = 2, _ recipe: ClassifierRecipe? = nil
  ) -> BlockClassifier {
    BlockClassifier(kind, block: block, width: 6, recipe: recipe ?? short)
  }

  @Test(arguments: MapClassifierKind.allCases, [false, true])
  func aClassifierLearnsAndLeavesTheNetworkAsItWas(_ kind: MapClassifierKind, augments: Bool) throws {
    let (network, images) = (network(), Shapes.images(200, seed: 0, stream: "training"))
    let before = network.namedState.map(\.state.value.floats)
    var recipe = ClassifierRecipe(epochs: 16, batchSize: 32, learningRate: 0.05)
    recipe.augments = augments
    // Asked about what it was taught: how well that carries over is no matter of this test.
    let candidate = Candidate(
      encoder: network, training: images, test: images, standardization: .shapes)
    let scores = try classifier(kind, recipe).evaluate(candidate)
    #expect(network.namedState.map(\.state.value.floats) == before)
    #expect(scores[0].metric == "top1" && scores[0].value > 20, "ten classes, \(scores[0].value) %")
    #expect(scores[1].metric == "best-test-epoch" && scores[1].value >= scores[0].value)
    #expect(scores[0].count == 200)
    let classes = scores.dropFirst(2)
    #expect(classes.map(\.metric) == Shapes.classNames.map { "class-\($0.replacing(" ", with: "-"))" })
    #expect(classes.allSatisfy { $0.count == 20 })
    let mean = classes.map(\.value).reduce(0, +) / 10
    #expect(abs(mean - scores[0].value) < 1e-9, "equally many images of each class")
  }

  @Test func measuringIsAFunctionOfItsSeed() throws {
    let scores = try [0, 0, 1].map { seed in
      try classifier(.convolutional).evaluate(candidate(network(), seed: seed))
    }
    #expect(scores[0] == scores[1])
    #expect(scores[0] != scores[2])
  }

  @Test func namesSayWhatIsMeasuredWhere() {
    #expect(classifier(.convolutional).name == "conv-classifier-conv2-v1")
    #expect(classifier(.nonLinear, block: 4).name == "non-linear-classifier-conv4-v1")
    #expect(BlockProfile(around: classifier(.nonLinear)).name == "non-linear-classifier-by-block-v1")
  }

  @Test func classifiersHaveThePapersSizes() {
    var random = Random(seed: 0, stream: "weights")
    let nonLinear = NonLinearClassifier(inputs: 12_288, classes: 10, using: &random)
    #expect(
      nonLinear.namedParameters.map(\.name) == [
        "linear1.weight", "linear2.weight", "classifier.weight", "classifier.bias", "bn1.weight", "bn1.bias",
        "bn2.weight", "bn2.bias",
      ])
    #expect(nonLinear.linear1.weight.shape == [200, 12_288] && nonLinear.linear2.weight.shape == [200, 200])
    let deviation = norm(nonLinear.linear1.weight.constant.floats) / Float(200 * 12_288).squareRoot()
    #expect(abs(deviation - 0.1) < 1e-3)  // √(2 / 200)
    #expect(nonLinear.classifier.bias!.constant.floats.allSatisfy { $0 == 0 })
    let conv = ConvolutionalClassifier(channels: 96, width: 192, classes: 10, using: &random)
    let shapes = conv.block.parameters.map(\.shape).filter { $0.rank == 4 }
    #expect(shapes == [[192, 96, 3, 3], [192, 192, 1, 1], [192, 192, 1, 1]])
    let weight = conv.block.parameters[0].constant.floats
    let expected = (2 / Float(9 * 192)).squareRoot()
    #expect(abs(norm(weight) / Float(weight.count).squareRoot() / expected - 1) < 0.01)
    #expect(conv.classifier.weight.shape == [10, 192])
    #expect(conv(randomTensor([2, 8, 8, 96])).shape == [2, 10])
  }

  @Test(arguments: MapClassifierKind.allCases) func everyPartOfAClassifierIsTrained(_ kind: MapClassifierKind)
  {
    var random = Random(seed: 0, stream: "weights")
    let maps = randomTensor([8, 8, 8, 6])
    let classifier = kind.make(onMapsOf: maps.shape, width: 6, classes: 10, using: &random)
    let (_, gradients) = withGradients(of: classifier.parameters) {
      Loss(classifier(maps).crossEntropy(labels: Array(0..<8)))
    }
    for (name, parameter) in classifier.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
  }

  @Test func storedMapsAreTheNetworks() {
    let candidate = candidate(network(), count: 700)
    let maps = FrozenMaps(of: candidate, block: 1).all(of: candidate.training)
    #expect(maps.shape == [700, 16, 16, 3])
    let loader = ViewLoader(candidate.training, standardization: .shapes)
    let some = [3, 499, 500, 699]
    let network = candidate.encoder as! NetworkInNetwork
    let own = inference { network.blockFeatures(of: loader.images(at: some), block: 1) }
    expectClose(maps.gathered(at: some).floats, own.floats, relative: 1e-6)
  }

  @Test func aProfileMeasuresTheOtherBlocks() throws {
    let profile = BlockProfile(around: classifier(.nonLinear))
    let scores = try profile.evaluate(candidate(network(5), count: 64))
    #expect(scores.map(\.metric) == ["conv1", "conv3", "conv4", "conv5"])
    let third = try classifier(.nonLinear, block: 3).evaluate(candidate(network(5), count: 64))[0]
    #expect(scores[1].value == third.value)
  }

  // MARK: Training of whole networks

  @Test func fineTuningBeginsWithTheFrozenBlocksAndTheirClassifier() {
    let candidate = candidate(network())
    let head = classifier(.convolutional).trained(on: candidate).classifier as! ConvolutionalClassifier
    let frozen = candidate.encoder as! NetworkInNetwork
    let joined = ClassifyingNetwork(joining: frozen, with: head, classes: 10)
    let images = randomTensor([4, 32, 32, 3])
    inference {
      expectClose(
        joined(images).floats, head(frozen.blockFeatures(of: images, block: 2)).floats, relative: 1e-5)
    }
    // Copies: training one leaves the other.
    let owned = Set((frozen.parameters + head.parameters).map(ObjectIdentifier.init))
    #expect(joined.parameters.allSatisfy { !owned.contains(ObjectIdentifier($0)) })
    #expect(joined.parameters.count == 29)
  }

  @Test func fineTuningMeasuresAndLeavesTheNetworkAsItWas() throws {
    let network = network()
    let before = network.namedState.map(\.state.value.floats)
    var recipe = short
    recipe.augments = true
    let measure = FineTunedClassifier(classifier(.convolutional), recipe: recipe)
    let scores = try measure.evaluate(candidate(network))
    #expect(scores.map(\.metric) == ["top1"] && (0...100).contains(scores[0].value), "\(scores)")
    #expect(network.namedState.map(\.state.value.floats) == before)
  }

  @Test func fineTuningTrainsEverything() {
    let candidate = candidate(network())
    let head = classifier(.convolutional).trained(on: candidate).classifier as! ConvolutionalClassifier
    let joined = ClassifyingNetwork(
      joining: candidate.encoder as! NetworkInNetwork, with: head, classes: 10)
    let before = joined.namedState.map { ($0.name, $0.state.value.floats) }
    let accuracy = joined.accuracy(afterTrainingOn: candidate, recipe: short)
    #expect(accuracy.counts == [Int](repeating: 10, count: 10))
    for ((name, values), (_, now)) in zip(before, joined.namedState) {
      #expect(now.value.floats != values, "\(name) stayed as it was")
    }
  }

  @Test func fewLabelsAreTheFirstOfEachClass() {
    let labels = [2, 0, 0, 1, 0, 2, 2, 1, 0]
    #expect(FewLabels.first(1, of: labels) == [0, 1, 3])
    #expect(FewLabels.first(2, of: labels) == [0, 1, 2, 3, 5, 7])
    #expect(FewLabels.first(9, of: labels) == Array(0..<9))
  }

  @Test func fewLabelsAreMeasuredBesideASupervisedNetwork() throws {
    var recipe = short
    (recipe.epochs, recipe.draws, recipe.augments) = (1, 128, true)
    let measure = FewLabels(classifier(.convolutional, recipe), supervised: recipe, labelsPerClass: [2, 20])
    let scores = try measure.evaluate(candidate(network()))
    #expect(
      scores.prefix(4).map(\.metric) == ["frozen-2", "supervised-2", "frozen-20", "supervised-20"])
    let curve = [(2, 0), (20, 2)].map { labels, place in
      CrossingPoint.Sample(labels: labels, frozen: scores[place].value, supervised: scores[place + 1].value)
    }
    #expect(scores.dropFirst(4).map(\.value) == (CrossingPoint.labels(of: curve).map { [$0] } ?? []))
  }

  /// What a claim is judged by is one point of the figure, under names that stand for accuracies.
  @Test func oneNumberOfLabelsGivesTheFiguresOwnNumbers() throws {
    var recipe = short
    (recipe.epochs, recipe.draws, recipe.augments) = (1, 128, true)
    let figure = FewLabels(classifier(.convolutional, recipe), supervised: recipe, labelsPerClass: [20])
    let match = FewLabelsMatch(figure, labels: 20)
    #expect(match.name == "few-labels-20-v1")
    let (measured, drawn) = (
      try match.measure(candidate(network())), try figure.evaluate(candidate(network()))
    )
    #expect(measured.scores.map(\.metric) == ["top1", "top1-supervised"])
    #expect(measured.scores.map(\.value) == drawn.prefix(2).map(\.value))
    #expect(measured.answers.map(\.metric) == measured.scores.map(\.metric))
  }

  @Test func theCrossingLiesWhereTheLinesMeet() throws {
    func crossing(_ leads: [(Int, Double)]) -> Double? {
      CrossingPoint.labels(of: leads.map { .init(labels: $0, frozen: 50 + $1, supervised: 50) })
    }
    #expect(try abs(#require(crossing([(10, 4), (1_000, -4)])) - 100) < 1e-9)
    #expect(try abs(#require(crossing([(10, 3), (1_000, -1)])) - 316.227_766) < 1e-5)
    // Only the last crossing is for good.
    #expect(try abs(#require(crossing([(1, -1), (10, 1), (100, 2), (1_000, -2)])) - 316.227_766) < 1e-5)
    #expect(crossing([(10, 4), (100, 1)]) == nil)
    #expect(crossing([(10, -4), (100, 1)]) == nil)
    #expect(crossing([(10, -4), (100, -1)]) == 10)
  }

  /// An epoch draws as many images as it is told, each of the few as often as the others, cropped anew each time.
  @Test func fewImagesAreDrawnOverAndOver() {
    let images = Shapes.images(10, seed: 0, stream: "few")
    var recipe = ClassifierRecipe(epochs: 2, batchSize: 32, draws: 96, augments: true)
    var random = Random(seed: 0, stream: "weights")
    let layer = Linear(3, 10, using: &random)
    let views = LabelledViews(
      images, standardization: .none, dataType: .float32, seed: 0, augments: true)
    var (drawn, epochs, shown) = ([Int](), [Int](), Set<[Float]>())
    ClassifierTraining(recipe: recipe, labels: images.labels, seed: 0).run(
      layer,
      logits: { step in
        drawn += step.indices
        let x = views(step)
        for place in step.indices.indices where step.indices[place] == 7 {
          shown.insert(x.rows(place..<place + 1).floats)
        }
        return layer(x.globalAverage())
      }, afterEpoch: { epochs.append($0) })
    #expect(epochs == [1, 2] && drawn.count == 192)
    let counts = Dictionary(grouping: drawn) { $0 }.mapValues(\.count)
    #expect(counts.count == 10 && counts.values.allSatisfy { (18...20).contains($0) })
    #expect(shown.count >= 5, "one image in six steps, \(shown.count) different views")
    recipe.draws = nil
    drawn = []
    ClassifierTraining(recipe: recipe, labels: images.labels, seed: 0).run(
      layer,
      logits: { step in
        drawn += step.indices
        return layer(views(step).globalAverage())
      })
    #expect(drawn.count == 16, "two epochs of one batch of 8 of 10 images")
  }
}
