import NeuralNetworks
import Pretraining
import TestSupport
import Testing

@testable import SwAVPaper
@testable import Tensors

/// Ten steps of SwAV on features beside the same in PyTorch: head and prototypes, frozen first; codes, with the queue
/// later; LARC. `Tests/Fixtures/generate_fixtures.py` says how they were made.
@Suite struct SwAVTenStepsTests {
  private func method() -> SwAV {
    var hyperparameters = SwAV.Hyperparameters()
    (hyperparameters.prototypeCount, hyperparameters.hiddenDimension) = (5, 12)
    (hyperparameters.embeddingDimension, hyperparameters.smallCount) = (8, 2)
    (hyperparameters.queueLength, hyperparameters.queueStartEpoch) = (12, 2)
    hyperparameters.frozenEpochs = 1
    var random = Random(seed: 0, stream: "weights")
    return SwAV(.resNet18(width: 2), hyperparameters, using: &random)
  }

  @Test func lossesAndWeightsAgree() throws {
    let fixture = try Fixture("swav")
    let method = method()
    let named = method.network.head.namedParameters + [("prototypes", method.prototypes.weight)]
    for (name, parameter) in named {
      parameter.update { $0 = fixture.tensor("state." + name) }
    }
    let optimizer = Optimizer(
      .larc(learningRate: 1, momentum: 0.9, weightDecay: 1e-3, trust: 0.02), for: method)
    var losses: [Float] = []
    for step in 0..<10 {
      let progress = TrainingProgress(step: step, steps: 10, epoch: step / 2, epochs: 5)
      let crops = (0..<4).map {
        fixture.tensor("crop.\($0)").rows(step..<step + 1).reshaped(to: [6, 16])
      }
      let trained = method.trainableParameters(at: progress).filter { parameter in
        named.contains { $0.1 === parameter }
      }
      let (loss, gradients) = withGradients(of: trained) {
        method.loss(of: Tensor.stacked(crops), imageCount: 6, at: progress)
      }
      optimizer.update(trained, with: gradients, learningRate: 0.02 * Float(10 - step))
      method.didUpdate(at: progress)
      losses.append(loss.total.item)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 2e-5, "losses")
    for (name, parameter) in named {
      expectClose(
        parameter.constant.floats, fixture.tensor("after." + name).floats, relative: 2e-4, name)
    }
  }
}
