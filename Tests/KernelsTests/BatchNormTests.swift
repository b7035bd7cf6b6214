import CKernels
import Testing

@Suite struct BatchNormTests {
  static let shapes = [
    (1, 1), (7, 3), (33, 16), (300, 16), (130, 24), (64, 64), (29, 100), (5, 513), (9, 1100), (258, 32),
  ]

  /// Data as the kernels see it: exact bfloat16 values, so that both types are compared with the same reference.
  private static func data(_ count: Int, seed: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
    var noise = Noise(seed)
    return noise.floats(count, in: range).map { float(bf16($0)) }
  }

  @Test(arguments: shapes) func sumsMatchDoubles(rows: Int, channels: Int) {
    let x = Self.data(rows * channels, seed: rows, in: 3...5)
    let about = Self.data(channels, seed: 1, in: 3...5)
    var expected = [Double](repeating: 0, count: 2 * channels)
    for (index, value) in x.enumerated() {
      let d = Double(value) - Double(about[index % channels])
      expected[index % channels] += d
      expected[channels + index % channels] += d * d
    }
    withEveryInstructionSet { _ in
      var sums = [Double](repeating: .nan, count: 2 * channels)
      rk_bn_sums_f32(x, rows, channels, about, &sums)
      expectClose(sums.map { Float($0) }, expected, tolerance: 2e-6, "f32")
      rk_bn_sums_bf16(bf16(x), rows, channels, about, &sums)
      expectClose(sums.map { Float($0) }, expected, tolerance: 2e-6, "bf16")
      rk_bn_sums_f32(x, rows, channels, nil, &sums)
      let plain = (0..<channels).map { c in (0..<rows).reduce(0.0) { $0 + Double(x[$1 * channels + c]) } }
      expectClose(sums[..<channels].map { Float($0) }, plain, tolerance: 2e-6, "no centre")
    }
  }

  @Test func statisticsCombineParts() {
    let channels = 5
    let x = Self.data(60 * channels, seed: 3)
    let about = Self.data(channels, seed: 4)
    var sums = [Double](repeating: 0, count: 6 * channels)
    for part in 0..<3 {
      x.withUnsafeBufferPointer { x in
        sums.withUnsafeMutableBufferPointer { sums in
          rk_bn_sums_f32(
            x.baseAddress! + part * 20 * channels, 20, channels, about,
            sums.baseAddress! + part * 2 * channels)
        }
      }
    }
    var mean = [Float](repeating: 0, count: channels)
    var variance = mean
    rk_bn_statistics(sums, 3, channels, about, 60, &mean, &variance)
    for c in 0..<channels {
      let column = (0..<60).map { Double(x[$0 * channels + c]) }
      let m = column.reduce(0, +) / 60
      let v = column.reduce(0) { $0 + ($1 - m) * ($1 - m) } / 60
      #expect(abs(Double(mean[c]) - m) < 1e-6 && abs(Double(variance[c]) - v) < 1e-6)
    }
  }

  @Test(arguments: shapes) func appliesAffineResidualAndReLU(rows: Int, channels: Int) {
    let count = rows * channels
    let x = Self.data(count, seed: rows)
    let residual = Self.data(count, seed: rows + 1)
    let coefficients = (0..<4).map { Self.data(channels, seed: 10 + $0) }
    for (withResidual, scaled, relu) in [
      (false, false, false), (false, false, true), (true, false, true),
      (true, false, false), (true, true, true), (true, true, false),
    ] {
      let expected = (0..<count).map { index in
        let c = index % channels
        var y = Double(x[index]) * Double(coefficients[0][c]) + Double(coefficients[1][c])
        if scaled {
          y += Double(residual[index]) * Double(coefficients[2][c]) + Double(coefficients[3][c])
        } else if withResidual {
          y += Double(residual[index])
        }
        return relu ? max(y, 0) : y
      }
      let scales = scaled ? coefficients[2] : nil
      let shifts = scaled ? coefficients[3] : nil
      withEveryInstructionSet { _ in
        var y = [Float](repeating: .nan, count: count)
        rk_bn_apply_f32(
          x, coefficients[0], coefficients[1], withResidual ? residual : nil, scales, shifts, relu, &y, rows,
          channels)
        expectClose(y, expected, tolerance: 1e-6)
        var narrow = [UInt16](repeating: 0, count: count)
        rk_bn_apply_bf16(
          bf16(x), coefficients[0], coefficients[1], withResidual ? bf16(residual) : nil, scales, shifts,
          relu,
          &narrow, rows, channels)
        expectClose(float(narrow), expected, tolerance: 4e-3)
      }
    }
  }

  enum Mask: CaseIterable { case none, result, affine }

