import Foundation
import Harness
import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Pretraining
@testable import SwAVPaper
@testable import Tensors

@Suite struct SwAVTests {
  /// The first pass, with frozen prototypes, and one that reads the queue.
  let start = TrainingProgress(step: 0, steps: 40, epoch: 0, epochs: 4)
  let later = TrainingProgress(step: 30, steps: 40, epoch: 3, epochs: 4)

  func method(_ change: (inout SwAV.Hyperparameters) -> Void = { _ in }) -> SwAV {
    var hyperparameters = SwAV.Hyperparameters()
    (hyperparameters.prototypeCount, hyperparameters.embeddingDimension) = (12, 16)
    (hyperparameters.hiddenDimension, hyperparameters.frozenEpochs) = (24, 1)
    (hyperparameters.queueLength, hyperparameters.queueStartEpoch) = (16, 2)
    (hyperparameters.large.side, hyperparameters.small.side) = (16, 10)
    hyperparameters.smallCount = 3
    change(&hyperparameters)
    var random = Random(seed: 0, stream: "weights")
    return SwAV(.resNet18(width: 4), hyperparameters, using: &random)
  }

  /// Two large crops and `small` small ones of images that differ, brighter from crop to crop.
  func batch(_ count: Int = 8, small: Int = 3, seed: UInt64 = 0) -> Batch {
    let views = (0..<2 + small).map { view in
      let side = view < 2 ? 16 : 10
      let own = randomTensor([count, 1, 1, 3], seed: seed)
      let pattern = randomTensor([count, side, side, 3], seed: seed + 10 + UInt64(view), scale: 0.4)
      return Batch.View(images: (1 + 0.2 * Float(view)) * own.spread(over: side) + pattern, crops: [])
    }
    return Batch(views: views, indices: Array(0..<count))
  }

  /// Fills the queues with the features of other batches.
  func fillQueues(of method: SwAV) {
    for seed in 1...2 {
      _ = method.loss(of: batch(seed: UInt64(100 * seed)), at: start)
      method.didUpdate(at: start)
    }
  }

  // MARK: Gradients

