import CKernels
import Foundation
import Testing

@Suite struct RowTests {
  static let shapes = [(1, 1), (3, 2), (4, 10), (2, 16), (3, 17), (2, 64), (2, 130), (1, 1000)]

  private static func rows(_ x: [Float], _ columns: Int) -> [[Double]] {
    stride(from: 0, to: x.count, by: columns).map { x[$0..<($0 + columns)].map { Double($0) } }
  }

  @Test(arguments: shapes) func arithmeticByRowsAndColumns(rows: Int, columns: Int) {
    var noise = Noise(rows)
    let x = noise.floats(rows * columns)
    let perRow = noise.floats(rows, in: 0.5...2)
    let perColumn = noise.floats(columns, in: 0.5...2)
    withEveryInstructionSet { _ in
      var y = x
      rk_add_columns(x, perColumn, &y, rows, columns)
      expectClose(y, x.indices.map { x[$0] + perColumn[$0 % columns] }, tolerance: 2e-7)
      rk_multiply_columns(x, perColumn, &y, rows, columns)
      expectClose(y, x.indices.map { x[$0] * perColumn[$0 % columns] }, tolerance: 2e-7)
      rk_divide_columns(x, perColumn, &y, rows, columns)
      expectClose(y, x.indices.map { x[$0] / perColumn[$0 % columns] }, tolerance: 2e-7)
      rk_multiply_rows(x, perRow, &y, rows, columns)
      expectClose(y, x.indices.map { x[$0] * perRow[$0 / columns] }, tolerance: 2e-7)
      rk_divide_rows(x, perRow, &y, rows, columns)
      expectClose(y, x.indices.map { x[$0] / perRow[$0 / columns] }, tolerance: 2e-7)
    }
  }

