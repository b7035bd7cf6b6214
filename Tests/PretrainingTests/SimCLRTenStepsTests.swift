import NeuralNetworks
import TestSupport
import Testing

@testable import Pretraining
@testable import Tensors

/// NT-Xent, and ten steps of SimCLR on vectors, beside the same in PyTorch. `Tests/Fixtures/generate_fixtures.py` says how
/// they were made.
@Suite struct SimCLRTenStepsTests {
  @Test func theLossAndItsGradientsAgree() throws {
    let fixture = try Fixture("nt_xent")
    let (a, b) = (Parameter(fixture.tensor("a")), Parameter(fixture.tensor("b")))
    let (loss, gradients) = withGradients(of: [a, b]) {
      let z = Tensor.stacked([a.value, b.value]).normalized()
      return Loss(ntXent(z, temperature: Float(fixture.scalar("temperature"))))
    }
    expectClose([loss.total.item], [Float(fixture.scalar("loss"))], relative: 1e-6, "loss")
    expectClose(gradients[a]!.floats, fixture.tensor("gradient.a").floats, relative: 5e-6, "first views")
    expectClose(gradients[b]!.floats, fixture.tensor("gradient.b").floats, relative: 5e-6, "second views")
  }

  @Test func tenStepsAgree() throws {
    let fixture = try Fixture("simclr")
    var random = Random(seed: 0, stream: "weights")
    let network = Sequential(Linear(12, 16, using: &random), ReLU(), Linear(16, 8, using: &random))
    for (name, state) in network.namedState { state.restore(fixture.tensor("state." + name)) }
    let optimizer = Optimizer(.sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4), for: network)
    var losses: [Float] = []
    for step in 0..<10 {
      let views = (0..<2).map {
        fixture.tensor("view.\($0)").rows(step..<step + 1).reshaped(to: [8, 12])
      }
      let (loss, gradients) = withGradients(of: network.parameters) {
        Loss(ntXent(network(Tensor.stacked(views)).normalized(), temperature: 0.5))
      }
      optimizer.update(network.parameters, with: gradients, learningRate: 0.1)
      losses.append(loss.total.item)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 1e-5, "losses")
    #expect(losses[9] < losses[0] - 0.1)
    for (path, parameter) in network.namedParameters {
      expectClose(parameter.constant.floats, fixture.tensor("after.\(path)").floats, relative: 1e-4, path)
    }
  }
}