  @Test(arguments: shapes, Mask.allCases) func backwardMatchesDoubles(_ shape: (Int, Int), mask: Mask) {
    let (rows, channels) = shape
    let count = rows * channels
    let x = Self.data(count, seed: 1)
    let g = Self.data(count, seed: 2)
    let old = Self.data(count, seed: 3)
    let scale = Self.data(channels, seed: 4)
    let shift = Self.data(channels, seed: 5)
    let mean = Self.data(channels, seed: 6)
    let reciprocal = Self.data(channels, seed: 7, in: 0.5...2)
    let abc = (0..<3).map { Self.data(channels, seed: 20 + $0) }
    let y = (0..<count).map { max(x[$0] * scale[$0 % channels] + shift[$0 % channels], 0) }
    let passed = (0..<count).map { mask == .none || y[$0] > 0 ? g[$0] : 0 }
    var expected = [Double](repeating: 0, count: 2 * channels)
    for index in 0..<count {
      let c = index % channels
      expected[c] += Double(passed[index])
      expected[channels + c] +=
        Double(passed[index]) * (Double(x[index]) - Double(mean[c])) * Double(reciprocal[c])
    }
    let expectedDx = (0..<count).map { index in
      let c = index % channels
      return Double(abc[0][c]) * Double(passed[index]) + Double(abc[1][c]) * Double(x[index])
        + Double(abc[2][c])
    }
    let yArgument = mask == .result ? y : nil
    let (scales, shifts) = mask == .affine ? (scale, shift) : (nil, nil)
    withEveryInstructionSet { _ in
      var sums = [Double](repeating: .nan, count: 2 * channels)
      rk_bn_backward_sums_f32(g, x, yArgument, scales, shifts, mean, reciprocal, rows, channels, &sums)
      expectClose(sums.map { Float($0) }, expected, tolerance: 4e-6, "sums")
      rk_bn_backward_sums_bf16(
        bf16(g), bf16(x), yArgument.map(bf16), scales, shifts, mean, reciprocal, rows, channels, &sums)
      expectClose(sums.map { Float($0) }, expected, tolerance: 4e-6, "bf16 sums")

      var dx = [Float](repeating: .nan, count: count)
      var masked = old
      rk_bn_backward_apply_f32(
        g, x, yArgument, scales, shifts, abc[0], abc[1], abc[2], &dx, &masked, true, rows, channels)
      expectClose(dx, expectedDx, tolerance: 1e-6, "dx")
      expectClose(masked, zip(old, passed).map { $0 + $1 }, tolerance: 1e-6, "accumulated")
      var narrow = [UInt16](repeating: 0, count: count)
      var narrowMasked = bf16(g)
      narrowMasked.withUnsafeMutableBufferPointer { inPlace in
        rk_bn_backward_apply_bf16(
          inPlace.baseAddress, bf16(x), yArgument.map(bf16), scales, shifts, abc[0], abc[1], abc[2], &narrow,
          inPlace.baseAddress, false, rows, channels)
      }
      expectClose(float(narrow), expectedDx, tolerance: 4e-3, "bf16 dx")
      #expect(float(narrowMasked) == passed)
      rk_bn_backward_apply_f32(
        g, x, yArgument, scales, shifts, abc[0], nil, nil, &dx, nil, false, rows, channels)
      expectClose(
        dx, (0..<count).map { abc[0][$0 % channels] * passed[$0] }, tolerance: 1e-6, "constant statistics")
    }
  }

  /// The whole gradient, through its coefficients, against central differences of the normalization in double.
  @Test func coefficientsGiveTheGradient() {
    let (rows, channels) = (12, 3)
    let x = Self.data(rows * channels, seed: 1).map { Double($0) }
    let weights = Self.data(rows * channels, seed: 2).map { Double($0) }
    let gamma: [Float] = [1.5, -0.5, 2]
    func loss(_ x: [Double]) -> Double {
      (0..<channels).reduce(0) { total, c in
        let column = (0..<rows).map { x[$0 * channels + c] }
        let m = column.reduce(0, +) / Double(rows)
        let v = column.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(rows)
        return total
          + (0..<rows).reduce(0) {
            $0 + weights[$1 * channels + c] * Double(gamma[c]) * (column[$1] - m) / (v + 1e-5).squareRoot()
          }
      }
    }
    let single = x.map { Float($0) }
    let g = weights.map { Float($0) }
    var sums = [Double](repeating: 0, count: 2 * channels)
    let zeros = [Float](repeating: 0, count: channels)
    var (mean, variance, scale, shift, reciprocal) = (zeros, zeros, zeros, zeros, zeros)
    var (a, b, c, gammaGradient) = (zeros, zeros, zeros, zeros)
    rk_bn_sums_f32(single, rows, channels, nil, &sums)
    rk_bn_statistics(sums, 1, channels, nil, Double(rows), &mean, &variance)
    rk_bn_affine(mean, variance, gamma, nil, 1e-5, channels, &scale, &shift, &reciprocal)
    rk_bn_backward_sums_f32(g, single, nil, nil, nil, mean, reciprocal, rows, channels, &sums)
    rk_bn_backward_coefficients(
      sums, 1, channels, mean, reciprocal, gamma, Double(rows), true, &a, &b, &c, &gammaGradient, nil)
    var dx = [Float](repeating: 0, count: rows * channels)
    rk_bn_backward_apply_f32(g, single, nil, nil, nil, a, b, c, &dx, nil, false, rows, channels)
    let expected = x.indices.map { index in
      var (up, down) = (x, x)
      up[index] += 1e-5
      down[index] -= 1e-5
      return (loss(up) - loss(down)) / 2e-5
    }
    expectClose(dx, expected, tolerance: 1e-5)
  }

  @Test func notANumberStays() {
    withEveryInstructionSet { _ in
      var x = [Float](repeating: 1, count: 64)
      x[17] = .nan
      var y = x
      rk_bn_apply_f32(
        x, [Float](repeating: 1, count: 16), [Float](repeating: 0, count: 16), nil, nil, nil, true, &y, 4, 16)
      #expect(y[17].isNaN && !y[16].isNaN)
      var sums = [Double](repeating: 0, count: 32)
      rk_bn_sums_f32(x, 4, 16, nil, &sums)
      #expect(sums[1].isNaN && sums[17].isNaN && !sums[0].isNaN)
    }
  }
}
