import Evaluation
import Harness
import NeuralNetworks
import TestSupport
import Testing

@testable import GSimCLRPaper
@testable import Pretraining
@testable import Reporting
@testable import Tensors
@testable import Vision

@Suite struct GSimCLRTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)
  let images = Shapes.images(96, seed: 3, stream: "gsimclr")

  func constants(_ change: (inout GSimCLR.Hyperparameters) -> Void = { _ in }) -> GSimCLR.Hyperparameters {
    var constants = GSimCLR.Hyperparameters()
    (constants.autoencoder.width, constants.autoencoder.passes, constants.autoencoder.patience) = (4, 1, 0)
    (constants.autoencoder.imagesPerStep, constants.clustering) = (16, KMeans(clusterCount: 12, restarts: 2))
    change(&constants)
    return constants
  }

  func method(_ change: (inout GSimCLR.Hyperparameters) -> Void = { _ in }) -> GSimCLR {
    var random = Random(seed: 0, stream: "weights")
    return GSimCLR(.resNet18(width: 4), constants(change), side: 16, using: &random)
  }

  func prepared(_ change: (inout GSimCLR.Hyperparameters) -> Void = { _ in }, seed: UInt64 = 0) throws
    -> GSimCLR
  {
    let method = method(change)
    method.expectPreparation(imageCount: images.count)
    _ = try method.prepare(Preparation(on: images, seed: seed, precision: .float32))
    return method
  }

  // MARK: The method is SimCLR's

  @Test func shuffledBatchesAreSimCLRBitForBit() throws {
    let plan = TrainingPlan(
      epochs: 2, batchSize: 32, optimizer: .sgd(learningRate: 0.1, momentum: 0.9), schedule: .cosine(),
      precision: .float32)
    var random = Random(seed: 0, stream: "weights")
    let simCLR = SimCLR(.resNet18(width: 4), constants().contrast, side: 16, using: &random)
    func losses(_ method: any PretrainingMethod) throws -> [Float] {
      let trainer = try Pretrainer(
        method: method, plan: plan, images: images, standardization: .shapes, seed: 5)
      var losses: [Float] = []
      while !trainer.isFinished { losses.append(try trainer.step().loss) }
      return losses
    }
    let shuffled = try losses(method { $0.batches = .shuffled })
    #expect(shuffled == (try losses(simCLR)))
    // The same first weights, other batches.
    let guided = try losses(try prepared())
    #expect(guided.count == shuffled.count && guided != shuffled)
  }

  @Test func everyParameterOfTheContrastIsTrainedAndNothingElse() throws {
    let (method, batch) = (try prepared(), pairedViews(8))
    let parameters = method.trainableParameters(at: start)
    let (_, gradients) = withGradients(of: parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters {
      #expect(name.hasPrefix("contrastive."), "\(name)")
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    #expect(parameters.count == method.contrastive.parameters.count)
    let (_, ofHead) = withGradients(of: method.contrastive.network.head.parameters) {
      method.loss(of: batch, at: start)
    }
    for parameter in method.encoder.parameters { #expect(ofHead[parameter] == nil) }
  }

  @Test func theLossIsThePapersOverTheHeadsOutput() {
    let (method, batch) = (method { $0.contrast.temperature = 0.1 }, pairedViews(6))
    let loss = Double(method.loss(of: batch, at: start).total.item)
    let z = method.contrastive.network(Tensor.stacked(batch.views.map(\.images)))
    #expect(z.shape == [12, 50])
    let expected = SimCLROracle.loss(interleaved: SimCLROracle.interleaved(z), temperature: 0.1)
    #expect(abs(loss - expected) < 1e-5 * expected)
    let shapes = method.contrastive.network.head.namedParameters.map(\.parameter.shape)
    #expect(shapes == [[32, 32], [32], [16, 32], [16], [50, 16], [50]])
  }

  @Test func releasedViewsAreWholeAndDrawnOncePerBatch() throws {
    let method = method { ($0.views, $0.contrast.colorStrength) = (.released, 0.2) }
    #expect(method.augmentations.count == 2 && method.augmentations.allSatisfy(\.isSharedByBatch))
    let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .none)
    var flips: Set<Bool> = []
    for epoch in 0..<8 {
      let batch = loader.batch(indices: Array(0..<12), epoch: epoch)
      for view in batch.views {
        #expect(view.crops.allSatisfy { $0 == view.crops[0] && $0.height == 32 && $0.width == 32 })
        flips.insert(view.crops[0].isFlipped)
      }
    }
    #expect(flips == [true, false])
    let jitter = try #require(method.augmentations[0].steps.compactMap { $0 as? ColorJitter }.first)
    expectClose(
      [jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue], [0.16, 0.16, 0.16, 0.04],
      relative: 1e-6)
    #expect(jitter.probability == 0.5 && method.augmentations[0].steps.count == 2)
  }

  // MARK: The preparation

  @Test func thePreparationIsAFunctionOfItsSeed() throws {
    let clusters = try prepared().clusters
    #expect(clusters?.count == images.count && Set(clusters!) == Set(0..<12))
    #expect(clusters == (try prepared().clusters))
    #expect(clusters != (try prepared(seed: 1).clusters))
    // Batches of the prepared method keep its clusters apart.
    for batch in try prepared().sampler.batches(count: images.count, size: 12, epoch: 0, seed: 0) {
      #expect(Set(batch.map { clusters![$0] }).count == 12)
    }
  }

  @Test func onlyGuidedBatchesArePrepared() {
    for batches in GSimCLR.Batches.allCases {
      let method = method { $0.batches = batches }
      #expect(method.needsPreparation == [.distinctClusters, .evenClusters, .rankOrder].contains(batches))
      method.expectPreparation(imageCount: 96)
      #expect(method.namedState.contains { $0.name == "pseudo_labels" } == method.needsPreparation)
      #expect(method.clusters == nil, "nothing is known before the preparation")
    }
  }

  @Test func aCheckpointKeepsTheClusters() throws {
    let method = try prepared()
    let plan = TrainingPlan(
      epochs: 1, batchSize: 12, optimizer: .sgd(learningRate: 0.1), schedule: .constant, precision: .float32)
    func trainer(_ method: GSimCLR) throws -> Pretrainer {
      try Pretrainer(method: method, plan: plan, images: images, standardization: .shapes, seed: 0)
    }
    let first = try trainer(method)
    try first.step()
    let other = self.method()
    other.expectPreparation(imageCount: images.count)
    let second = try trainer(other)
    try second.restore(first.state())
    #expect(other.clusters == method.clusters)
    #expect(try first.step().loss == second.step().loss)
  }

  @Test func theAutoencoderLearnsToRestoreAndStopsWhenHeldOutImagesSaySo() throws {
    var reports: [Preparation.Report] = []
    func train(_ change: (inout Denoising.Hyperparameters) -> Void) throws -> [Double] {
      var constants = constants().autoencoder
      change(&constants)
      reports = []
      _ = try Denoising(
        constants, trainedBy: Preparation(on: images, seed: 0, precision: .float32) { reports.append($0) })
      return reports.flatMap { $0.metrics.filter { $0.name == "reconstruction" }.map(\.value) }
    }
    let errors = try train { ($0.passes, $0.rate) = (5, 0.01) }
    #expect(errors.count == 5 && errors.last! < 0.8 * errors[0], "\(errors)")
    #expect(reports.allSatisfy { $0.stage == "autoencoder" } && reports.count == 5 * 6 + 5)
    // At a rate of zero nothing gets better but running statistics: training ends long before its last pass.
    let stopped = try train { ($0.passes, $0.patience, $0.rate) = (40, 2, 0) }
    #expect(stopped.count < 40, "\(stopped.count) passes")
    #expect(reports.last!.metrics.map(\.name) == ["reconstruction", "reconstruction-held-out"])
    // A tenth is held out: 87 of 96 images, five steps of 16.
    #expect(reports.prefix { $0.metrics.isEmpty }.count == 5)
  }

  @Test func theAutoencodersGradientReachesAllOfItAndIsRight() {
    var random = Random(seed: 0, stream: "autoencoder")
    let method = Denoising(constants().autoencoder, using: &random)
    let loader = ViewLoader(images, augmentations: method.augmentations, standardization: .none)
    let batch = loader.batch(indices: Array(0..<4), epoch: 0)
    let noise = zip(batch.views[1].images.floats, batch.views[0].images.floats).map(-)
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Float(noise.count)).squareRoot()
    #expect(abs(deviation - 0.01) < 0.0005, "the noise deviates by \(deviation)")
    let (loss, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    let restored = method.autoencoder.reconstruction(of: batch.views[1].images).floats
    let squares = zip(restored, batch.views[0].images.floats).map { Double($0 - $1) * Double($0 - $1) }
    #expect(abs(Double(loss.total.item) - squares.reduce(0, +) / Double(squares.count)) < 1e-6)
    // Along its gradient the loss of the last bias changes as that says.
    let bias = method.autoencoder.namedParameters.first { $0.name == "output_bias" }!.parameter
    func value(at offset: Float) -> Double {
      bias.update { $0 = $0 + Tensor(repeating: offset, shape: [3]) }
      defer { bias.update { $0 = $0 + Tensor(repeating: -offset, shape: [3]) } }
      return Double(method.loss(of: batch, at: start).total.item)
    }
    let slope = (value(at: 0.01) - value(at: -0.01)) / 0.02
    #expect(abs(slope - Double(gradients[bias]!.floats.reduce(0, +))) < 1e-3)
  }

  @Test func picturesShowTenRestoredImagesAndTheClusters() throws {
    let method = method()
    method.expectPreparation(imageCount: images.count)
    let pictures = try method.prepare(Preparation(on: images, seed: 0, precision: .float32))
    #expect(pictures.map(\.name) == ["reconstructions", "clusters"])
    // Ten images of 96 pixels side by side in two rows; twelve rows of clusters.
    #expect(pictures[0].width > 10 * 96 && (2 * 96..<4 * 96).contains(pictures[0].height))
    #expect(pictures[1].height > 12 * 96)
  }

  // MARK: How well clusters agree with classes

  @Test(arguments: ["unrelated", "related", "one", "same"])
  func purityAndMutualInformationAreScikitLearns(name: String) throws {
    let fixture = try Fixture("clustering")
    let agreement = ClusterAgreement(fixture.integers("\(name).clusters"), fixture.integers("classes"))
    #expect(abs(agreement.purity - fixture.scalar("\(name).purity")) < 1e-12)
    #expect(abs(agreement.normalizedMutualInformation - fixture.scalar("\(name).nmi")) < 1e-12)
  }

  @Test func agreementDoesNotDependOnNames() {
    let (clusters, classes) = ([0, 0, 1, 1, 2, 2], [4, 4, 4, 7, 7, 7])
    let renamed = ClusterAgreement(clusters.map { 9 - $0 }, classes)
    let agreement = ClusterAgreement(clusters, classes)
    #expect(abs(agreement.purity - 5.0 / 6) < 1e-12 && renamed.purity == agreement.purity)
    #expect(
      abs(renamed.normalizedMutualInformation - agreement.normalizedMutualInformation) < 1e-12)
    #expect(ClusterAgreement([3, 3], [1, 1]).normalizedMutualInformation == 1)
  }
}
