import TestSupport
import Testing

@testable import Tensors

/// Products of corresponding matrices of two lists.
@Suite struct MatrixProductsTests {
  /// Whole numbers, so that sums are exact in any order.
  private func whole(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = Random(seed: seed, stream: "whole numbers")
    return Tensor(shape: shape) { Float(random.integer(below: 9)) - 4 }
  }

  @Test(arguments: [(1, 1, 1, 1), (3, 4, 5, 2), (40, 9, 17, 9), (5, 33, 16, 64)])
  func productsAreThoseOfTheLoops(count: Int, rows: Int, inner: Int, columns: Int) {
    let (a, b) = (
      whole([count, rows, inner], seed: 1), whole([count, inner, columns], seed: 2)
    )
    let (x, y) = (a.floats, b.floats)
    var expected: [Float] = []
    for matrix in 0..<count {
      for row in 0..<rows {
        for column in 0..<columns {
          expected.append(
            (0..<inner).reduce(0) {
              $0 + x[(matrix * rows + row) * inner + $1] * y[(matrix * inner + $1) * columns + column]
            })
        }
      }
    }
    #expect(a.matrixProducts(with: b).floats == expected)
    #expect(a.matrixProducts(with: b).shape == [count, rows, columns])
    // The same with the second list's matrices transposed.
    let turned = Tensor(
      (0..<count).flatMap { matrix in
        (0..<columns).flatMap { column in
          (0..<inner).map { y[(matrix * inner + $0) * columns + column] }
        }
      }, shape: [count, columns, inner])
    #expect(a.rowSimilarities(to: turned).floats == expected)
  }

  @Test func everyInputHasItsGradient() {
    let weights = randomTensor([3, 2, 5], seed: 9)
    expectGradients(shapes: [[3, 2, 4], [3, 4, 5]]) {
      ($0[0].value.matrixProducts(with: $0[1].value) * weights).sum()
    }
    expectGradients(shapes: [[3, 2, 4], [3, 5, 4]]) {
      ($0[0].value.rowSimilarities(to: $0[1].value) * weights).sum()
    }
    // A list with itself has the gradients of both places.
    let squares = randomTensor([3, 2, 2], seed: 10)
    expectGradients(shapes: [[3, 2, 4]]) {
      ($0[0].value.rowSimilarities(to: $0[0].value) * squares).sum()
    }
  }

  @Test func aConstantHasNoGradientAndIsNotRecorded() {
    let (constant, parameter) = (randomTensor([2, 3, 4]), Parameter(randomTensor([2, 3, 4], seed: 1)))
    #expect(!constant.rowSimilarities(to: constant).isRecorded)
    let (_, gradients) = withGradients(of: [parameter]) {
      Loss(constant.rowSimilarities(to: parameter.value).sum())
    }
    // d Σ aᵀb = the sum of the other list's rows.
    let values = constant.floats
    let expected = (0..<24).map { index -> Float in
      let first = index / 12 * 12 + index % 4
      return values[first] + values[first + 4] + values[first + 8]
    }
    expectClose(gradients[parameter]!.floats, expected, relative: 1e-6)
  }

  @Test func multiplyAddsAreCounted() async {
    await #expect(processExitsWith: .success) {
      let before = MultiplyAdds.total
      _ = Tensor(zeros: [3, 4, 5]).matrixProducts(with: Tensor(zeros: [3, 5, 6]))
      precondition(MultiplyAdds.total - before == 3 * 4 * 5 * 6)
    }
  }
}
