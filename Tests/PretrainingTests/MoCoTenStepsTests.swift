import NeuralNetworks
import TestSupport
import Testing

@testable import Pretraining
@testable import Tensors

/// Ten steps of MoCo + CO2 on vectors beside the same ten steps in PyTorch: losses, and what is left in both networks and
/// the queue. `Tests/Fixtures/generate_fixtures.py` says how they were made.
@Suite struct MoCoTenStepsTests {
  @Test func lossesNetworksAndQueueAgree() throws {
    let fixture = try Fixture("moco_ten_steps")
    let parts = Parts(fixture)
    let parameters = parts.online.parameters
    let optimizer = Optimizer(
      .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4), for: parts.online)
    var losses: (total: [Float], instance: [Float], consistency: [Float]) = ([], [], [])
    for step in 0..<10 {
      func view(_ index: Int) -> Tensor {
        fixture.tensor("view.\(index)").rows(step..<step + 1).reshaped(to: [8, 12])
      }
      var keys: Tensor?
      let (loss, gradients) = withGradients(of: parameters) {
        let q = parts.online(view(0)).normalized()
        let p = parts.momentum.network(view(1)).normalized()
        keys = p
        let n = parts.queue.keys
        let (qn, pn) = (q.similarities(to: n), p.similarities(to: n))
        let instance = infoNCE(q.rowProducts(with: p), negatives: qn, temperature: 0.2)
        let consistency = symmetricDivergence(qn, pn, temperature: 0.05)
        return Loss(
          instance + 0.3 * consistency, terms: ["instance": instance, "consistency": consistency])
      }
      optimizer.update(parameters, with: gradients, learningRate: 0.1)
      parts.momentum.follow(momentum: 0.9)
      parts.queue.enqueue(keys!)
      losses.total.append(loss.total.item)
      losses.instance.append(loss.terms[0].value.item)
      losses.consistency.append(loss.terms[1].value.item)
    }
    expectClose(losses.total, fixture.tensor("losses.total").floats, relative: 1e-4, "total")
    expectClose(losses.instance, fixture.tensor("losses.instance").floats, relative: 1e-4, "instance")
    expectClose(
      losses.consistency, fixture.tensor("losses.consistency").floats, relative: 1e-4, "consistency")
    for (network, name) in [(parts.online, "online"), (parts.momentum.network, "momentum")] {
      for (path, parameter) in network.namedParameters {
        expectClose(
          parameter.constant.floats, fixture.tensor("after.\(name).\(path)").floats, relative: 1e-4, path)
      }
    }
    expectClose(parts.queue.keys.floats, fixture.tensor("after.queue").floats, relative: 1e-4, "queue")
  }

  private struct Parts {
    let online: Sequential
    let momentum: MomentumCopy<Sequential>
    let queue: NegativeQueue

    init(_ fixture: Fixture) {
      var random = Random(seed: 0, stream: "weights")
      func network() -> Sequential {
        Sequential(Linear(12, 16, using: &random), ReLU(), Linear(16, 8, using: &random))
      }
      online = network()
      for (name, state) in online.namedState { state.restore(fixture.tensor("state." + name)) }
      momentum = MomentumCopy(of: online, as: network())
      queue = NegativeQueue(count: 32, dimension: 8, using: &random)
      for (name, state) in queue.namedState where name == "stored" { state.restore(fixture.tensor("queue")) }
    }
  }
}
