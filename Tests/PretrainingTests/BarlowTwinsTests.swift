import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Pretraining
@testable import Tensors

@Suite struct BarlowTwinsTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)

  func method(_ change: (inout BarlowTwins.Hyperparameters) -> Void = { _ in }) -> BarlowTwins {
    var hyperparameters = BarlowTwins.Hyperparameters()
    (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension) = (24, 16)
    change(&hyperparameters)
    var random = Random(seed: 0, stream: "weights")
    let view: Augmentation = [RandomResizedCrop(to: 16, area: 0.5...1)]
    return BarlowTwins(.resNet18(width: 4), hyperparameters, views: [view, view], using: &random)
  }

  func batch() -> Batch {
    let images = randomTensor([8, 16, 16, 3])
    let views = [1, 2].map { seed in
      Batch.View(images: images + 0.3 * randomTensor([8, 16, 16, 3], seed: seed), crops: [])
    }
    return Batch(views: views, indices: Array(0..<8))
  }

  /// The paper's algorithm 1 in plain loops: both sums of the loss.
  func oracle(_ a: Tensor, _ b: Tensor) -> (invariance: Double, redundancy: Double) {
    let (count, dimension) = (a.shape[0], a.shape[1])
    func standardized(_ x: Tensor) -> [[Double]] {
      let values = x.floats.map(Double.init)
      var result = (0..<count).map { Array(values[$0 * dimension..<($0 + 1) * dimension]) }
      for column in 0..<dimension {
        let mean = result.reduce(0) { $0 + $1[column] } / Double(count)
        let variance = result.reduce(0) { $0 + ($1[column] - mean) * ($1[column] - mean) } / Double(count)
        for row in 0..<count {
          result[row][column] = (result[row][column] - mean) / (variance + 1e-5).squareRoot()
        }
      }
      return result
    }
    let (za, zb) = (standardized(a), standardized(b))
    var (invariance, redundancy) = (0.0, 0.0)
    for i in 0..<dimension {
      for j in 0..<dimension {
        let c = (0..<count).reduce(0) { $0 + za[$1][i] * zb[$1][j] } / Double(count)
        if i == j { invariance += (1 - c) * (1 - c) } else { redundancy += c * c }
      }
    }
    return (invariance, redundancy)
  }

  @Test func theLossIsThePapers() {
    let (method, batch) = (method(), batch())
    let expected = oracle(method.network(batch.views[0].images), method.network(batch.views[1].images))
    let loss = method.loss(of: batch, at: start)
    #expect(abs(Double(loss.terms[0].value.item) - expected.invariance) < 1e-4 * expected.invariance)
    #expect(abs(Double(loss.terms[1].value.item) - expected.redundancy) < 1e-4 * expected.redundancy)
    let total = 0.1 * (expected.invariance + 5e-3 * expected.redundancy)
    #expect(abs(Double(loss.total.item) - total) < 1e-4 * total)
    let weighted = self.method { ($0.redundancyWeight, $0.scale) = (1, 1) }.loss(of: batch, at: start)
    let sum = expected.invariance + expected.redundancy
    #expect(abs(Double(weighted.total.item) - sum) < 1e-4 * sum)
  }

  @Test func correlationsAreDifferentiatedInBothViews() {
    let weights = randomTensor([5, 5], seed: 9)
    expectGradients(shapes: [[7, 5], [7, 5]]) {
      (weights * crossCorrelation($0[0].value, $0[1].value)).sum()
    }
  }

  @Test func correlationsAreThoseOfStatistics() {
    let a = randomTensor([40, 6], seed: 1)
    let own = crossCorrelation(a, a).floats
    for i in 0..<6 {
      #expect(abs(own[i * 7] - 1) < 1e-4)
      for j in 0..<6 {
        #expect(abs(own[i * 6 + j] - own[j * 6 + i]) < 1e-5 && abs(own[i * 6 + j]) < 1 + 1e-5)
      }
    }
    // Neither place nor scale of a component matters; its sign does.
    let moved = (-3 * a).adding(columns: randomTensor([6], seed: 2))
    expectClose(crossCorrelation(a, moved).floats, own.map { -$0 }, relative: 1e-4)
  }

  @Test func everyParameterIsTrainedAndWhatIsFreedOfItsMeanNeedsNoOffset() {
    let (method, batch) = (method(), batch())
    let (_, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
    for (name, parameter) in method.namedParameters {
      #expect(gradients[parameter]?.floats.contains { $0 != 0 } == true, "\(name) has no gradient")
    }
    #expect(
      method.network.head.namedParameters.map(\.name).filter { $0.hasSuffix("bias") } == ["1.bias", "4.bias"])
    // What an offset of the last layer would get: nothing.
    let z = batch.views.map { method.network($0.images).constant }
    let offset = Parameter(Tensor(zeros: [16]))
    let (_, gradient) = withGradients(of: [offset]) {
      Loss(crossCorrelation(z[0].adding(columns: offset.value), z[1]).sum())
    }
    let scale = norm(crossCorrelation(z[0], z[1]).floats)
    #expect(norm(gradient[offset]!.floats) < 1e-4 * scale)
  }

  @Test func theLossAndItsGradientsAgreeWithPyTorch() throws {
    let fixture = try Fixture("barlow_twins")
    let (a, b) = (Parameter(fixture.tensor("a")), Parameter(fixture.tensor("b")))
    var terms: [Float] = []
    let identity = Tensor((0..<49).map { $0 % 8 == 0 ? 1 : 0 }, shape: [7, 7])
    let (_, gradients) = withGradients(of: [a, b]) {
      let c = crossCorrelation(a.value, b.value)
      let invariance = (identity * (identity - c) * (identity - c)).sum()
      let redundancy = (c * c).sum() - (identity * c * c).sum()
      terms = [invariance.item, redundancy.item]
      return Loss(invariance + 0.005 * redundancy)
    }
    expectClose(
      terms, [Float(fixture.scalar("invariance")), Float(fixture.scalar("redundancy"))], relative: 1e-5)
    expectClose(gradients[a]!.floats, fixture.tensor("gradient.a").floats, relative: 1e-4, "first views")
    expectClose(gradients[b]!.floats, fixture.tensor("gradient.b").floats, relative: 1e-4, "second views")
  }

  @Test func tenStepsAgreeWithPyTorch() throws {
    let fixture = try Fixture("barlow_twins")
    var random = Random(seed: 0, stream: "weights")
    let network = Sequential(
      Linear(12, 16, bias: false, using: &random), BatchNormalization(16), ReLU(),
      Linear(16, 8, bias: false, using: &random))
    for (name, parameter) in network.namedParameters {
      parameter.update { $0 = fixture.tensor("state." + name) }
    }
    let identity = Tensor((0..<64).map { $0 % 9 == 0 ? 1 : 0 }, shape: [8, 8])
    let optimizer = Optimizer(.sgd(learningRate: 0.1, momentum: 0.9), for: network)
    var losses: [Float] = []
    for step in 0..<10 {
      let views = (0..<2).map { fixture.tensor("view.\($0)").rows(step..<step + 1).reshaped(to: [8, 12]) }
      let (loss, gradients) = withGradients(of: network.parameters) {
        let c = crossCorrelation(network(views[0]), network(views[1]))
        let invariance = (identity * (identity - c) * (identity - c)).sum()
        let redundancy = (c * c).sum() - (identity * c * c).sum()
        return Loss(0.1 * (invariance + 0.005 * redundancy))
      }
      optimizer.update(network.parameters, with: gradients, learningRate: 0.1)
      losses.append(loss.total.item)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 1e-4, "losses")
    for (path, parameter) in network.namedParameters {
      expectClose(parameter.constant.floats, fixture.tensor("after.\(path)").floats, relative: 1e-3, path)
    }
  }
}
