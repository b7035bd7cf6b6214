import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import Pretraining
@testable import RotNetPaper
@testable import Tensors

/// RotNet's network, its loss and ten steps of training beside the same in PyTorch; `Tests/Fixtures/generate_fixtures.py`
/// says how they were made.
@Suite struct RotNetPyTorchTests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)

  /// The network with PyTorch's weights, which have the names that PyTorch gives them.
  func method(_ fixture: Fixture) -> RotNet {
    var random = Random(seed: 0, stream: "weights")
    let method = RotNet(.init(blocks: 4, width: 6), RotNet.Hyperparameters(), using: &random)
    for (name, state) in method.network.namedState { state.restore(fixture.tensor("state." + name)) }
    for (name, state) in method.head.namedState { state.restore(fixture.tensor("state.head." + name)) }
    return method
  }

  /// Paths as PyTorch has them: `conv1.0.0.weight`, `head.weight`.
  func path(_ name: String) -> String { name.replacing("network.", with: "") }

  @Test(arguments: [true, false]) func oneStepAgrees(planned: Bool) throws {
    let fixture = try Fixture("rotnet")
    let (method, batch) = (method(fixture), RotNetOracle.batch(fixture.tensor("images")))
    PlannedExecution.$isEnabled.withValue(planned) {
      let (loss, gradients) = withGradients(of: method.parameters) { method.loss(of: batch, at: start) }
      expectClose([loss.total.item], [Float(fixture.scalar("loss"))], relative: 1e-5, "loss")
      for (name, parameter) in method.namedParameters {
        expectClose(
          gradients[parameter]!.floats, fixture.tensor("gradient." + path(name)).floats, relative: 2e-4, name)
      }
    }
    for (name, state) in method.namedState where name.contains("running") {
      expectClose(state.value.floats, fixture.tensor("after." + path(name)).floats, relative: 1e-5, name)
    }
    let logits = self.method(fixture).logits(Tensor.stacked(batch.views.map(\.images)))
    expectClose(logits.floats, fixture.tensor("logits").floats, relative: 1e-5, "logits")
  }

  @Test func tenStepsAgree() throws {
    let fixture = try Fixture("rotnet")
    let (method, images) = (method(fixture), fixture.tensor("images"))
    let optimizer = Optimizer(
      .sgd(learningRate: 0.02, momentum: 0.9, weightDecay: 5e-4, nesterov: true), for: method)
    var losses: [Float] = []
    for _ in 0..<10 {
      let (loss, gradients) = withGradients(of: method.parameters) {
        method.loss(of: RotNetOracle.batch(images), at: start)
      }
      optimizer.update(method.parameters, with: gradients, learningRate: 0.02)
      losses.append(loss.total.item)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 1e-3, "losses")
    #expect(losses[9] < losses[0] - 0.05, "\(losses)")
    inference {
      // Padding counts in the average of the second block: it is wrong at every edge otherwise.
      for block in 1...4 {
        expectClose(
          method.network.blockFeatures(of: images, block: block).floats,
          fixture.tensor("block.\(block)").floats, relative: 5e-3, "block \(block)")
      }
      expectClose(
        method.logits(images).floats, fixture.tensor("inference.logits").floats, relative: 5e-3, "logits")
    }
  }
}
