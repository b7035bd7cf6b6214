import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Pretraining
@testable import RotNetPaper
@testable import Tensors

/// The paper's rotations and its loss in plain loops over doubles, written from their description alone.
enum RotNetOracle {
  /// `images` (N × H × H × C) turned counter-clockwise by `quarters`.
  static func turned(_ images: Tensor, quarters: Int) -> Tensor {
    let (side, channels, x) = (images.shape.height, images.shape.channels, images.floats)
    var result = x
    for image in 0..<images.shape.batch {
      for i in 0..<side {
        for j in 0..<side {
          let (row, column) = [
            (i, j), (j, side - 1 - i), (side - 1 - i, side - 1 - j), (side - 1 - j, i),
          ][quarters]
          for c in 0..<channels {
            result[((image * side + i) * side + j) * channels + c] =
              x[((image * side + row) * side + column) * channels + c]
          }
        }
      }
    }
    return Tensor(result, shape: images.shape)
  }

  /// A batch of `images` in the given turns, as the method's views are.
  static func batch(_ images: Tensor, quarters: [Int] = [0, 1, 2, 3]) -> Batch {
    Batch(
      views: quarters.map { .init(images: turned(images, quarters: $0), crops: []) },
      indices: Array(0..<images.shape.batch))
  }

  /// 1/N Σᵢ −1/K Σ_y log F^y(g(Xᵢ|y)): `scores[i][y]` are the logits of image i in turn y.
  static func loss(_ scores: [[[Double]]]) -> Double {
    var total = 0.0
    for turns in scores {
      var own = 0.0
      for (y, logits) in turns.enumerated() {
        own -= log(exp(logits[y]) / logits.map { exp($0) }.reduce(0, +))
      }
      total += own / Double(turns.count)
    }
    return total / Double(scores.count)
  }
}

