import NeuralNetworks
import TestSupport
import Testing
import Vision

@testable import CO2Paper
@testable import Pretraining
@testable import Tensors

@Suite struct CO2Tests {
  let start = TrainingProgress(step: 0, steps: 10, epoch: 0, epochs: 1)

  func method(_ change: (inout CO2.Hyperparameters) -> Void = { _ in }, groups: Int = 2, seed: UInt64 = 0)
    -> CO2
  {
    var hyperparameters = CO2.Hyperparameters()
    hyperparameters.queueLength = 64
    hyperparameters.embeddingDimension = 16
    change(&hyperparameters)
    var random = Random(seed: seed, stream: "weights")
    return CO2(.resNet18(width: 4, normalizationGroups: groups), hyperparameters, side: 16, using: &random)
  }

  func batch(_ count: Int = 16, seed: UInt64 = 0) -> Batch { pairedViews(count, seed: seed) }

  func gradients(_ method: CO2, of term: String? = nil, over parameters: [Parameter]) -> [Bool] {
    let batch = batch()
    let (_, gradients) = withGradients(of: parameters) {
      guard let term else { return method.loss(of: batch, at: start) }
      let terms = method.terms(of: batch, at: start)
      return Loss(term == "instance" ? terms.instance : terms.consistency)
    }
    return parameters.map { parameter in gradients[parameter].map { $0.floats.contains { $0 != 0 } } ?? false
    }
  }

  @Test(arguments: ["instance", "consistency"])
  func eachTermReachesEveryOnlineParameter(term: String) {
    let method = method()
    let online = method.online.namedParameters
    // The last block's normalization starts at γ = 1, so nothing is cut off at initialization.
    for (name, reached) in zip(online.map(\.name), gradients(method, of: term, over: online.map(\.parameter)))
    {
      #expect(reached, "\(term) has no gradient in \(name)")
    }
  }

  @Test func theWholeLossTrainsExactlyTheOnlineNetwork() {
    let method = method()
    let (_, gradients) = withGradients(of: method.trainableParameters(at: start)) {
      method.loss(of: batch(), at: start)
    }
    for (name, parameter) in method.online.namedParameters { #expect(gradients[parameter] != nil, "\(name)") }
    for parameter in method.momentum.network.parameters { #expect(gradients[parameter] == nil) }
  }

  @Test func theMomentumNetworkIsNeverOfferedForTraining() {
    let method = method()
    let trainable = Set(method.trainableParameters(at: start).map(ObjectIdentifier.init))
    #expect(trainable == Set(method.online.parameters.map(ObjectIdentifier.init)))
    #expect(trainable.isDisjoint(with: method.momentum.network.parameters.map(ObjectIdentifier.init)))
  }

  @Test func weightZeroIsMoCoBitForBit() {
    let (co2, moco) = (method { $0.consistencyWeight = 0 }, method { $0.consistencyWeight = 0 })
    let batch = batch()
    let (first, firstGradients) = withGradients(of: co2.parameters) { co2.loss(of: batch, at: start) }
    let (second, secondGradients) = withGradients(of: moco.parameters) {
      let q = moco.online(batch.views[0].images).normalized()
      let p = moco.keys(of: batch.views[1].images, at: start)
      let n = moco.queue.keys
      return Loss(infoNCE(q.rowProducts(with: p), negatives: q.similarities(to: n), temperature: 0.1))
    }
    #expect(first.total.item == second.total.item)
    for (a, b) in zip(co2.parameters, moco.parameters) {
      #expect(firstGradients[a]?.floats == secondGradients[b]?.floats)
    }
  }

  @Test func theInstanceLossStartsNearItsBound() {
    // Before any training the positive is one of K + 1 keys like any other.
    let loss = method { $0.temperature = 1_000 }.loss(of: batch(), at: start)
    #expect(abs(loss.terms[0].value.item - 4.174) < 0.01)  // ln 65
  }

  @Test func keysEnterTheQueueAfterTheUpdate() {
    let method = method()
    let before = method.queue.keys.floats
    let loss = method.loss(of: batch(), at: start)
    #expect(loss.total.isFinite)
    #expect(method.queue.keys.floats == before)
    method.didUpdate(at: start)
    let after = method.queue.keys
    #expect(Array(after.floats.dropFirst(16 * 16)) == Array(before.dropFirst(16 * 16)))
    for row in 0..<16 { #expect(abs(norm(after.rows(row..<row + 1).floats) - 1) < 1e-5) }
  }

  @Test func momentumOneNeverMovesAndZeroCopies() {
    for (momentum, moves) in [(Float(1), false), (0, true)] {
      let method = method { $0.keyMomentum = momentum }
      let before = method.momentum.network.parameters.map { $0.constant.floats }
      for parameter in method.online.parameters { parameter.update { $0 = 2 * $0 } }
      method.didUpdate(at: start)
      let after = method.momentum.network.parameters.map { $0.constant.floats }
      #expect(after == (moves ? method.online.parameters.map { $0.constant.floats } : before))
    }
  }

  @Test func bothNetworksStartEqual() {
    let method = method()
    #expect(
      method.online.parameters.map { $0.constant.floats }
        == method.momentum.network.parameters.map { $0.constant.floats })
  }

  /// Unit vectors of what tells the rows apart: random heads give all of them one large part in common.
  func centred(_ x: Tensor) -> Tensor {
    let mean = Tensor(repeating: 1 / Float(x.shape[0]), shape: [1, x.shape[0]]).matrixProduct(with: x)
    return x.adding(columns: (-1 * mean).reshaped(to: [x.shape[1]])).normalized()
  }

  /// How much more alike a query is to the key of the image it was normalized with than to those of others: what shared
  /// batch statistics give away. Groups of two images make it plain: what is high in one is low in the other.
  func leak(shufflesKeys: Bool) -> Float {
    var total: Float = 0
    for seed in 0..<8 as Range<UInt64> {
      let method = method({ $0.shufflesKeys = shufflesKeys }, groups: 8, seed: seed)
      let batch = batch(16, seed: seed)
      let q = centred(method.online(batch.views[0].images))
      let similarities = q.similarities(to: centred(method.keys(of: batch.views[1].images, at: start))).floats
      var (own, other): ([Float], [Float]) = ([], [])
      for i in 0..<16 {
        for j in 0..<16 where i != j {
          if i / 2 == j / 2 {
            own.append(similarities[i * 16 + j])
          } else {
            other.append(similarities[i * 16 + j])
          }
        }
      }
      total += own.reduce(0, +) / Float(own.count) - other.reduce(0, +) / Float(other.count)
    }
    return total / 8
  }

  @Test func shufflingKeysClosesTheLeakThroughBatchStatistics() {
    let (open, closed) = (leak(shufflesKeys: false), leak(shufflesKeys: true))
    #expect(abs(open) > 0.05, "without shuffling group mates should stand out, but do by \(open) only")
    // Not zero: a key resembles its own query, which was normalized with its group mate's; that tells no pair.
    #expect(
      abs(closed) < 0.6 * abs(open), "with shuffling they still stand out by \(closed), without by \(open)")
  }

  @Test func shufflingIsUndone() {
    // In inference statistics are frozen, so the order in which images are encoded cannot matter.
    let method = method()
    let images = batch().views[1].images
    inference {
      let direct = method.momentum.network(images).normalized()
      expectClose(method.keys(of: images, at: start).floats, direct.floats, relative: 1e-5)
    }
  }
}
