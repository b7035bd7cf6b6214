import CKernels
import Foundation
import Testing

/// Losses in double from their definitions, differentiated by central differences.
@Suite struct LossTests {
  private func gradient(_ x: [Double], _ loss: ([Double]) -> Double) -> [Double] {
    x.indices.map { index in
      var (up, down) = (x, x)
      up[index] += 1e-5
      down[index] -= 1e-5
      return (loss(up) - loss(down)) / 2e-5
    }
  }

  private func logSoftmax(_ x: [Double], _ factor: Double, without excluded: Set<Int> = []) -> [Double] {
    let kept = x.indices.filter { !excluded.contains($0) }
    let top = kept.map { x[$0] * factor }.max()!
    let lse = top + log(kept.reduce(0) { $0 + exp(x[$1] * factor - top) })
    return x.indices.map { excluded.contains($0) ? 0 : x[$0] * factor - lse }
  }

  private func consistency(_ a: [Double], _ b: [Double], _ factor: Double, without excluded: Set<Int> = [])
    -> Double
  {
    let la = logSoftmax(a, factor, without: excluded)
    let lb = logSoftmax(b, factor, without: excluded)
    return 0.5
      * a.indices.filter { !excluded.contains($0) }.reduce(0) {
        $0 + (exp(la[$1]) - exp(lb[$1])) * (la[$1] - lb[$1])
      }
  }

  private func infoNCE(_ positive: Double, _ negatives: [Double], _ factor: Double) -> Double {
    -logSoftmax([positive] + negatives, factor)[0]
  }

  private func unit(_ count: Int, _ seed: Int) -> [Float] {
    var noise = Noise(seed)
    return noise.floats(count)
  }

  @Test(arguments: [2, 10, 17, 70]) func crossEntropy(columns: Int) {
    let rows = 3
    let x = unit(rows * columns, columns)
    let labels: [Int32] = [0, Int32(columns - 1), Int32(columns / 2)]
    let excluded: [Int32] = [Int32(columns - 1), -1, 0]
    for exclude in [false, true] {
      var losses: [Double] = []
      var expected: [Double] = []
      for r in 0..<rows {
        let row = x[(r * columns)..<((r + 1) * columns)].map { Double($0) }
        let without: Set<Int> = exclude && excluded[r] >= 0 ? [Int(excluded[r])] : []
        let loss = { (row: [Double]) in -logSoftmax(row, 5, without: without)[Int(labels[r])] }
        losses.append(loss(row))
        expected += gradient(row, loss).map { 0.25 * $0 }
      }
      withEveryInstructionSet { _ in
        var found = [Float](repeating: 0, count: rows)
        var inPlace = x
        inPlace.withUnsafeMutableBufferPointer {
          rk_cross_entropy_rows(
            $0.baseAddress, labels, exclude ? excluded : nil, 5, 0.25, &found, $0.baseAddress, rows, columns)
        }
        expectClose(found, losses, tolerance: 1e-6, floor: 1, "loss")
        expectClose(inPlace, expected, tolerance: 3e-6, floor: 1, "gradient")
        var again = [Float](repeating: 0, count: rows)
        rk_cross_entropy_rows(x, labels, exclude ? excluded : nil, 5, 0.25, &again, nil, rows, columns)
        #expect(again == found)
      }
    }
  }

  @Test(arguments: [1, 16, 37, 200]) func infoNCEAndItsGradient(columns: Int) {
    let rows = 2
    let negatives = unit(rows * columns, columns)
    let positive = unit(rows, 1)
    let factor = 10.0
    var losses: [Double] = []
    var expected: [Double] = []
    var expectedPositive: [Double] = []
    for r in 0..<rows {
      let row = negatives[(r * columns)..<((r + 1) * columns)].map { Double($0) }
      losses.append(infoNCE(Double(positive[r]), row, factor))
      let all = gradient([Double(positive[r])] + row) { infoNCE($0[0], Array($0[1...]), factor) }
      expectedPositive.append(0.5 * all[0])
      expected += all[1...].map { 0.5 * $0 }
    }
    withEveryInstructionSet { _ in
      var found = [Float](repeating: 0, count: rows)
      var dPositive = found
      var dNegatives = negatives
      rk_info_nce_rows(positive, negatives, 10, 0.5, &found, &dPositive, &dNegatives, rows, columns)
      expectClose(found, losses, tolerance: 1e-6, floor: 1)
      expectClose(dPositive, expectedPositive, tolerance: 3e-6, floor: 1)
      expectClose(dNegatives, expected, tolerance: 3e-6, floor: 1)
    }
  }

