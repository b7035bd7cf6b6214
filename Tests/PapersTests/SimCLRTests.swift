import Harness
import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Pretraining
@testable import Tensors

@Suite struct SimCLRTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)

  func method(_ change: (inout SimCLR.Hyperparameters) -> Void = { _ in }) -> SimCLR {
    var hyperparameters = SimCLR.Hyperparameters()
    hyperparameters.embeddingDimension = 16
    change(&hyperparameters)
    var random = Random(seed: 0, stream: "weights")
    return SimCLR(.resNet18(width: 4), hyperparameters, side: 16, using: &random)
  }

  /// Two views that share a per-image pattern; the second is brighter, so that its statistics are its own.
  func batch(_ count: Int = 8) -> Batch {
    let images = randomTensor([count, 16, 16, 3])
    let first = images + 0.3 * randomTensor([count, 16, 16, 3], seed: 1)
    let second = 2 * images + 0.3 * randomTensor([count, 16, 16, 3], seed: 2)
    return Batch(
      views: [.init(images: first, crops: []), .init(images: second, crops: [])], indices: Array(0..<count))
  }

  @Test(arguments: SimCLR.Head.allCases) func everyParameterIsTrained(head: SimCLR.Head) {
    let method = method { $0.head = head }
    let (batch, parameters) = (batch(), method.trainableParameters(at: start))
    let (_, gradients) = withGradients(of: parameters) { method.loss(of: batch, at: start) }
    // A bias that the same for every view is added to has a gradient too: unit vectors are not shift-invariant.
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    #expect(Set(parameters.map(ObjectIdentifier.init)) == Set(method.parameters.map(ObjectIdentifier.init)))
  }

  @Test func whatIsNotNamedHasNoGradient() {
    let (method, batch) = (method(), batch())
    let (_, gradients) = withGradients(of: method.network.head.parameters) {
      method.loss(of: batch, at: start)
    }
    for (name, parameter) in method.network.encoder.namedParameters {
      #expect(gradients[parameter] == nil, "\(name)")
    }
    for parameter in method.network.head.parameters { #expect(gradients[parameter] != nil) }
  }

  @Test func headsAreThoseOfThePaper() {
    let parameters = { (head: SimCLR.Head) in method { $0.head = head }.network.head.namedParameters }
    #expect(parameters(.none).isEmpty)
    #expect(parameters(.linear).map(\.parameter.shape) == [[16, 32], [16]])
    #expect(parameters(.nonLinear).map(\.parameter.shape) == [[32, 32], [32], [16, 32], [16]])
    let (none, images) = (method { $0.head = .none }, batch().views[0].images)
    inference { #expect(none.network(images).floats == none.encoder(images).floats) }
  }

  @Test func theLossIsThePapersOverTheProjectionsOfOneForward() {
    let (method, batch) = (method(), batch())
    let loss = Double(method.loss(of: batch, at: start).total.item)
    func oracle(_ z: Tensor) -> Double {
      SimCLROracle.loss(interleaved: SimCLROracle.interleaved(z), temperature: 0.5)
    }
    let views = batch.views.map(\.images)
    let together = oracle(method.network(Tensor.stacked(views)))
    let apart = oracle(Tensor.stacked(views.map { method.network($0) }))
    #expect(abs(loss - together) < 1e-5, "\(loss), not \(together)")
    #expect(abs(loss - apart) > 1e-3, "each view had batch statistics of its own")
  }

  @Test func runningStatisticsFollowBothViewsOnce() {
    let (method, twin, batch) = (method(), method(), batch())
    _ = method.loss(of: batch, at: start)
    _ = twin.network.encoder(Tensor.stacked(batch.views.map(\.images)))
    for (a, b) in zip(method.encoder.namedState, twin.encoder.namedState) {
      #expect(a.state.value.floats == b.state.value.floats, "\(a.name)")
    }
  }

  @Test func theViewsArePeers() {
    let (method, batch) = (method(), batch())
    let swapped = Batch(views: batch.views.reversed(), indices: batch.indices)
    let (loss, other) = (method.loss(of: batch, at: start), method.loss(of: swapped, at: start))
    #expect(abs(loss.total.item - other.total.item) < 1e-5)
    #expect(method.augmentations.count == 2)
  }

  @Test func theLossOfUntoldViewsIsChance() {
    // At a high temperature all 2N − 1 others look alike.
    let loss = method { $0.temperature = 1_000 }.loss(of: batch(8), at: start)
    let chance = method().chanceLevels(batchSize: 8)["contrast"]!
    #expect(abs(chance - 2.70805) < 1e-5)  // ln 15
    #expect(abs(Double(loss.terms[0].value.item) - chance) < 2e-3)
  }

  @Test func theTemperatureIsUsed() {
    let batch = batch()
    let losses = [0.1, 0.5, 1].map { τ in
      method { $0.temperature = τ }.loss(of: batch, at: start).total.item
    }
    #expect(Set(losses).count == 3)
  }

  // MARK: Augmentation

  /// One view of each of 32 noisy images, in 0...1.
  func views(_ change: (inout SimCLR.Hyperparameters) -> Void) -> (loader: ViewLoader, batch: Batch) {
    var random = Random(seed: 1, stream: "images")
    let bytes = (0..<32 * 768).map { _ in UInt8(random.integer(below: 256)) }
    let images = ImageSet(height: 16, width: 16, bytes: bytes, labels: [], classNames: [])
    let loader = ViewLoader(images, augmentations: method(change).augmentations, standardization: .none)
    return (loader, loader.batch(indices: Array(0..<32), epoch: 0))
  }

  @Test func cropAloneLeavesColoursAndColourAloneLeavesPlaces() {
    let crops = views { ($0.colorStrength, $0.grayscaleProbability) = (0, 0) }
    let colours = views { $0.smallestCrop = 1 }
    let whole = CropGeometry(top: 0, left: 0, height: 16, width: 16)
    func place(_ crop: CropGeometry) -> CropGeometry {
      CropGeometry(top: crop.top, left: crop.left, height: crop.height, width: crop.width)
    }
    #expect(colours.batch.views[0].crops.allSatisfy { place($0) == whole })
    #expect(crops.batch.views[0].crops.count { place($0) != whole } > 28)
    // With the whole image and no distortion, the views are the images, half of them mirrored.
    let plain = views { ($0.smallestCrop, $0.colorStrength, $0.grayscaleProbability) = (1, 0, 0) }
    let (images, view) = (plain.loader.images(at: 0..<32).floats, plain.batch.views[0])
    let mirrored = view.crops.count(where: \.isFlipped)
    #expect((6...26).contains(mirrored))
    for (index, crop) in view.crops.enumerated() where !crop.isFlipped {
      let range = index * 768..<(index + 1) * 768
      expectClose(Array(view.images.floats[range]), Array(images[range]), relative: 1e-6)
    }
    #expect(colours.batch.views[0].images.floats != plain.batch.views[0].images.floats)
  }

  @Test func viewsStayInRangeAndDiffer() {
    let batch = views { $0.blurProbability = 0.5 }.batch
    for view in batch.views {
      #expect(view.images.shape == [32, 16, 16, 3])
      #expect(view.images.floats.allSatisfy { (0...1).contains($0) })
    }
    #expect(batch.views[0].images.floats != batch.views[1].images.floats)
  }

  @Test func colorDistortionFollowsItsStrength() throws {
    let view = Augmentation.simCLR(side: 96, SimCLR.Hyperparameters())
    #expect(view.steps.count == 4)
    let jitter = try #require(view.steps.compactMap { $0 as? ColorJitter }.first)
    #expect([jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue] == [0.4, 0.4, 0.4, 0.1])
    var blurring = SimCLR.Hyperparameters()
    blurring.blurProbability = 0.5
    let blur = try #require(
      Augmentation.simCLR(side: 96, blurring).steps.compactMap { $0 as? GaussianBlur }.first)
    #expect(blur.kernel == 9 && blur.probability == 0.5 && blur.sigma == 0.1...2)
  }

  // MARK: Learning

  @Test func learnsToTellImagesApart() throws {
    let images = ImageSet.undistortedColours()
    let method = method { ($0.colorStrength, $0.grayscaleProbability) = (0, 0) }
    let plan = TrainingPlan(
      epochs: 10, batchSize: 32, optimizer: .sgd(learningRate: 0.1, momentum: 0.9), schedule: .cosine(),
      precision: .float32)
    let trainer = try Pretrainer(
      method: method, plan: plan, images: images, standardization: .none, seed: 0)
    var losses: [Float] = []
    while !trainer.isFinished { losses.append(try trainer.step().loss) }
    #expect(losses.count == 20)
    #expect(losses[0] < 4.2 && losses.suffix(4).reduce(0, +) / 4 < losses[0] - 0.4, "\(losses)")
  }
}
