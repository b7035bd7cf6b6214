import Foundation
import Harness
import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import PixProPaper
@testable import Pretraining
@testable import Tensors

@Suite struct PixProTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 2)

  func method(_ change: (inout PixPro.Hyperparameters) -> Void = { _ in }) -> PixPro {
    var hyperparameters = PixPro.Hyperparameters()
    (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension) = (12, 8)
    hyperparameters.views.side = 32
    change(&hyperparameters)
    var random = Random(seed: 0, stream: "weights")
    return PixPro(.resNet18(width: 4), hyperparameters, using: &random)
  }

  /// Two views of 32 pixels of images of 40 × 48, cut and mirrored as the method asks.
  func batch(_ count: Int = 6, views: PixPro.Views? = nil) -> Batch {
    var random = Random(seed: 3, stream: "images")
    // Smooth images, so that their parts differ.
    let bytes = (0..<count).flatMap { _ -> [UInt8] in
      (0..<3).flatMap { _ -> [UInt8] in
        let (a, b) = (random.uniform(in: -4...4), random.uniform(in: -4...4))
        return (0..<40 * 48).map { pixel in
          UInt8(127 + 120 * sin(a * Float(pixel / 48) / 40 + b * Float(pixel % 48) / 48 + a))
        }
      }
    }
    let images = ImageSet(height: 40, width: 48, bytes: bytes, labels: [], classNames: [])
    var constants = PixPro.Views()
    constants.side = 32
    return ViewLoader(images, augmentations: Augmentation.pixPro(views ?? constants), standardization: .none)
      .batch(indices: Array(0..<count), epoch: 0)
  }

  static let variants: [(String, @Sendable (inout PixPro.Hyperparameters) -> Void)] = [
    ("PixPro", { _ in }), ("two layers", { $0.transformLayers = 2 }),
    ("no module", { $0.pixelTask = .consistency }), ("PixContrast", { $0.pixelTask = .contrast }),
    ("with instance branch", { $0.instanceWeight = 1 }),
    ("instance branch alone", { ($0.pixelTask, $0.instanceWeight) = (.none, 1) }),
  ]

  // MARK: Gradients

  @Test func everyParameterIsTrained() {
    let batch = batch()
    for (name, change) in Self.variants {
      let method = method(change)
      let parameters = method.namedParameters
      let (_, gradients) = withGradients(of: parameters.map(\.parameter)) {
        method.loss(of: batch, at: start)
      }
      // An offset before a batch norm changes nothing.
      let hidden = method.propagation?.transform.children.count == 1 ? "" : "propagation.transform.0.bias"
      for (path, parameter) in parameters
      where path != hidden && (!path.hasSuffix("0.bias") || path.contains("transform")) {
        #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name): \(path) has no gradient")
      }
      let heads = Set(parameters.map { $0.name.split(separator: ".").prefix(2).joined(separator: ".") })
      #expect(heads.contains("online.projector") == (method.hyperparameters.pixelTask != .none), "\(name)")
      #expect(heads.contains("online.instance_projector") == (method.hyperparameters.instanceWeight > 0))
      #expect(parameters.allSatisfy { !$0.name.hasPrefix("momentum") })
    }
  }

  /// Even when they are asked for: what keys are made of is constant.
  @Test func keysNeverGetAGradient() {
    let batch = batch()
    for (name, change) in Self.variants {
      let method = method(change)
      let keys = method.momentum.network.namedParameters
      let (_, gradients) = withGradients(of: method.parameters + keys.map(\.parameter)) {
        method.loss(of: batch, at: start)
      }
      for (path, parameter) in keys { #expect(gradients[parameter] == nil, "\(name): \(path)") }
    }
  }

  /// Finite differences of the whole loss in the maps of f, which every branch must reach.
  @Test func gradientsReachBothViewsMaps() {
    let boxes = [PixProOracleTests.overlapping.first, PixProOracleTests.overlapping.second]
    let keys = (0..<2).map { randomTensor([2, 2, 2, 32], seed: 20 + UInt64($0)) }
    for (_, change) in Self.variants {
      let method = method(change)
      // A step this small keeps ReLUs on their side.
      expectGradients(shapes: [[2, 2, 2, 32], [2, 2, 2, 32]], step: 2e-3, tolerance: 2e-2) {
        method.loss(ofMaps: $0.map(\.value), keyMaps: keys, boxes: boxes).total
      }
    }
  }

  // MARK: Forward

  private func projected(_ network: PixelNetwork, _ images: Tensor) -> [[[Double]]] {
    PixProOracle.pixels(network.projections(of: network.map(of: images)).pixels!)
  }

  @Test func theLossIsThePapersSymmetrized() throws {
    let (method, batch) = (method(), batch())
    let loss = Double(method.loss(of: batch, at: start).total.item)
    let images = batch.views.map(\.images)
    let h = try #require(method.propagation?.transform.children[0] as? Linear)
    let (w, b) = (h.weight.constant.floats.map(Double.init), h.bias!.constant.floats.map(Double.init))
    let y = images.map { view in
      projected(method.online, view).map { map in
        PixProOracle.propagated(map, sharpness: 2) { PixProOracle.linear($0, w, b) }
      }
    }
    let k = images.map { projected(method.momentum.network, $0) }
    let boxes = batch.views.map(\.boxes)
    func mask(_ own: Int, _ other: Int) -> [[[Double]]] {
      zip(boxes[own], boxes[other]).map { a, b in
        PixProOracle.distances(a, b, side: 4).map { $0.map { $0 < 0.7 ? 1 : 0 } }
      }
    }
    let expected =
      -2 * PixProOracle.consistency(y[0], k[1], mask(0, 1))
      - 2 * PixProOracle.consistency(y[1], k[0], mask(1, 0))
    #expect(abs(loss - expected) < 1e-4, "\(loss), not \(expected)")

    let contrast = self.method { $0.pixelTask = .contrast }
    let x = images.map { projected(contrast.online, $0) }
    let keys = images.map { projected(contrast.momentum.network, $0) }
    let own = Double(contrast.loss(of: batch, at: start).total.item)
    let sum =
      PixProOracle.contrast(x[0], keys[1], mask(0, 1), temperature: 0.3)
      + PixProOracle.contrast(x[1], keys[0], mask(1, 0), temperature: 0.3)
    #expect(abs(own - sum / 2) < 1e-4 * own, "\(own), not \(sum / 2)")
  }

  @Test func theInstanceBranchComparesMeansAndIsWeighed() {
    let batch = batch()
    func terms(_ weight: Float) -> (total: Float, [String: Float]) {
      let loss = self.method { $0.instanceWeight = weight }.loss(of: batch, at: start)
      return (
        loss.total.item,
        Dictionary(uniqueKeysWithValues: loss.terms.map { ($0.name, $0.value.item) })
      )
    }
    let (total, parts) = terms(1)
    #expect(abs(total - parts["pixel"]! - parts["instance"]!) < 1e-5)
    #expect(abs(terms(3).total - parts["pixel"]! - 3 * parts["instance"]!) < 1e-5)
    #expect(abs(parts["instance"]!) <= 4)
    let method = method { ($0.pixelTask, $0.instanceWeight) = (.none, 1) }
    let views = batch.views.map { method.online.projections(of: method.online.map(of: $0.images)) }
    let keys = batch.views.map {
      method.momentum.network.projections(of: method.momentum.network.map(of: $0.images))
    }
    func means(_ rows: Tensor) -> [[Double]] {
      PixProOracle.pixels(rows.reshaped(to: [6, 16, 8])).map { map in
        (0..<8).map { d in map.reduce(0) { $0 + $1[d] / 16 } }
      }
    }
    var expected = 0.0
    for (own, other) in [(0, 1), (1, 0)] {
      let (p, k) = (means(method.predictor!(views[own].instances!)), means(keys[other].instances!))
      for image in 0..<6 {
        expected -= 2 * PixProOracle.dot(PixProOracle.unit(p[image]), PixProOracle.unit(k[image])) / 6
      }
    }
    #expect(abs(Double(method.loss(of: batch, at: start).total.item) - expected) < 1e-4)
  }

  @Test func everyConstantOfTheLossIsUsed() {
    let batch = batch()
    let changes: [(inout PixPro.Hyperparameters) -> Void] = [
      { _ in }, { $0.distanceThreshold = 1.4 }, { $0.sharpness = 4 }, { $0.transformLayers = 0 },
      { $0.pixelTask = .consistency }, { $0.pixelTask = .contrast }, { $0.instanceWeight = 1 },
      {
        $0.pixelTask = .contrast
        $0.contrastTemperature = 0.1
      },
    ]
    let losses = changes.map { method($0).loss(of: batch, at: start).total.item }
    #expect(Set(losses).count == changes.count, "\(losses)")
  }

  // MARK: Views

  @Test func viewsAreBYOLs() {
    var views = PixPro.Views()
    views.side = 96
    let both = Augmentation.pixPro(views)
    let blurs = both.map { $0.steps.compactMap { $0 as? GaussianBlur }.first }
    #expect(blurs.map { $0?.probability } == [1, 0.1] && blurs.allSatisfy { $0?.kernel == 9 })
    #expect(both.map { $0.steps.compactMap { $0 as? Solarize }.first?.probability } == [nil, 0.2])
    let jitter = both[1].steps.compactMap { $0 as? ColorJitter }.first
    #expect(jitter?.saturation == 0.2 && jitter?.contrast == 0.4 && jitter?.hue == 0.1)
    (views.firstBlurProbability, views.secondBlurProbability) = (0, 0)
    #expect(Augmentation.pixPro(views).allSatisfy { !$0.steps.contains { $0 is GaussianBlur } })
  }

  // MARK: Following

  @Test func keysFollowByAMomentumThatRisesToOne() {
    let method = method()
    let all = (0..<10).map {
      method.keyMomentum(at: TrainingProgress(step: $0, steps: 10, epoch: 0, epochs: 1))
    }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 < $1 } && all[9] == 1)
    // After one of ten updates: 1 − .01 (cos(π/10) + 1) / 2.
    #expect(abs(all[0] - 0.990245) < 1e-6)
    let key = method.momentum.network.projector!.parameters[0]
    let online = method.online.projector!.parameters[0]
    #expect(key.constant.floats == online.constant.floats, "equal at first")
    online.update { $0 = $0 + Tensor(repeating: 1, shape: $0.shape) }
    let before = key.constant.floats
    method.didUpdate(at: start)
    expectClose(key.constant.floats, before.map { $0 + 0.009755 }, relative: 1e-5)
  }

  // MARK: Watching

  private func observed(_ method: PixPro, _ batch: Batch) -> [String: Float] {
    Dictionary(
      uniqueKeysWithValues: method.loss(of: batch, at: start).observations.map { ($0.name, $0.value) })
  }

  @Test func theLossLiesWithinItsBounds() {
    let batch = batch(20)
    let seen = observed(method(), batch)
    let loss = method().loss(of: batch, at: start).total.item
    #expect(seen["lowest-pixel-loss"]! <= loss && loss <= seen["highest-pixel-loss"]!)
    #expect(seen["lowest-pixel-loss"]! == -4 * (1 - seen["pairless-images"]!))
    #expect((0.5...8).contains(seen["pairs-per-pixel"]!))
    // Pixels that are all one vector reach the bound.
    let flat = method { $0.pixelTask = .consistency }
    for network in [flat.online, flat.momentum.network] {
      let last = network.projector!.parameters.suffix(2)
      for parameter in last { parameter.update { $0 = 0 * $0 } }
      last.last!.update { $0 = Tensor(repeating: 1, shape: $0.shape) }
    }
    let bound = observed(flat, batch)
    #expect(abs(flat.loss(of: batch, at: start).total.item - bound["lowest-pixel-loss"]!) < 1e-4)
    #expect(abs(bound["pixel-likeness"]! - 1) < 1e-4)
    #expect(seen["pixel-likeness"]! < 0.95)
  }

  @Test func failuresAreToldWithWhatToDo() {
    let method = method()
    func told(_ means: [String: [Double]]) -> String? { method.failure(after: means) }
    #expect(told([:]) == nil && told(["pixel-likeness": [1, 1]]) == nil)
    #expect(told(["pixel-likeness": [0.995, 0.5, 0.995, 0.995]]) == nil)
    #expect(told(["pixel-likeness": [0.5, 0.995, 1, 0.992]])?.contains("alike") == true)
    let pairless = told(["pairless-images": [0.6, 0.61, 0.625]])
    #expect(pairless?.hasPrefix("62.5 % of the images") == true)
    #expect(pairless?.contains("raise views.smallestCrop") == true)
  }

  // MARK: Learning

  /// From the second epoch on pixels of the same place are nearer to each other than others are.
  @Test func learnsWhatShowsTheSamePlace() throws {
    let method = method {
      ($0.hiddenDimension, $0.embeddingDimension) = (64, 32)
      ($0.views.firstBlurProbability, $0.views.secondBlurProbability) = (0, 0)
    }
    let plan = TrainingPlan(
      epochs: 4, batchSize: 32, optimizer: .lars(learningRate: 1, weightDecay: 1e-5, trust: 0.005),
      schedule: .cosine(), precision: .float32)
    let trainer = try Pretrainer(
      method: method, plan: plan, images: Shapes.images(320, seed: 0, stream: "test"),
      standardization: .shapes, seed: 0)
    var losses: [Float] = []
    while !trainer.isFinished { losses.append(try trainer.step().loss) }
    let (first, last) = (losses.prefix(4).reduce(0, +) / 4, losses.suffix(4).reduce(0, +) / 4)
    #expect(last < first - 0.4, "\(losses)")
    let likeness = observed(method, batch())["pixel-likeness"]!
    #expect(likeness < 0.98, "pixels stay apart: \(likeness)")
  }
}
