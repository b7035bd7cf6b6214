import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Generation
@testable import Tensors

/// The arithmetic of diffusion against PyTorch and NumPy: `Tests/Fixtures/generate_fixtures.py`.
@Suite struct DiffusionTests {
  private let fixture: Fixture
  private let network: UNet

  init() throws {
    fixture = try Fixture("diffusion")
    var random = Random(seed: 0, stream: "weights")
    network = UNet(.init(width: 4, multipliers: [1, 2], attentionFrom: 1), using: &random)
    for (name, state) in network.namedState { state.restore(fixture.tensor("state." + name)) }
  }

  @Test func theLossAndItsGradientsArePyTorchs() {
    let diffusion = Diffusion()
    let examples = diffusion.examples(
      fixture.tensor("images"), normal: fixture.tensor("noise"), noise: fixture.tensor("sigma").floats)
    let answer = network(examples.input, levels: examples.levels)
    expectClose(answer.floats, fixture.tensor("answer").floats, relative: 1e-5, "answer")
    let (loss, gradients) = withGradients(of: network.parameters) {
      Loss(diffusion.loss(of: network, on: examples, in: .float32))
    }
    #expect(abs(Double(loss.total.item) - fixture.scalar("loss")) < 1e-5 * fixture.scalar("loss"))
    for (name, parameter) in network.namedParameters {
      expectClose(
        gradients[parameter]!.floats, fixture.tensor("gradient." + name).floats, relative: 1e-4, name)
    }
  }

  @Test func heunsWayThroughTheNetworkIsPyTorchs() {
    var way: [Tensor] = []
    let diffusion = Diffusion()
    _ = HeunSampling(steps: 4).run(from: fixture.tensor("noise"), observe: { way.append($0) }) { x, sigma in
      diffusion.denoised(x, noise: sigma, by: network, in: .float32)
    }
    #expect(way.count == 5)
    for (step, x) in way.enumerated() {
      expectClose(x.floats, fixture.tensor("sample.\(step)").floats, relative: 1e-4, "step \(step)")
    }
  }

  /// Where the data are some points, the best denoiser is known, and NumPy walks the same way without any network.
  @Test func heunsWayToPointsIsNumPys() {
    let points = fixture.tensor("points")
    var sampling = HeunSampling(steps: 6)
    (sampling.largestNoise, sampling.smallestNoise) = (20, 0.01)
    expectClose(
      sampling.levels, fixture.doubles("points.levels").map(Float.init), relative: 1e-6, "levels")
    var way: [Float] = []
    _ = sampling.run(from: fixture.tensor("points.start"), observe: { way += $0.floats }) { x, sigma in
      let squares = points.rowProducts(with: points)
      let logits = (x.similarities(to: points) * 2).adding(columns: -squares) / (2 * sigma * sigma)
      return logits.softmax().matrixProduct(with: points)
    }
    expectClose(way, fixture.doubles("points.way").map(Float.init), relative: 1e-5, "way")
  }

  /// Each image's end is a point of the data: what Heun's method is for.
  @Test func theWayEndsAtTheData() {
    let points = fixture.tensor("points")
    let end = HeunSampling(steps: 12).run(from: randomTensor([20, 12])) { x, sigma in
      let squares = points.rowProducts(with: points)
      let logits = (x.similarities(to: points) * 2).adding(columns: -squares) / (2 * sigma * sigma)
      return logits.softmax().matrixProduct(with: points)
    }
    for row in 0..<20 {
      let distances = (0..<points.shape[0]).map { point in
        let gap = end.rows(row..<row + 1) - points.rows(point..<point + 1)
        return (gap * gap).sum().item
      }
      #expect(distances.min()! < 1e-4, "\(distances)")
    }
  }

  /// D(x; σ) is x where there is no noise and the data's mean where there is nothing else (c_skip → 1 and → 0).
  @Test func littleNoiseIsKeptAndMuchIsIgnored() {
    let (little, much) = (Diffusion().preconditioning(1e-3), Diffusion().preconditioning(1e3))
    #expect(abs(little.skip - 1) < 1e-5 && little.output < 2e-3)
    #expect(much.skip < 1e-6 && abs(much.output - 0.5) < 1e-3)
    // c_in makes the network's input of deviation one: √(σ² + data²) c_in = 1.
    for noise: Float in [0.01, 0.3, 7] {
      #expect(abs(Diffusion().preconditioning(noise).input * (noise * noise + 0.25).squareRoot() - 1) < 1e-6)
    }
  }

  @Test func noiseIsAFunctionOfTheImageAlone() {
    func noise(_ indices: [Int], seed: UInt64 = 0, epoch: Int = 0) -> ImageNoise {
      ImageNoise(seed: seed, stream: "test", epoch: epoch, indices: indices, height: 16, width: 16)
    }
    let all = noise([3, 1, 7])
    for (place, index) in [3, 1, 7].enumerated() {
      let alone = noise([index])
      #expect(alone.extra == [all.extra[place]])
      #expect(alone.normal.floats == all.normal.rows(place..<place + 1).floats)
    }
    #expect(noise([3], seed: 1).normal.floats != noise([3]).normal.floats)
    #expect(noise([3], epoch: 1).normal.floats != noise([3]).normal.floats)
    let many = noise(Array(0..<40)).normal.floats
    let mean = many.reduce(0, +) / Float(many.count)
    let variance = many.reduce(0) { $0 + $1 * $1 } / Float(many.count)
    // 30,720 numbers: both within five standard errors.
    #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.041)
  }

  @Test func bytesAreTheNearest() {
    let x = Tensor([-1, 1, 0, -7, 7, 0.0039, -0.0039, 1 / 127.5], shape: [8])
    #expect(GeneratorSession.bytes(of: x) == [0, 255, 128, 0, 255, 128, 127, 129])
  }
}
