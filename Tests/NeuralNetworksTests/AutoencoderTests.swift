import TestSupport
import Testing

@testable import NeuralNetworks
@testable import Tensors

/// The autoencoder against the same in PyTorch: `Tests/Fixtures/generate_fixtures.py`.
@Suite struct AutoencoderTests {
  private func network(width: Int = 4) -> Autoencoder {
    var random = Random(seed: 0, stream: "weights")
    return Autoencoder(width: width, using: &random)
  }

  @Test func tenStepsOfRestoringAreThoseOfPyTorch() throws {
    let fixture = try Fixture("autoencoder")
    let network = network()
    for (name, state) in network.namedState { state.restore(fixture.tensor("state." + name)) }
    let (images, noisy) = (fixture.tensor("images"), Parameter(fixture.tensor("noisy")))
    let optimizer = Optimizer(.adam(learningRate: 1e-3), for: network)
    var losses: [Float] = []
    for step in 0..<10 {
      var output: Tensor?
      let (loss, gradients) = withGradients(of: network.parameters + [noisy]) {
        output = network.reconstruction(of: noisy.value)
        let difference = output! - images
        return Loss((difference * difference).mean())
      }
      losses.append(loss.total.item)
      if step == 0 {
        expectClose(output!.floats, fixture.tensor("output").floats, relative: 1e-5, "reconstruction")
        expectClose(
          gradients[noisy]!.floats, fixture.tensor("gradient.noisy").floats, relative: 1e-4, "noisy images")
        for (name, parameter) in network.namedParameters {
          expectClose(
            gradients[parameter]!.floats, fixture.tensor("gradient." + name).floats, relative: 1e-4, name)
        }
        for (name, state) in network.namedState where name.contains("running") {
          expectClose(state.value.floats, fixture.tensor("after." + name).floats, relative: 1e-5, name)
        }
        let (restored, features) = inference { (network.reconstruction(of: images), network(images)) }
        expectClose(restored.floats, fixture.tensor("inference.output").floats, relative: 1e-5, "inference")
        expectClose(features.floats, fixture.tensor("inference.features").floats, relative: 1e-5, "features")
      }
      optimizer.update(network.parameters, with: gradients, learningRate: 1e-3)
    }
    expectClose(losses, fixture.doubles("losses").map(Float.init), relative: 1e-4, "losses of ten steps")
  }

  /// The released network has 335,747 parameters, of which 448 are biases that a batch norm takes out again and 896 are
  /// running statistics.
  @Test func hasTheReleasedNetworksSize() {
    let network = network(width: 32)
    let trained = network.parameters.reduce(0) { $0 + $1.shape.count }
    let statistics = network.namedState.filter { $0.name.contains("running") }
    #expect(trained + 448 + statistics.reduce(0) { $0 + $1.state.value.count } == 335_747)
    #expect(network.featureCount == 128)
    #expect(network.featureMap(of: randomTensor([1, 32, 32, 3])).shape == [1, 4, 4, 128])
  }

  @Test func bfloat16RestoresNearlyTheSame() {
    let (network, images) = (network(width: 8), randomTensor([4, 16, 16, 3], scale: 0.3))
    let exact = inference { network.reconstruction(of: images) }
    let rounded = inference { network.reconstruction(of: images.converted(to: .bfloat16)) }
    #expect(rounded.dataType == .float32 && rounded.shape == images.shape)
    expectClose(rounded.floats, exact.floats, relative: 0.05)
  }
}