  @Test func everyParameterIsTrainedOncePrototypesAre() {
    let (method, batch) = (method(), batch())
    let parameters = method.trainableParameters(at: later)
    let (_, gradients) = withGradients(of: parameters) { method.loss(of: batch, at: later) }
    for (name, parameter) in method.namedParameters where name != "network.head.0.bias" {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    #expect(Set(parameters.map(ObjectIdentifier.init)) == Set(method.parameters.map(ObjectIdentifier.init)))
  }

  @Test func frozenPrototypesAreNotNamedAndStayWhereTheyAre() throws {
    for (method, progress) in [(method(), start), (method { $0.learnsPrototypes = false }, later)] {
      let trained = method.trainableParameters(at: progress)
      #expect(!trained.contains { $0 === method.prototypes.weight })
      #expect(trained.count == method.parameters.count - 1)
      let (_, gradients) = withGradients(of: trained) { method.loss(of: batch(), at: progress) }
      #expect(gradients[method.prototypes.weight] == nil)
    }
    // In training: the first epoch leaves them, the second does not.
    let method = method { ($0.smallCount, $0.queueLength) = (0, 0) }
    let plan = TrainingPlan(
      epochs: 2, batchSize: 16, optimizer: .larc(learningRate: 0.1, trust: 0.02), schedule: .cosine(),
      precision: .float32)
    let trainer = try Pretrainer(
      method: method, plan: plan, images: Shapes.images(32, seed: 0, stream: "test"),
      standardization: .shapes,
      seed: 0)
    let drawn = method.prototypes.weight.constant.normalized()
    func distance() -> Float { norm((method.prototypes.weight.constant.normalized() - drawn).floats) }
    try trainer.runEpoch { _ in }
    #expect(distance() < 1e-5)
    try trainer.runEpoch { _ in }
    #expect(distance() > 1e-4)
  }

  /// The codes, and with them the queue, are constants: gradients are those of a loss that is handed the same codes.
  @Test func noGradientFlowsThroughCodes() {
    let (method, batch) = (method(), batch())
    fillQueues(of: method)
    let parameters = method.parameters
    _ = method.loss(of: batch, at: later)  // leaves unit prototypes
    let codes = self.codes(method, batch, at: later)
    let (_, whole) = withGradients(of: parameters) { method.loss(of: batch, at: later) }
    let (_, given) = withGradients(of: parameters) {
      Loss(
        swappedPrediction(
          method.prototypes(embeddings(method, batch)), codes: codes, temperature: 0.1))
    }
    for (name, parameter) in method.namedParameters where name != "network.head.0.bias" {
      expectClose(whole[parameter]!.floats, given[parameter]!.floats, relative: 1e-4, name)
    }
  }

  @Test func codesCarryNoGradient() {
    let scores = Parameter(randomTensor([6, 4]))
    let (_, gradients) = withGradients(of: [scores]) {
      let logQ = sinkhornKnopp(scores.value, epsilon: 0.05, iterations: 3)
      #expect(!logQ.isRecorded && !logQ.exp().isRecorded && !scores.value.rounded().isRecorded)
      return Loss(logQ.exp().sum())
    }
    #expect(gradients[scores] == nil)
  }

  // MARK: Forward

  func embeddings(_ method: SwAV, _ batch: Batch) -> Tensor {
    let images = batch.views.map(\.images)
    let features = [Tensor.stacked(Array(images[..<2])), Tensor.stacked(Array(images[2...]))].map {
      method.encoder($0)
    }
    return method.network.head(Tensor.stacked(features)).normalized()
  }

  func codes(_ method: SwAV, _ batch: Batch, at progress: TrainingProgress) -> [Tensor] {
    let scores = embeddings(method, batch).similarities(to: method.prototypes.weight.constant)
    let count = batch.indices.count
    return (0..<2).map {
      method.logCodes(of: scores.rows($0 * count..<($0 + 1) * count), crop: $0, at: progress).exp()
    }
  }

  @Test func theLossIsThePapersOverCropsGroupedByResolution() {
    let (method, batch) = (method(), batch())
    let loss = Double(method.loss(of: batch, at: start).total.item)
    let scores = embeddings(method, batch).similarities(to: method.prototypes.weight.constant)
    let byCrop = (0..<5).map { SwAVOracle.rows(scores.rows($0 * 8..<($0 + 1) * 8)) }
    let codes = byCrop[..<2].map { SwAVOracle.sinkhorn($0, epsilon: 0.05, iterations: 3) }
    let expected = SwAVOracle.loss(byCrop, codes: Array(codes), temperature: 0.1)
    #expect(abs(loss - expected) < 1e-4 * expected, "\(loss), not \(expected)")
  }

  @Test func runningStatisticsFollowEachResolutionOnceAndTheHeadsAllCrops() {
    let (method, twin, batch) = (method(), method(), batch())
    _ = method.loss(of: batch, at: start)
    _ = embeddings(twin, batch)
    for (a, b) in zip(method.network.namedState, twin.network.namedState) {
      #expect(a.state.value.floats == b.state.value.floats, "\(a.name)")
    }
    let apart = self.method()
    for view in batch.views { _ = apart.encoder(view.images) }
    let differ = zip(method.encoder.namedState, apart.encoder.namedState).contains {
      $0.state.value.floats != $1.state.value.floats
    }
    #expect(differ, "each crop had statistics of its own")
  }

  @Test func prototypesAreUnitVectorsInEveryStep() {
    let (method, batch) = (method(), batch())
    let loss = method.loss(of: batch, at: later).total.item
    for _ in 0..<2 {
      method.prototypes.weight.update { $0 = 3 * $0 }
      #expect(abs(method.loss(of: batch, at: later).total.item - loss) < 1e-4 * loss)
      for row in 0..<12 {
        #expect(abs(norm(method.prototypes.weight.constant.rows(row..<row + 1).floats) - 1) < 1e-5)
      }
    }
  }

  @Test func aCropDoesNotPredictItsOwnCodes() {
    // With two crops, the gradient at the first one's scores is that of the second one's codes alone.
    let scores = Parameter(randomTensor([8, 5]))
    let codes = (0..<2).map { randomTensor([4, 5], seed: 30 + UInt64($0)).softmax() }
    func gradient(_ codes: [Tensor]) -> [Float] {
      withGradients(of: [scores]) {
        Loss(swappedPrediction(scores.value, codes: codes, temperature: 0.1))
      }.gradients[scores]!.rows(0..<4).floats
    }
    let other = randomTensor([4, 5], seed: 40).softmax()
    #expect(gradient(codes) == gradient([other, codes[1]]))
    #expect(gradient(codes) != gradient([codes[0], other]))
  }

  @Test func hardCodesAreOneHotAndAreWhatIsPredicted() {
    let (soft, hard, batch) = (method(), method { $0.codes = .hard }, batch())
    let loss = Double(hard.loss(of: batch, at: start).total.item)
    #expect(abs(loss - Double(soft.loss(of: batch, at: start).total.item)) > 1e-3)
    let scores = embeddings(hard, batch).similarities(to: hard.prototypes.weight.constant)
    let byCrop = (0..<5).map { SwAVOracle.rows(scores.rows($0 * 8..<($0 + 1) * 8)) }
    let codes = byCrop[..<2].map { crop in
      SwAVOracle.sinkhorn(crop, epsilon: 0.05, iterations: 3).map { row in
        row.map { $0 == row.max() ? 1.0 : 0 }
      }
    }
    let expected = SwAVOracle.loss(byCrop, codes: Array(codes), temperature: 0.1)
    #expect(abs(loss - expected) < 1e-4 * expected)
  }

  @Test func everyConstantOfTheLossIsUsed() {
    let batch = batch()
    let changes: [(inout SwAV.Hyperparameters) -> Void] = [
      { _ in }, { $0.temperature = 0.2 }, { $0.epsilon = 0.1 }, { $0.sinkhornIterations = 1 },
      { $0.codes = .hard },
    ]
    let losses = changes.map { method($0).loss(of: batch, at: start).total.item }
    #expect(Set(losses).count == changes.count, "\(losses)")
  }

  // MARK: Queue

  @Test func theQueueIsPushedFromTheFirstStepAndReadWhenItIsFullAndItsTimeHasCome() {
    let (method, batch) = (method(), batch())
    func reads(at progress: TrainingProgress) -> Bool {
      let scores = embeddings(method, batch).similarities(to: method.prototypes.weight.constant).rows(0..<8)
      let alone = sinkhornKnopp(scores, epsilon: 0.05, iterations: 3)
      return method.logCodes(of: scores, crop: 0, at: progress).floats != alone.floats
    }
    _ = method.loss(of: batch, at: start)
    #expect(!reads(at: later), "empty")
    method.didUpdate(at: start)
    #expect(!reads(at: later), "half full")
    _ = method.loss(of: self.batch(seed: 100), at: start)
    method.didUpdate(at: start)
    #expect(!reads(at: start), "full, but too early")
    #expect(reads(at: later))
    #expect(self.method { $0.queueLength = 0 }.queues.isEmpty)
  }

  @Test func queuedFeaturesAreScoredWithTheLatestPrototypes() throws {
    let method = method()
    fillQueues(of: method)
    method.prototypes.weight.update { $0 = randomTensor($0.shape, seed: 9).normalized() }
    let c = method.prototypes.weight.constant
    for crop in 0..<2 {
      let z = randomTensor([8, 16], seed: 50).normalized()
      let old = try #require(method.queues[crop].embeddings)
      let all = SwAVOracle.rows(Tensor.stacked([z, old]).similarities(to: c))
      let expected = SwAVOracle.sinkhorn(all, epsilon: 0.05, iterations: 3)[..<8]
      let q = method.logCodes(of: z.similarities(to: c), crop: crop, at: later).exp()
      expectClose(q.floats, expected.joined().map(Float.init), relative: 1e-4)
    }
    let queues = method.queues.compactMap(\.embeddings?.floats)
    #expect(queues[0] != queues[1], "each large crop has a queue of its own")
    // Its rows are the unit vectors of the first crop of the batches before.
    #expect(queues[0].count == 256 && abs(norm(Array(queues[0][..<16])) - 1) < 1e-5)
  }

  @Test func theQueueIsPartOfACheckpoint() {
    let names = method().namedState.map(\.name).filter { $0.hasPrefix("queues.") }
    #expect(
      names
        == (0..<2).flatMap { crop in
          ["rows.stored", "rows.position", "held"].map { "queues.\(crop).\($0)" }
        })
  }