  @Test(arguments: [3, 16, 37, 9000]) func consistencyAndItsGradients(columns: Int) {
    let rows = 2
    let a = unit(rows * columns, columns)
    let b = unit(rows * columns, columns + 1)
    let factor = 20.0
    for excluded in [nil, [0, Int32(columns - 1), 1, -1], [Int32(columns - 1), 1, 0, 1]] as [[Int32]?] {
      var losses: [Double] = []
      var expectedA: [Double] = []
      var expectedB: [Double] = []
      for r in 0..<rows {
        let x = a[(r * columns)..<((r + 1) * columns)].map { Double($0) }
        let y = b[(r * columns)..<((r + 1) * columns)].map { Double($0) }
        let without = Set((excluded?[(2 * r)..<(2 * r + 2)] ?? []).filter { $0 >= 0 }.map { Int($0) })
        losses.append(consistency(x, y, factor, without: without))
        if columns < 100 {
          expectedA += gradient(x) { consistency($0, y, factor, without: without) }
          expectedB += gradient(y) { consistency(x, $0, factor, without: without) }
        } else {
          let (la, lb) = (logSoftmax(x, factor, without: without), logSoftmax(y, factor, without: without))
          let d = x.indices.map { without.contains($0) ? 0 : la[$0] - lb[$0] }
          let q = x.indices.map { without.contains($0) ? 0 : exp(la[$0]) }
          let p = x.indices.map { without.contains($0) ? 0 : exp(lb[$0]) }
          let qd = zip(q, d).reduce(0) { $0 + $1.0 * $1.1 }
          let pd = zip(p, d).reduce(0) { $0 + $1.0 * $1.1 }
          expectedA += x.indices.map { 0.5 * factor * (q[$0] * (d[$0] - qd) + q[$0] - p[$0]) }
          expectedB += x.indices.map { 0.5 * factor * (p[$0] * (pd - d[$0]) + p[$0] - q[$0]) }
        }
      }
      withEveryInstructionSet { _ in
        var found = [Float](repeating: 0, count: rows)
        var da = [Float](repeating: 0, count: rows * columns)
        var db = b
        rk_consistency_rows(a, b, excluded, 20, 1, false, &found, &da, nil, rows, columns)
        expectClose(found, losses, tolerance: 3e-6, floor: 1, "loss")
        expectClose(da, expectedA, tolerance: 2e-5, floor: 1e-2, "a")
        db.withUnsafeMutableBufferPointer {
          rk_consistency_rows(
            a, $0.baseAddress, excluded, 20, 2, false, &found, nil, $0.baseAddress, rows, columns)
        }
        expectClose(db, expectedB.map { 2 * $0 }, tolerance: 2e-5, floor: 1e-2, "b")
        rk_consistency_rows(a, b, excluded, 20, 1, true, &found, &da, nil, rows, columns)
        expectClose(da, expectedA.map { 2 * $0 }, tolerance: 2e-5, floor: 1e-2, "accumulated")
      }
    }
  }

  @Test(arguments: [5, 64, 100, 8200]) func mocoWithConsistencyIsTheSumOfItsParts(columns: Int) {
    let rows = 2
    let qn = unit(rows * columns, columns)
    let pn = unit(rows * columns, columns + 1)
    let positive = unit(rows, 3)
    withEveryInstructionSet { _ in
      var instance = [Float](repeating: 0, count: rows)
      var consistency = instance
      var dPositive = instance
      var gradient = [Float](repeating: 0, count: rows * columns)
      rk_info_nce_rows(positive, qn, 10, 0.5, &instance, &dPositive, &gradient, rows, columns)
      rk_consistency_rows(qn, pn, nil, 25, 0.15, true, &consistency, &gradient, nil, rows, columns)
      var found = (instance: instance, consistency: consistency, dPositive: positive, gradient: qn)
      found.gradient.withUnsafeMutableBufferPointer { q in
        found.dPositive.withUnsafeMutableBufferPointer { p in
          rk_moco_consistency_rows(
            p.baseAddress, q.baseAddress, pn, 10, 25, 0.5, 0.15, &found.instance, &found.consistency,
            p.baseAddress,
            q.baseAddress, rows, columns)
        }
      }
      expectClose(found.instance, instance, tolerance: 1e-6)
      expectClose(found.consistency, consistency, tolerance: 1e-6)
      expectClose(found.dPositive, dPositive, tolerance: 1e-6)
      expectClose(found.gradient, gradient, tolerance: 2e-6)
    }
  }

  @Test func equalDistributionsAreConsistentExactly() {
    let a = unit(64, 9)
    var loss: [Float] = [1]
    var da = a
    rk_consistency_rows(a, a, nil, 20, 1, false, &loss, &da, nil, 1, 64)
    #expect(loss == [0] && da.allSatisfy { $0 == 0 })
  }
}
