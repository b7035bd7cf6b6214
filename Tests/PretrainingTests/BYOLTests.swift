import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Pretraining
@testable import Tensors

@Suite struct BYOLTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)

  static func method(_ change: (inout BYOL.Hyperparameters) -> Void = { _ in }) -> BYOL {
    var hyperparameters = BYOL.Hyperparameters()
    (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension) = (24, 16)
    change(&hyperparameters)
    var random = Random(seed: 0, stream: "weights")
    let view: Augmentation = [RandomResizedCrop(to: 16, area: 0.5...1)]
    return BYOL(.resNet18(width: 4), hyperparameters, views: [view, view], using: &random)
  }

  func rows(_ x: Tensor) -> [[Double]] {
    let values = x.floats.map(Double.init)
    return stride(from: 0, to: values.count, by: x.shape.columns).map {
      Array(values[$0..<$0 + x.shape.columns])
    }
  }

  /// Equation 2 from its text: the squared distance of the two unit vectors, averaged over the batch.
  func oracle(_ p: Tensor, _ z: Tensor) -> Double {
    let distances = zip(rows(p), rows(z)).map { p, z in
      let (lengthP, lengthZ) = (
        p.reduce(0) { $0 + $1 * $1 }.squareRoot(), z.reduce(0) { $0 + $1 * $1 }.squareRoot()
      )
      return zip(p, z).reduce(0) { sum, pair in
        let difference = pair.0 / lengthP - pair.1 / lengthZ
        return sum + difference * difference
      }
    }
    return distances.reduce(0, +) / Double(distances.count)
  }

  @Test func theRegressionIsThePapers() {
    let (p, z) = (randomTensor([9, 12], seed: 3), randomTensor([9, 12], seed: 4, scale: 5))
    #expect(abs(Double(normalizedRegression(p, to: z).item) - oracle(p, z)) < 1e-6)
    #expect(abs(normalizedRegression(p, to: 7 * p).item) < 1e-6)
    #expect(abs(normalizedRegression(p, to: -0.1 * p).item - 4) < 1e-6)
  }

  @Test func theTargetGetsNoGradientEvenWhereItIsAskedFor() {
    expectGradients(shapes: [[5, 6], [5, 6]], expectingZero: [1]) {
      normalizedRegression($0[0].value, to: $0[1].value)
    }
  }

  @Test func thePredictorAndTheProjectorAreDifferentiated() {
    // A linear projector and a linear predictor of fixed inputs; the target is another projection.
    let (x, z) = (randomTensor([6, 5], seed: 1), randomTensor([6, 4], seed: 2))
    expectGradients(shapes: [[3, 5], [4, 3]]) {
      normalizedRegression(x.similarities(to: $0[0].value).similarities(to: $0[1].value), to: z)
    }
  }

  @Test func onlineAndPredictorAreTrainedAndTheTargetIsNot() {
    let (method, batch) = (BYOLTests.method(), batchOfVectors())
    let trainable = Set(method.trainableParameters(at: start).map(ObjectIdentifier.init))
    let expected = method.online.parameters + method.predictor.parameters
    #expect(trainable == Set(expected.map(ObjectIdentifier.init)))
    // Asked for by name, the target's parameters have none either.
    let all = expected + method.target.network.parameters
    let (_, gradients) = withGradients(of: all) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    for parameter in method.target.network.parameters { #expect(gradients[parameter] == nil) }
  }

  /// Two views of eight images that share a pattern.
  func batchOfVectors() -> Batch {
    let images = randomTensor([8, 16, 16, 3])
    let views = [1, 2].map { seed in
      Batch.View(images: images + 0.3 * randomTensor([8, 16, 16, 3], seed: seed), crops: [])
    }
    return Batch(views: views, indices: Array(0..<8))
  }

  @Test func theLossIsThePapersOverBothDirections() {
    let (method, batch) = (BYOLTests.method(), batchOfVectors())
    let (v, w) = (batch.views[0].images, batch.views[1].images)
    let expected =
      oracle(method.predictor(method.online(v)), method.target.network(w))
      + oracle(method.predictor(method.online(w)), method.target.network(v))
    let loss = method.loss(of: batch, at: start).total.item
    #expect(abs(Double(loss) - expected) < 2e-5, "\(loss), not \(expected)")
    let exchanged = Batch(views: batch.views.reversed(), indices: batch.indices)
    #expect(abs(method.loss(of: exchanged, at: start).total.item - loss) < 1e-5)
  }

  @Test func theTargetStartsEqualAndFollowsByTheSchedule() {
    let method = BYOLTests.method { $0.firstTargetMomentum = 0.8 }
    func momentum(_ step: Int) -> Float {
      method.targetMomentum(at: TrainingProgress(step: step, steps: 8, epoch: 0, epochs: 1))
    }
    #expect(abs(momentum(0) - 0.8) < 1e-6 && abs(momentum(4) - 0.9) < 1e-6 && momentum(8) == 1)
    let before = method.target.network.parameters.map { $0.constant.floats }
    #expect(before == method.online.parameters.map { $0.constant.floats })
    for parameter in method.online.parameters { parameter.update { $0 = 3 * $0 } }
    method.didUpdate(at: start)
    for (old, parameter) in zip(before, method.target.network.parameters) {
      expectClose(parameter.constant.floats, old.map { (0.8 + 0.2 * 3) * $0 }, relative: 1e-5)
    }
    let moved = method.target.network.parameters.map { $0.constant.floats }
    method.didUpdate(at: TrainingProgress(step: 10, steps: 10, epoch: 1, epochs: 1))
    #expect(method.target.network.parameters.map { $0.constant.floats } == moved)
  }

  @Test func theTargetHasNoPredictorAndACheckpointHoldsAllThree() {
    let names = BYOLTests.method().namedState.map(\.name)
    for part in ["online.encoder.", "online.head.3.", "predictor.3.", "target.network.head.3."] {
      #expect(names.contains { $0.hasPrefix(part) }, "\(part)")
    }
    #expect(!names.contains { $0.hasPrefix("target.network.predictor") })
  }
}