  @Test(arguments: shapes) func reductions(rows: Int, columns: Int) {
    var noise = Noise(rows)
    let x = noise.floats(rows * columns)
    let z = noise.floats(rows * columns)
    let (xs, zs) = (Self.rows(x, columns), Self.rows(z, columns))
    withEveryInstructionSet { _ in
      var out = [Float](repeating: 0, count: rows)
      rk_row_sums(x, &out, rows, columns)
      expectClose(out, xs.map { $0.reduce(0, +) }, tolerance: 1e-6, floor: 10)
      rk_row_maxima(x, &out, rows, columns)
      expectClose(out, xs.map { $0.max()! }, tolerance: 0)
      rk_row_dots(x, z, &out, rows, columns)
      expectClose(
        out, zip(xs, zs).map { zip($0, $1).reduce(0) { $0 + $1.0 * $1.1 } }, tolerance: 1e-6, floor: 10)
      rk_row_norms(x, &out, rows, columns)
      expectClose(out, xs.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }, tolerance: 1e-6)
      var indices = [Int32](repeating: 0, count: rows)
      rk_row_argmax(x, &indices, rows, columns)
      #expect(indices == xs.map { Int32($0.firstIndex(of: $0.max()!)!) })
      var sums = [Float](repeating: 1, count: columns)
      rk_column_sums(x, &sums, true, rows, columns)
      let expected = (0..<columns).map { c in xs.reduce(1) { $0 + $1[c] } }
      expectClose(sums, expected, tolerance: 1e-6)
      rk_column_sums(x, &sums, false, rows, columns)
      expectClose(sums, expected.map { $0 - 1 }, tolerance: 1e-6, floor: 1)
    }
  }

  @Test(arguments: shapes) func normalization(rows: Int, columns: Int) {
    var noise = Noise(rows)
    let x = noise.floats(rows * columns)
    let dy = noise.floats(rows * columns)
    var expected: [Double] = []
    var gradient: [Double] = []
    for (row, d) in zip(Self.rows(x, columns), Self.rows(dy, columns)) {
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let y = row.map { $0 / norm }
      let along = zip(y, d).reduce(0) { $0 + $1.0 * $1.1 }
      expected += y
      gradient += zip(y, d).map { ($1 - $0 * along) / norm }
    }
    withEveryInstructionSet { _ in
      var y = x
      var norms = [Float](repeating: 0, count: rows)
      y.withUnsafeMutableBufferPointer {
        rk_normalize_rows($0.baseAddress, $0.baseAddress, &norms, 1e-12, rows, columns)
      }
      expectClose(y, expected, tolerance: 1e-6)
      var dx = dy
      rk_normalize_rows_gradient(dy, y, norms, &dx, rows, columns)
      expectClose(dx, gradient, tolerance: 2e-6, floor: 1)
      var zero = [Float](repeating: 0, count: columns)
      rk_normalize_rows([Float](repeating: 0, count: columns), &zero, nil, 1e-12, 1, columns)
      #expect(zero.allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: shapes, [Float(1), 14, -2]) func softmaxFamily(_ shape: (Int, Int), factor: Float) {
    let (rows, columns) = shape
    var noise = Noise(rows)
    let x = noise.floats(rows * columns, in: -3...3)
    let dy = noise.floats(rows * columns)
    var expected: (lse: [Double], p: [Double], logP: [Double], dp: [Double], dLogP: [Double]) = (
      [], [], [], [], []
    )
    for (row, d) in zip(Self.rows(x, columns), Self.rows(dy, columns)) {
      let logits = row.map { $0 * Double(factor) }
      let top = logits.max()!
      let lse = top + log(logits.reduce(0) { $0 + exp($1 - top) })
      let p = logits.map { exp($0 - lse) }
      let mean = zip(p, d).reduce(0) { $0 + $1.0 * $1.1 }
      let sum = d.reduce(0, +)
      expected.lse.append(lse)
      expected.p += p
      expected.logP += logits.map { $0 - lse }
      expected.dp += zip(p, d).map { Double(factor) * $0 * ($1 - mean) }
      expected.dLogP += zip(p, d).map { Double(factor) * ($1 - $0 * sum) }
    }
    withEveryInstructionSet { _ in
      var lse = [Float](repeating: 0, count: rows)
      rk_log_sum_exp_rows(x, factor, &lse, rows, columns)
      expectClose(lse, expected.lse, tolerance: 1e-6)
      var p = x
      rk_softmax_rows(x, factor, &p, rows, columns)
      expectClose(p, expected.p, tolerance: 4e-6)
      var logP = x
      rk_log_softmax_rows(x, factor, &logP, rows, columns)
      expectClose(logP, expected.logP, tolerance: 1e-6)
      var dx = x
      rk_softmax_rows_gradient(dy, p, factor, &dx, rows, columns)
      expectClose(dx, expected.dp, tolerance: 1e-5, floor: 1)
      rk_log_softmax_rows_gradient(dy, logP, factor, &dx, rows, columns)
      expectClose(dx, expected.dLogP, tolerance: 2e-5, floor: 1)
    }
  }

  @Test(arguments: shapes, [Float(1), 20]) func logSumExpOfColumns(_ shape: (Int, Int), factor: Float) {
    let (rows, columns) = shape
    var noise = Noise(rows)
    let stride = columns + 3
    let x = noise.floats(rows * stride, in: -9...9)
    let expected = (0..<columns).map { c in
      let logits = (0..<rows).map { Double(x[$0 * stride + c]) * Double(factor) }
      return logits.max()! + log(logits.reduce(0) { $0 + exp($1 - logits.max()!) })
    }
    withEveryInstructionSet { _ in
      var out = [Float](repeating: 0, count: columns + 1)
      out[columns] = 7
      rk_log_sum_exp_columns(x, stride, factor, &out, rows, columns)
      expectClose(Array(out[..<columns]), expected, tolerance: 1e-6)
      #expect(out[columns] == 7, "wrote beyond the last column")
    }
  }

  @Test func hugeAndMissingValues() {
    withEveryInstructionSet { level in
      var y = [Float](repeating: 0, count: 20)
      rk_softmax_rows([Float](repeating: 3e38, count: 20), 1, &y, 1, 20)
      #expect(y.allSatisfy { abs($0 - 0.05) < 1e-6 }, "\(level.name)")
      var x = [Float](repeating: 0, count: 20)
      x[13] = .nan
      rk_softmax_rows(x, 1, &y, 1, 20)
      #expect(y.allSatisfy { $0.isNaN }, "\(level.name)")
    }
  }

  @Test(arguments: [(1, 1, 1), (2, 16, 16), (3, 9, 33), (2, 4, 512)])
  func globalAverage(images: Int, positions: Int, channels: Int) {
    var noise = Noise(images)
    let x = noise.floats(images * positions * channels).map { float(bf16($0)) }
    let dy = noise.floats(images * channels)
    let expected = (0..<(images * channels)).map { index in
      (0..<positions).reduce(0.0) { sum, p in
        sum + Double(x[((index / channels) * positions + p) * channels + index % channels])
      } / Double(positions)
    }
    let spread = x.indices.map {
      dy[$0 / (positions * channels) * channels + $0 % channels] / Float(positions)
    }
    withEveryInstructionSet { _ in
      var y = [Float](repeating: 0, count: images * channels)
      rk_global_average_f32(x, &y, images, positions, channels)
      expectClose(y, expected, tolerance: 1e-6)
      rk_global_average_bf16(bf16(x), &y, images, positions, channels)
      expectClose(y, expected, tolerance: 1e-6)
      var dx = x
      rk_global_average_gradient_f32(dy, &dx, images, positions, channels)
      expectClose(dx, spread, tolerance: 2e-7)
      var narrow = bf16(x)
      rk_global_average_gradient_bf16(dy, &narrow, images, positions, channels)
      expectClose(float(narrow), spread, tolerance: 4e-3)
    }
  }
}
