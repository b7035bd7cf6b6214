import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// The U-Net against the same in PyTorch: `Tests/Fixtures/generate_fixtures.py`.
@Suite struct UNetTests {
  private func network(_ configuration: UNet.Configuration) -> UNet {
    var random = Random(seed: 0, stream: "weights")
    return UNet(configuration, using: &random)
  }

  private let small = UNet.Configuration(width: 16, multipliers: [1, 2], attentionFrom: 1, heads: 2)

  @Test func wavesArePyTorchs() throws {
    let fixture = try Fixture("generator_parts")
    let waves = NoiseEmbedding.waves(of: fixture.tensor("levels").floats, count: 8)
    #expect(waves.shape == fixture.shape("waves"))
    expectClose(waves.floats, fixture.tensor("waves").floats, relative: 1e-6)
  }

  @Test func everyParameterHasItsPlaceInPyTorch() throws {
    let fixture = try Fixture("diffusion")
    let network = network(UNet.Configuration(width: 4, multipliers: [1, 2], attentionFrom: 1))
    let names = Set(network.namedParameters.map(\.name))
    #expect(names == Set(fixture.tensors(under: "state.").keys))
    for (name, parameter) in network.namedParameters {
      #expect(parameter.shape == fixture.shape("state." + name), "\(name)")
    }
  }

  /// Nothing is added to zero until something is learned.
  @Test func answersZeroAtFirst() {
    let network = network(small)
    let answer = network(randomTensor([3, 8, 8, 3]), levels: [-1, 0, 1])
    #expect(answer.shape == [3, 8, 8, 3] && answer.dataType == .float32)
    #expect(answer.floats.allSatisfy { $0 == 0 })
  }

  @Test func theMiddlesFeaturesAreThoseOfAnEncoder() {
    let (network, images) = (network(small), randomTensor([3, 8, 8, 3]))
    #expect(network.featureCount == 32 && network.featureMap(of: images).shape == [3, 4, 4, 32])
    let features = network(images)
    #expect(features.shape == [3, 32] && features.dataType == .float32)
    // Blocks that start as their shortcuts hand the images on: each has features of its own.
    let (first, second) = (features.rows(0..<1).floats, features.rows(1..<2).floats)
    #expect(first != second && first.contains { $0 != 0 })
  }

  @Test func everyPartLearns() {
    let network = network(small)
    var random = Random(seed: 1, stream: "weights")
    for parameter in network.parameters {
      parameter.update { value in
        value.withMutableFloats { for i in $0.indices { $0[i] += 0.1 * random.normal() } }
      }
    }
    let (images, upstream) = (randomTensor([2, 8, 8, 3]), randomTensor([2, 8, 8, 3], seed: 1))
    func gradients(_ dataType: DataType) -> [(String, [Float])] {
      let (_, gradients) = withGradients(of: network.parameters) {
        Loss((network(images.converted(to: dataType), levels: [-0.5, 0.5]) * upstream).sum())
      }
      return network.namedParameters.map { ($0.name, gradients[$0.parameter]?.floats ?? []) }
    }
    let exact = gradients(.float32)
    for (name, gradient) in exact { #expect(gradient.contains { $0 != 0 }, "\(name) learns nothing") }
    // All of them as one vector: single ones may be small differences of large numbers.
    let rounded = gradients(.bfloat16).flatMap(\.1)
    let all = exact.flatMap(\.1)
    let error = zip(rounded, all).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    #expect(error < 0.05 * norm(all), "bfloat16 is off by \(error / norm(all))")
  }

  @Test func levelsMatterAndAreTakenImageByImage() {
    let network = network(small)
    var random = Random(seed: 1, stream: "weights")
    for parameter in network.parameters {
      parameter.update { value in
        value.withMutableFloats { for i in $0.indices { $0[i] += 0.1 * random.normal() } }
      }
    }
    let image = randomTensor([1, 8, 8, 3])
    let together = network(Tensor.stacked([image, image]), levels: [-1, 1]).floats
    // Not to the last bit: products of one row and of two round differently.
    expectClose(network(image, levels: [-1]).floats, Array(together[..<192]), relative: 1e-5)
    expectClose(network(image, levels: [1]).floats, Array(together[192...]), relative: 1e-5)
    #expect(Array(together[..<192]) != Array(together[192...]))
  }
}
