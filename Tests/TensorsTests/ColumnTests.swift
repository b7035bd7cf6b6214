import TestSupport
import Testing

@testable import Tensors

/// What is computed of columns, and the numbers that are added to all elements.
@Suite struct ColumnTests {
  func weighted(_ x: Tensor) -> Tensor { (x * randomTensor(x.shape, seed: 99)).sum() }

  @Test func everyOneIsDifferentiated() {
    expectGradients(shapes: [[5, 3]]) { weighted($0[0].value.columnSums()) }
    expectGradients(shapes: [[5, 3]]) { weighted($0[0].value.columnMeans()) }
    expectGradients(shapes: [[5, 3]]) { weighted($0[0].value.centeredColumns()) }
    expectGradients(shapes: [[5, 3]]) { weighted($0[0].value.columnVariances()) }
    expectGradients(shapes: [[2, 3, 4]]) { weighted($0[0].value.columnVariances(correction: 0)) }
    expectGradients(shapes: [[4, 4]], draw: { $0.uniform(in: 0.5...2) }) {
      weighted($0[0].value.squareRoot())
    }
    expectGradients(shapes: [[5, 3]]) { weighted(($0[0].value.columnVariances() + 1e-4).squareRoot()) }
    // Squared, or the sign of a number taken away would not show in a gradient.
    for result in [{ $0 + 0.3 }, { 0.3 + $0 }, { $0 - 0.3 }, { 0.3 - $0 }] as [(Tensor) -> Tensor] {
      expectGradients(shapes: [[3, 4]]) {
        let y = result($0[0].value)
        return weighted(y * y)
      }
    }
  }

  @Test func everyOneIsThatOfPlainLoops() {
    let x = randomTensor([7, 5], seed: 3) + 100
    let values = x.floats.map(Double.init)
    var (sums, variances): ([Float], [Float]) = ([], [])
    for column in 0..<5 {
      let own = (0..<7).map { values[$0 * 5 + column] }
      let sum = own.reduce(0, +)
      sums.append(Float(sum))
      variances.append(Float(own.reduce(0) { $0 + ($1 - sum / 7) * ($1 - sum / 7) } / 6))
    }
    expectClose(x.columnSums().floats, sums)
    expectClose(x.columnMeans().floats, sums.map { $0 / 7 })
    // A hundred deviations from zero, where a variance by squares alone would be noise.
    expectClose(x.columnVariances().floats, variances, relative: 1e-4)
    expectClose(x.columnVariances(correction: 0).floats, variances.map { $0 * 6 / 7 }, relative: 1e-4)
    #expect(x.columnSums().shape == [5] && x.columnVariances().shape == [5])
    #expect(x.centeredColumns().columnMeans().floats.allSatisfy { abs($0) < 1e-4 })
  }

  @Test func numbersAreAddedAndTakenAway() {
    let x = Tensor([1, 4, 9], shape: [3])
    #expect(x.squareRoot().floats == [1, 2, 3])
    #expect((x + 2).floats == [3, 6, 11] && (2 + x).floats == [3, 6, 11])
    #expect((x - 2).floats == [-1, 2, 7] && (2 - x).floats == [1, -2, -7])
    #expect((x + 2).shape == [3] && !(x + 2).isRecorded)
    // More elements than one part of the pool's work has.
    let long = randomTensor([3, 30_000], seed: 1)
    #expect(zip((1 - long).floats, long.floats).allSatisfy { $0 == 1 - $1 })
  }

  @Test func noVarianceOfOneRow() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2], shape: [1, 2]).columnVariances() }
  }
}
