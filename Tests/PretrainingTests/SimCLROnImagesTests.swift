import NeuralNetworks
import TestSupport
import Testing

@testable import Pretraining
@testable import Tensors

/// SimCLR's whole step on images, both views in one batch norm, beside the same in PyTorch: what ten steps on vectors and a
/// supervised network do not show together. `Tests/Fixtures/generate_fixtures.py` says how the numbers were made.
@Suite struct SimCLROnImagesTests {
  @Test func gradientsStatisticsAndTenStepsAgree() throws {
    let (fixture, encoderFixture) = (try Fixture("simclr_resnet"), try Fixture("tiny_resnet"))
    var random = Random(seed: 0, stream: "weights")
    let encoder = ResNet(.resNet18(width: 4), using: &random)
    let head = Sequential.projectionHead(32, to: 8, using: &random)
    let network = EmbeddingNetwork(encoder, head: head)
    for (name, state) in encoder.namedState { state.restore(encoderFixture.tensor("state." + name)) }
    for (name, state) in head.namedState { state.restore(fixture.tensor("state." + name)) }
    let views = fixture.tensor("views")

    let optimizer = Optimizer(
      .sgd(learningRate: 0.005, momentum: 0.9, weightDecay: 5e-4), for: network)
    var losses: [Float] = []
    for step in 0..<10 {
      let (loss, gradients) = withGradients(of: network.parameters) {
        Loss(ntXent(network(views).normalized(), temperature: 0.5))
      }
      losses.append(loss.total.item)
      if step == 0 {
        expect(gradients, of: encoder, prefix: "", as: fixture)
        expect(gradients, of: head, prefix: "head.", as: fixture)
        for (name, state) in encoder.namedState where name.contains("running") {
          expectClose(state.value.floats, fixture.tensor("after." + name).floats, relative: 1e-5, name)
        }
      }
      optimizer.update(network.parameters, with: gradients, learningRate: 0.005)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 1e-5, "losses")
    #expect(losses[9] < losses[0] - 1)
  }

  /// Every gradient's norm, and those that the fixture holds element by element.
  private func expect(_ gradients: Gradients, of module: any Module, prefix: String, as fixture: Fixture) {
    let held = fixture.tensors(under: "gradient.")
    for (path, parameter) in module.namedParameters {
      let (name, found) = (prefix + path, gradients[parameter]!.floats)
      let norm = found.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let expected = fixture.scalar("norm." + name)
      #expect(abs(norm - expected) <= 1e-4 * expected, "the norm of \(name)'s gradient")
      if let golden = held[name] { expectClose(found, golden.floats, relative: 1e-4, name) }
    }
  }
}