  // MARK: Learning

  @Test func learnsToPredictCodes() throws {
    let images = ImageSet.undistortedColours()
    let method = method {
      let all: [WritableKeyPath<SwAV.Hyperparameters, SwAV.Crops>] = [\.large, \.small]
      for crops in all {
        ($0[keyPath: crops].colorStrength, $0[keyPath: crops].hueStrength) = (0, 0)
        ($0[keyPath: crops].grayscaleProbability, $0[keyPath: crops].blurProbability) = (0, 0)
      }
      ($0.epsilon, $0.queueLength) = (0.02, 0)
    }
    let plan = TrainingPlan(
      epochs: 20, batchSize: 32, optimizer: .larc(learningRate: 0.1, trust: 0.02), schedule: .cosine(),
      precision: .float32)
    let trainer = try Pretrainer(
      method: method, plan: plan, images: images, standardization: .none, seed: 0)
    var losses: [Float] = []
    while !trainer.isFinished { losses.append(try trainer.step().loss) }
    #expect(losses.count == 40)
    let last = losses.suffix(4).reduce(0, +) / 4
    #expect(last < losses[0] - 0.4 && last < log(12) - 0.4, "\(losses)")
  }

  // MARK: What is watched

  @Test func oneAssignmentForAllIsChanceAndOccupiesOnePrototype() {
    let method = method()
    // A head that says the same of every image.
    for parameter in method.network.head.parameters.suffix(2) { parameter.update { $0 = 0 * $0 } }
    method.network.head.parameters.last!.update { $0 = randomTensor($0.shape) }
    let loss = method.loss(of: batch(), at: start)
    let seen = Dictionary(uniqueKeysWithValues: loss.observations.map { ($0.name, $0.value) })
    let chance = method.chanceLevels(batchSize: 8)["swapped-prediction"]!
    #expect(abs(chance - log(12)) < 1e-6)
    #expect(abs(seen["prototype-occupancy"]! - 1 / 12) < 1e-6)
    #expect(abs(Double(seen["assignment-entropy"]!) - chance) < 1e-4)
    let healthy = self.method().loss(of: batch(), at: start).observations
    #expect(healthy[0].value > 0.2 && healthy[1].value < 2)
  }

