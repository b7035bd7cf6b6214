import CKernels
import Testing

@Suite struct ResamplingTests {
  @Test(arguments: [1, 3, 8, 11, 16, 33]) func rowsBetweenRowsAndTheirGradients(columns: Int) {
    var noise = Noise(columns)
    let (lower, upper): ([Int32], [Int32]) = ([0, 1, 3, 3, 2], [1, 2, 3, 3, 3])
    let weights: [Float] = [0, 0.25, 0.5, 0, 0.75]
    // Multiples of four, so that all sums are exact.
    let x = noise.integers(4 * columns, limit: 8).map { 4 * $0 }
    let dy = noise.integers(5 * columns, limit: 8).map { 4 * $0 }
    var expected = [Float](repeating: 0, count: 5 * columns)
    var sums = [Float](repeating: 1, count: 4 * columns)
    for row in 0..<5 {
      for column in 0..<columns {
        let (a, b) = (Int(lower[row]) * columns + column, Int(upper[row]) * columns + column)
        expected[row * columns + column] = (1 - weights[row]) * x[a] + weights[row] * x[b]
        sums[a] += (1 - weights[row]) * dy[row * columns + column]
        sums[b] += weights[row] * dy[row * columns + column]
      }
    }
    withEveryInstructionSet { level in
      var y = [Float](repeating: 7, count: expected.count + 20)
      rk_resampled_rows(x, lower, upper, weights, &y, 5, columns)
      #expect(
        Array(y[..<expected.count]) == expected && y[expected.count...].allSatisfy { $0 == 7 },
        "\(level.name)")
      var dx = [Float](repeating: 1, count: sums.count + 20)
      rk_resampled_rows_gradient(dy, lower, upper, weights, &dx, 5, columns)
      #expect(Array(dx[..<sums.count]) == sums && dx[sums.count...].allSatisfy { $0 == 1 }, "\(level.name)")
    }
  }
}
