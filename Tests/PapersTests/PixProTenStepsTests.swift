import NeuralNetworks
import Pretraining
import TestSupport
import Testing
import Vision

@testable import PixProPaper
@testable import Tensors

/// Ten steps of PixPro with its instance branch on given maps beside the same in PyTorch: heads, propagation, pairs, keys
/// that follow, LARS. `Tests/Fixtures/generate_fixtures.py` says how they were made.
@Suite struct PixProTenStepsTests {
  private func method() -> PixPro {
    var hyperparameters = PixPro.Hyperparameters()
    (hyperparameters.hiddenDimension, hyperparameters.embeddingDimension) = (12, 8)
    (hyperparameters.instanceWeight, hyperparameters.firstKeyMomentum) = (1, 0.9)
    var random = Random(seed: 0, stream: "weights")
    return PixPro(.resNet18(width: 2), hyperparameters, using: &random)
  }

  private func boxes(_ fixture: Fixture, view: Int, step: Int) -> [ViewBox] {
    let values = fixture.tensor("map_boxes.\(view)").rows(4 * step..<4 * step + 4).floats
    return stride(from: 0, to: values.count, by: 4).map {
      ViewBox(x0: values[$0], y0: values[$0 + 1], x1: values[$0 + 2], y1: values[$0 + 3])
    }
  }

  @Test func lossesWeightsAndKeysAgree() throws {
    let fixture = try Fixture("pixpro")
    let method = method()
    let trained = method.namedParameters.compactMap { name, parameter -> (String, Parameter)? in
      if name.contains("encoder") { return nil }
      return (
        name.replacing("online.", with: "").replacing("propagation.transform.0", with: "h"), parameter
      )
    }
    #expect(trained.count == 20)
    let keys = method.momentum.network.namedParameters.filter { !$0.name.hasPrefix("encoder") }
    for (name, parameter) in trained + keys.map({ ($0.name, $0.parameter) }) {
      parameter.update { $0 = fixture.tensor("state." + name) }
    }
    let optimizer = Optimizer(
      .lars(learningRate: 1, momentum: 0.9, weightDecay: 1e-3, trust: 0.02), for: method)
    var losses: [Float] = []
    for step in 0..<10 {
      let progress = TrainingProgress(step: step, steps: 10, epoch: step, epochs: 10)
      let maps = (0..<2).map {
        fixture.tensor("map.\($0)").rows(step..<step + 1).reshaped(to: [4, 3, 3, 16])
      }
      let parameters = trained.map(\.1)
      let (loss, gradients) = withGradients(of: parameters) {
        method.loss(
          ofMaps: maps, keyMaps: maps, boxes: (0..<2).map { boxes(fixture, view: $0, step: step) })
      }
      optimizer.update(parameters, with: gradients, learningRate: 0.05 * Float(10 - step))
      method.didUpdate(at: progress)
      losses.append(loss.total.item)
    }
    expectClose(losses, fixture.tensor("losses").floats, relative: 2e-5, "losses")
    for (name, parameter) in trained {
      expectClose(parameter.constant.floats, fixture.tensor("after." + name).floats, relative: 2e-4, name)
    }
    for (name, parameter) in keys {
      expectClose(parameter.constant.floats, fixture.tensor("after.key." + name).floats, relative: 2e-4, name)
    }
  }
}
