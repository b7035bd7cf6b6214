import NeuralNetworks
import TestSupport
import Testing

@testable import Pretraining
@testable import Tensors

/// Ten steps of BYOL on vectors beside the same in PyTorch. `Tests/Fixtures/generate_fixtures.py` says how they were made.
@Suite struct BYOLTenStepsTests {
  private func head(_ inputs: Int) -> Sequential {
    var random = Random(seed: 0, stream: "weights")
    return Sequential(
      Linear(inputs, 16, using: &random), BatchNormalization(16), ReLU(), Linear(16, 8, using: &random))
  }

  @Test func lossesAndNetworksAgree() throws {
    let fixture = try Fixture("byol")
    let (online, predictor) = (head(12), head(8))
    for (network, name) in [(online, "online"), (predictor, "predictor")] {
      for (path, parameter) in network.namedParameters {
        parameter.update { $0 = fixture.tensor("state.\(name).\(path)") }
      }
    }
    let target = MomentumCopy(of: online, as: head(12))
    let chain = Sequential(online, predictor)
    let optimizer = Optimizer(.sgd(learningRate: 0.1, momentum: 0.9), for: chain)
    let schedule = BYOLTests.method { $0.firstTargetMomentum = 0.9 }
    var losses: [Float] = []
    for step in 0..<10 {
      let views = (0..<2).map { fixture.tensor("view.\($0)").rows(step..<step + 1).reshaped(to: [8, 12]) }
      let (loss, gradients) = withGradients(of: chain.parameters) {
        Loss(
          normalizedRegression(chain(views[0]), to: target.network(views[1]))
            + normalizedRegression(chain(views[1]), to: target.network(views[0])))
      }
      optimizer.update(chain.parameters, with: gradients, learningRate: 0.1)
      target.follow(
        momentum: schedule.targetMomentum(
          at: TrainingProgress(step: step, steps: 10, epoch: 0, epochs: 1)))
      losses.append(loss.total.item)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 1e-5, "losses")
    #expect(losses[9] < losses[0] - 0.5)
    for (network, name) in [(online, "online"), (predictor, "predictor"), (target.network, "target")] {
      for (path, state) in network.namedState {
        expectClose(
          state.value.floats, fixture.tensor("after.\(name).\(path)").floats, relative: 1e-4,
          "\(name).\(path)")
      }
    }
  }
}