  @Test func emptyPrototypesAreToldAfterThreePasses() {
    let method = method()
    func told(_ occupancy: [Double]) -> String? { method.failure(after: ["prototype-occupancy": occupancy]) }
    #expect(told([0.05, 0.05]) == nil)
    #expect(told([0.05, 0.05, 0.2]) == nil && told([0.05, 0.05, 0.2, 0.05, 0.05]) == nil)
    let message = told([0.9, 0.05, 0.05, 0.042])
    #expect(message?.contains("4.2 %") == true && message?.contains("lower prototypeCount (12)") == true)
  }

  @Test func aQueueThatStartsTooEarlyIsTold() {
    let method = method()  // reads it from the third pass on
    func told(_ losses: [Double]) -> String? { method.failure(after: ["swapped-prediction": losses]) }
    #expect(told([2, 1.5]) == nil && told([2, 1.5, 2]) == nil, "it may still fall")
    #expect(told([2, 1.5, 2, 1.4]) == nil && told([2, 1.5, 1.4, 1.3]) == nil)
    let message = told([2, 1.5, 2, 1.9])
    #expect(message?.contains("rose from 1.500 to 2.000 and 1.900") == true)
    #expect(message?.contains("raise queueStartEpoch or lower queueLength") == true)
    #expect(told([2, 1.5, 2, 1.9, 1.8]) == nil, "told once, two passes after it began")
    #expect(
      self.method { $0.queueLength = 0 }.failure(after: ["swapped-prediction": [2, 1.5, 2, 1.9]]) == nil)
  }
}

extension Tensor {
  /// The colour of each image (N × 1 × 1 × 3) over `side` × `side` pixels.
  fileprivate func spread(over side: Int) -> Tensor {
    let colours = floats
    return Tensor(
      (0..<shape[0]).flatMap { image in
        (0..<side * side).flatMap { _ in colours[3 * image..<3 * image + 3] }
      }, shape: [shape[0], side, side, 3])
  }
}