@Suite struct RotNetTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)

  func method(
    _ rotations: RotNet.Rotations = .quarters, blocks: Int = 4, featureBlock: Int = 2, seed: UInt64 = 0
  ) -> RotNet {
    var hyperparameters = RotNet.Hyperparameters()
    hyperparameters.rotations = rotations
    var random = Random(seed: seed, stream: "weights")
    return RotNet(
      .init(blocks: blocks, width: 6, featureBlock: featureBlock), hyperparameters, using: &random)
  }

  func batch(_ count: Int = 6) -> Batch { RotNetOracle.batch(randomTensor([count, 16, 16, 3])) }

  @Test func theLossIsThePapers() {
    let (method, batch) = (method(), batch())
    // One forward of all copies: the batch statistics are those of all.
    let rows = method.logits(Tensor.stacked(batch.views.map(\.images))).floats.map(Double.init)
    let scores = (0..<6).map { image in
      (0..<4).map { turn in Array(rows[(turn * 6 + image) * 4..<(turn * 6 + image + 1) * 4]) }
    }
    let loss = method.loss(of: batch, at: start)
    #expect(abs(Double(loss.total.item) - RotNetOracle.loss(scores)) < 1e-5)
    #expect(loss.terms.map(\.name) == ["rotation"] && loss.terms[0].value.item == loss.total.item)
  }

  /// The paper's batches hold the turns of one image after another; ours one turn of all images after another.
  @Test func theOrderInABatchMakesNoDifference() {
    let (method, twin, batch) = (method(), method(), batch())
    let all = Tensor.stacked(batch.views.map(\.images))
    let interleaved = (0..<24).map { $0 % 4 * 6 + $0 / 4 }
    let loss = twin.logits(all.gathered(at: interleaved)).crossEntropy(labels: (0..<24).map { $0 % 4 })
    #expect(abs(loss.item - method.loss(of: batch, at: start).total.item) < 1e-5)
  }

  @Test(arguments: [3, 4, 5]) func everyParameterIsTrained(blocks: Int) {
    let (method, batch) = (method(blocks: blocks), batch())
    let parameters = method.trainableParameters(at: start)
    let (_, gradients) = withGradients(of: parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    #expect(parameters.count == 9 * blocks + 2)
    #expect(Set(parameters.map(ObjectIdentifier.init)) == Set(method.parameters.map(ObjectIdentifier.init)))
  }

  @Test func whatIsNotNamedHasNoGradient() {
    let (method, batch) = (method(), batch())
    let (_, gradients) = withGradients(of: method.head.parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.network.namedParameters {
      #expect(gradients[parameter] == nil, "\(name)")
    }
    for parameter in method.head.parameters { #expect(gradients[parameter] != nil) }
  }

  /// Finite differences through the whole network, along the gradient of each part: kinks of ReLU and maxima are few.
  @Test func gradientsAreThoseOfFiniteDifferences() {
    let (method, batch) = (method(), batch(12))
    let (_, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters where name.hasSuffix("weight") {
      let (value, gradient) = (parameter.constant.floats, gradients[parameter]!.floats)
      let (length, h) = (norm(gradient), 5e-4 * max(norm(value), 1))
      func loss(at amount: Float) -> Double {
        let moved = zip(value, gradient).map { $0 + amount * $1 / length }
        parameter.update { $0 = Tensor(moved, shape: $0.shape) }
        return Double(method.loss(of: batch, at: start).total.item)
      }
      let slope = (loss(at: h) - loss(at: -h)) / Double(2 * h)
      parameter.update { $0 = Tensor(value, shape: $0.shape) }
      #expect(abs(slope - Double(length)) < 0.05 * Double(length) + 1e-3, "\(name): \(slope), not \(length)")
    }
  }

  @Test func chanceIsTheLogarithmOfTheNumberOfTurns() {
    for rotations in RotNet.Rotations.allCases {
      let chance = method(rotations).chanceLevels(batchSize: 8)["rotation"]!
      #expect(abs(chance - log(Double(rotations.turns.count))) < 1e-12)
    }
    let method = method()
    method.head.weight.update { $0 = Tensor(zeros: $0.shape) }
    method.head.bias!.update { $0 = Tensor(zeros: $0.shape) }
    #expect(abs(method.loss(of: batch(), at: start).total.item - 1.386_294) < 1e-5)
  }

  @Test func viewsAreTheTurnsOfOneCrop() throws {
    for (rotations, turns) in [
      (.quarters, [0, 2, 4, 6]), (.upsideDown, [0, 4]), (.sideways, [2, 6]),
      (.eighths, [0, 1, 2, 3, 4, 5, 6, 7]),
    ] as [(RotNet.Rotations, [Int])] {
      let method = method(rotations)
      #expect(method.augmentations.allSatisfy { $0.drawsAsFirstView })
      let last = try method.augmentations.map { try #require($0.steps.last as? Rotation) }
      #expect(last.map(\.eighths) == turns)
      #expect(last.allSatisfy { $0.masksCorners == (rotations == .eighths) })
      #expect(method.head.weight.shape == [turns.count, 6])
      let crop = try #require(method.augmentations[0].steps.first as? RandomCrop)
      #expect(crop.padding == 4)
    }
  }

  @Test func featuresAreThoseOfTheSecondBlock() {
    let method = method()
    let images = randomTensor([3, 32, 32, 3])
    let features = inference { method.encoder(images) }
    let map = inference { method.network.blockFeatures(of: images, block: 2) }
    expectClose(features.floats, map.globalAverage().floats, relative: 1e-5)
    #expect(map.shape == [3, 8, 8, 6] && method.encoder.featureCount == 6)
  }

  @Test func learnsWhatIsUpright() throws {
    // Bright above, dark below: every turn is told at a glance.
    var random = Random(seed: 2, stream: "images")
    let bytes = (0..<64 * 3).flatMap { _ in
      (0..<256).map { UInt8(($0 < 128 ? 150 : 20) + random.integer(below: 60)) }
    }
    let images = ImageSet(height: 16, width: 16, bytes: bytes, labels: [], classNames: [])
    let method = method()
    let plan = TrainingPlan(
      epochs: 4, batchSize: 16, optimizer: .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true),
      schedule: .cosine(), precision: .float32)
    let trainer = try Pretrainer(method: method, plan: plan, images: images, standardization: .none, seed: 0)
    var losses: [Float] = []
    while !trainer.isFinished { losses.append(try trainer.step().loss) }
    #expect(losses.count == 16 && losses.suffix(4).reduce(0, +) / 4 < 0.75 * losses[0], "\(losses)")
  }
}
