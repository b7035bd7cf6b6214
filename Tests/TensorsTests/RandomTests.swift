import TestSupport
import Testing

@testable import Tensors

@Suite struct RandomTests {
  /// The known answers that come with the Random123 library.
  @Test func philoxKnownAnswers() {
    #expect(Random.philox(.zero, .zero) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    #expect(
      Random.philox(.init(repeating: .max), .init(repeating: .max))
        == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
    #expect(
      Random.philox([0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], [0xA409_3822, 0x299F_31D0])
        == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
  }

  @Test func everyPartOfTheKeyMatters() {
    func first(_ seed: UInt64, _ stream: String, _ epoch: Int, _ index: Int, _ view: Int) -> UInt64 {
      var random = Random(seed: seed, stream: stream, epoch: epoch, index: index, view: view)
      return random.next()
    }
    let all = [
      first(0, "views", 0, 0, 0), first(1, "views", 0, 0, 0), first(0, "order", 0, 0, 0),
      first(0, "views", 1, 0, 0),
      first(0, "views", 0, 1, 0), first(0, "views", 0, 0, 1),
    ]
    #expect(Set(all).count == all.count)
    #expect(first(0, "views", 3, 5, 1) == first(0, "views", 3, 5, 1))
  }

  @Test func splittingDoesNotDependOnDraws() {
    var a = Random(seed: 4, stream: "weights")
    let before = a.split("queue")
    _ = a.next()
    var (x, y) = (before, a.split("queue"))
    #expect(x.next() == y.next())
  }

  @Test func moments() {
    var random = Random(seed: 1, stream: "moments")
    let normals = (0..<40_000).map { _ in Double(random.normal()) }
    let mean = normals.reduce(0, +) / 40_000
    let variance = normals.reduce(0) { $0 + $1 * $1 } / 40_000 - mean * mean
    #expect(abs(mean) < 0.02)  // four standard errors
    #expect(abs(variance - 1) < 0.03)
    let uniforms = (0..<40_000).map { _ in random.uniform() }
    #expect(uniforms.allSatisfy { (0..<1).contains($0) })
    #expect(abs(uniforms.reduce(0, +) / 40_000 - 0.5) < 0.006)
  }

  @Test func aPermutationHoldsEveryNumberOnce() {
    var random = Random(seed: 2, stream: "order")
    let order = random.permutation(1_000)
    #expect(order.sorted() == Array(0..<1_000))
    #expect(order != Array(0..<1_000))
  }

  @Test func wholeNumbersAreEvenlySpread() {
    var random = Random(seed: 3, stream: "dice")
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[random.integer(below: 6)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
  }
}
