import NeuralNetworks
import TestSupport
import Testing

@testable import Pretraining
@testable import Tensors

@Suite struct PartsTests {
  var random = Random(seed: 0, stream: "weights")

  @Test mutating func theQueueKeepsTheNewestKeysWhateverTheirNumber() {
    for count in [1, 3, 4, 7, 10] {
      let queue = NegativeQueue(count: 10, dimension: 2, using: &random)
      var expected: [Float] = []
      var next: Float = 0
      for _ in 0..<12 {
        let keys = Tensor((1...count).flatMap { [next + Float($0), -next - Float($0)] }, shape: [count, 2])
        next += Float(count)
        queue.enqueue(keys)
        expected = Array((expected + keys.floats).suffix(20))
      }
      let held = queue.keys.floats
      #expect(
        stride(from: 0, to: 20, by: 2).map { held[$0] }.sorted()
          == stride(from: 0, to: expected.count, by: 2).map { expected[$0] }.sorted())
      #expect(queue.namedState.map(\.name) == ["stored", "position"])
    }
  }

  @Test mutating func aQueueStartsWithUnitVectors() {
    let queue = NegativeQueue(count: 50, dimension: 8, using: &random)
    for row in 0..<50 { #expect(abs(norm(queue.keys.rows(row..<row + 1).floats) - 1) < 1e-5) }
    #expect(queue.parameters.isEmpty)
  }

  @Test mutating func aMomentumCopyFollowsByItsEquation() {
    let online = Sequential(Linear(3, 4, using: &random), Linear(4, 2, using: &random))
    let twin = Sequential(Linear(3, 4, using: &random), Linear(4, 2, using: &random))
    let copy = MomentumCopy(of: online, as: twin)
    let before = copy.network.parameters.map { $0.constant.floats }
    #expect(before == online.parameters.map { $0.constant.floats })
    for parameter in online.parameters { parameter.update { $0 = 3 * $0 } }
    copy.follow(momentum: 0.75)
    for (old, parameter) in zip(before, copy.network.parameters) {
      expectClose(parameter.constant.floats, old.map { 0.75 * $0 + 0.25 * 3 * $0 }, relative: 1e-6)
    }
  }

  @Test mutating func aMomentumCopyIsStateButIsNeverTrained() {
    final class Owner: Module {
      let online: Linear
      let momentum: MomentumCopy<Linear>
      init(using random: inout Random) {
        online = Linear(3, 2, using: &random)
        momentum = MomentumCopy(of: online, as: Linear(3, 2, using: &random))
      }
    }
    let owner = Owner(using: &random)
    #expect(owner.namedParameters.map(\.name) == ["online.weight", "online.bias"])
    #expect(
      owner.namedState.map(\.name) == [
        "online.weight", "online.bias", "momentum.network.weight", "momentum.network.bias",
      ])
  }
}
