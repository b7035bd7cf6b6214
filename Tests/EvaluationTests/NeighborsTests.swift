import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite struct NeighborsTests {
  /// Every cosine, sorted: what the blocked search must find.
  private func bruteForce(_ queries: Tensor, _ bank: Tensor, count: Int) -> [[Int]] {
    let (q, b) = (NormalizedRows(queries).values.floats, NormalizedRows(bank).values.floats)
    let d = bank.shape[1]
    return (0..<queries.shape[0]).map { query in
      let similarities = (0..<bank.shape[0]).map { row in
        (0..<d).reduce(0.0) { $0 + Double(q[query * d + $1]) * Double(b[row * d + $1]) }
      }
      return similarities.indices.sorted { (-similarities[$0], $0) < (-similarities[$1], $1) }.prefix(count)
        .map { $0 }
    }
  }

  @Test(arguments: [
    (1, 1, 1, 1), (5, 30, 4, 7), (130, 1_025, 8, 200), (129, 3_000, 17, 20), (3, 2_048, 5, 300),
  ])
  func agreesWithBruteForce(queries: Int, bank: Int, dimension: Int, k: Int) {
    let q = randomTensor([queries, dimension], seed: 1)
    let b = randomTensor([bank, dimension], seed: 2)
    let found = Neighbors(of: NormalizedRows(q), in: NormalizedRows(b), count: k)
    let expected = bruteForce(q, b, count: k)
    #expect(found.perQuery == k)
    for query in 0..<queries {
      #expect(Array(found.indices[query * k..<(query + 1) * k]) == expected[query], "query \(query)")
    }
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let (q, b) = (NormalizedRows(randomTensor([700, 9])), NormalizedRows(randomTensor([2_500, 9], seed: 1)))
    let several = Neighbors(of: q, in: b, count: 30)
    try onOneWorker {
      let one = Neighbors(of: q, in: b, count: 30)
      #expect(one.indices == several.indices && one.similarities == several.similarities)
    }
  }

  @Test func aBankSmallerThanKIsTakenWhole() {
    let bank = randomTensor([3, 4])
    let found = Neighbors(of: NormalizedRows(bank), in: NormalizedRows(bank), count: 200)
    #expect(found.perQuery == 3)
    #expect(stride(from: 0, to: 9, by: 3).map { found.indices[$0] } == [0, 1, 2])
  }

  @Test func equalSimilaritiesGoToTheEarlierRow() {
    let row: [Float] = [1, 0, 0, 0]
    let bank = Tensor((0..<1_500).flatMap { _ in row }, shape: [1_500, 4])
    let found = Neighbors(
      of: NormalizedRows(Tensor(row, shape: [1, 4])), in: NormalizedRows(bank), count: 10)
    #expect(found.indices == Array(0..<10))
  }

  @Test func zeroRowsAreSimilarToNothing() {
    let bank = Tensor([0, 0, 1, 1, -1, 0], shape: [3, 2])
    let found = Neighbors(
      of: NormalizedRows(Tensor([1, 0], shape: [1, 2])), in: NormalizedRows(bank), count: 3)
    #expect(found.indices == [1, 0, 2])
    expectClose(found.similarities, [Float(0.5).squareRoot(), 0, -1])
    let ofZero = Neighbors(
      of: NormalizedRows(Tensor([0, 0], shape: [1, 2])), in: NormalizedRows(bank), count: 3)
    #expect(ofZero.indices == [0, 1, 2])
    #expect(ofZero.similarities == [0, 0, 0])
  }

  @Test func keysOrderAsTheirNumbers() {
    let numbers: [Float] = [-1, -0.5, -.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude, 0.25, 1]
    let keys = numbers.map { TopSelection.Key($0, index: 3) }
    #expect(keys == keys.sorted())
    #expect(keys.map(\.similarity) == numbers)
    #expect(TopSelection.Key(-0.0, index: 1) == TopSelection.Key(0.0, index: 1))
    #expect(TopSelection.Key(0.5, index: 1) > TopSelection.Key(0.5, index: 2))
    #expect(TopSelection.Key(0.5, index: 70_000).index == 70_000)
  }

  @Test func selectionKeepsTheLargestOfAnyStream() {
    withEvery("seed", in: 0..<20) { seed in
      var random = Random(seed: UInt64(seed), stream: "selection")
      let count = 1 + random.integer(below: 50)
      var selection = TopSelection(count: count, room: 64)
      var all: [(Float, Int)] = []
      for _ in 0..<1 + random.integer(below: 30) {
        let values = (0..<1 + random.integer(below: 64)).map { _ in Float(random.integer(below: 40)) / 40 }
        selection.offer(values, count: values.count, firstIndex: all.count)
        all += values.enumerated().map { ($1, all.count + $0) }
      }
      let expected = all.sorted { (-$0.0, $0.1) < (-$1.0, $1.1) }.prefix(count).map(\.1)
      #expect(selection.sorted().map(\.index) == expected, "seed \(seed)")
    }
  }
}

/// Calls `body` where the pool has one worker, without changing the pool that other tests use.
func onOneWorker(_ body: () throws -> Void) throws {
  var failure: (any Error)?
  WorkerPool.run { worker, _ in
    guard worker == 0 else { return }
    do { try body() } catch { failure = error }
  }
  if let failure { throw failure }
}
