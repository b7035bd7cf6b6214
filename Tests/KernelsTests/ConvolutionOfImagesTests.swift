import CKernels
import Testing

/// The 3 × 3 convolution of images of three colours against its definition in loops.
@Suite struct ConvolutionOfImagesTests {
  struct Shape: CustomStringConvertible, Sendable {
    let images: Int, height: Int, width: Int, output: Int

    var description: String { "\(images) x \(height)x\(width) to \(output)" }
  }

  static let shapes: [Shape] = [
    Shape(images: 1, height: 1, width: 1, output: 16), Shape(images: 2, height: 1, width: 7, output: 16),
    Shape(images: 3, height: 5, width: 4, output: 48), Shape(images: 2, height: 9, width: 16, output: 16),
    Shape(images: 5, height: 3, width: 39, output: 32), Shape(images: 3, height: 32, width: 32, output: 16),
    Shape(images: 2, height: 4, width: 14, output: 32), Shape(images: 1, height: 8, width: 8, output: 16),
    // Taken in several blocks of rows, of which the last is lower, and of single wide rows.
    Shape(images: 2, height: 20, width: 20, output: 16), Shape(images: 1, height: 2, width: 300, output: 32),
  ]

  /// Inputs that bfloat16 holds exactly, and both results in double.
  private struct Reference {
    let x: [Float], w: [Float], dy: [Float]
    var y: [Double], dw: [Double]

    init(_ s: Shape) {
      var noise = Noise(s.height * 100 + s.width)
      x = noise.integers(s.images * s.height * s.width * 3, limit: 8).map { $0 / 8 }
      w = noise.integers(s.output * 27, limit: 8).map { $0 / 8 }
      dy = noise.integers(s.images * s.height * s.width * s.output, limit: 8).map { $0 / 8 }
      y = [Double](repeating: 0, count: dy.count)
      dw = [Double](repeating: 0, count: w.count)
      for pixel in 0..<(s.images * s.height * s.width) {
        let (row, column) = (pixel / s.width % s.height, pixel % s.width)
        for tap in 0..<9 {
          let (down, across) = (tap / 3 - 1, tap % 3 - 1)
          guard (0..<s.height).contains(row + down), (0..<s.width).contains(column + across) else { continue }
          let seen = pixel + down * s.width + across
          for output in 0..<s.output {
            for colour in 0..<3 {
              let place = (output * 3 + colour) * 9 + tap
              y[pixel * s.output + output] += Double(x[seen * 3 + colour] * w[place])
              dw[place] += Double(x[seen * 3 + colour] * dy[pixel * s.output + output])
            }
          }
        }
      }
    }
  }

  private static var hasFloat32: Bool { rk_conv3x3_rgb_supported_f32(16) }
  private static var hasBFloat16: Bool { rk_conv3x3_rgb_supported_bf16(16) }

  @Test(.enabled(if: hasFloat32, "no AVX2"), arguments: shapes) func float32Matches(_ s: Shape) {
    withEveryInstructionSet { _ in
      if Self.hasFloat32 { expectFloat32Matches(s) }
    }
  }

  private func expectFloat32Matches(_ s: Shape) {
    let r = Reference(s)
    var scratch = [UInt8](repeating: 0xFF, count: rk_conv3x3_rgb_scratch_bytes_f32(s.height, s.width) + 64)
    var packed = [Float](repeating: .nan, count: rk_conv3x3_rgb_packed_bytes_f32(s.output) / 4)
    rk_conv3x3_rgb_pack_f32(r.w, s.output, &packed)
    var y = [Float](repeating: .nan, count: r.y.count + 8)
    var sums = [Double](repeating: .nan, count: 2 * s.output)
    rk_conv3x3_rgb_forward_f32(
      r.x, packed, &y, &sums, s.images, s.height, s.width, s.output, &scratch)
    expectOutputs(y, sums, r.y, s, tolerance: 2e-6)
    var alone = [Float](repeating: .nan, count: y.count)
    rk_conv3x3_rgb_forward_f32(r.x, packed, &alone, nil, s.images, s.height, s.width, s.output, &scratch)
    #expect(alone.map(\.bitPattern) == y.map(\.bitPattern))

    var native = [Float](repeating: 0, count: r.dw.count)
    for _ in 0..<2 {
      rk_conv3x3_rgb_weight_gradient_f32(
        r.x, r.dy, &native, s.images, s.height, s.width, s.output, &scratch)
    }
    expectGradient(native, r.dw, s)
    #expect(scratch.suffix(64).allSatisfy { $0 == 0xFF }, "wrote beyond the scratch")
  }

  @Test(.enabled(if: hasBFloat16, "no bfloat16 instructions"), arguments: shapes)
  func bfloat16Matches(_ s: Shape) {
    let r = Reference(s)
    let (guardedX, guardedDY) = (
      Guarded(bf16(r.x), between: bf16(.nan)), Guarded(bf16(r.dy), between: bf16(.nan))
    )
    defer { withExtendedLifetime((guardedX, guardedDY)) {} }
    let (x, dy) = (guardedX.numbers, guardedDY.numbers)
    var scratch = [UInt8](repeating: 0xFF, count: rk_conv3x3_rgb_scratch_bytes_bf16(s.height, s.width) + 64)
    var packed = [UInt16](repeating: .max, count: rk_conv3x3_rgb_packed_bytes_bf16(s.output) / 2)
    rk_conv3x3_rgb_pack_bf16(r.w, s.output, &packed)
    var y = [UInt16](repeating: bf16(.nan), count: r.y.count + 8)
    var sums = [Double](repeating: .nan, count: 2 * s.output)
    rk_conv3x3_rgb_forward_bf16(
      x, packed, &y, &sums, s.images, s.height, s.width, s.output, &scratch)
    expectOutputs(float(y), sums, r.y, s, tolerance: 4e-3)
    var alone = [UInt16](repeating: bf16(.nan), count: y.count)
    rk_conv3x3_rgb_forward_bf16(
      x, packed, &alone, nil, s.images, s.height, s.width, s.output, &scratch)
    #expect(alone == y)

    var native = [Float](repeating: 0, count: r.dw.count)
    for _ in 0..<2 {
      rk_conv3x3_rgb_weight_gradient_bf16(
        x, dy, &native, s.images, s.height, s.width, s.output, &scratch)
    }
    expectGradient(native, r.dw, s)
    #expect(scratch.suffix(64).allSatisfy { $0 == 0xFF }, "wrote beyond the scratch")
  }

  private func expectOutputs(
    _ y: [Float], _ sums: [Double], _ expected: [Double], _ s: Shape, tolerance: Double
  ) {
    let found = Array(y[..<expected.count])
    expectClose(found, expected, tolerance: tolerance, "forward")
    #expect(y[expected.count...].allSatisfy { $0.isNaN }, "wrote beyond the output")
    expectSums(sums, of: found, channels: s.output)
  }

  /// `native` holds the gradient twice.
  private func expectGradient(_ native: [Float], _ expected: [Double], _ s: Shape) {
    var dw = [Float](repeating: 1, count: expected.count)
    rk_conv3x3_rgb_add_gradient(native, s.output, &dw)
    expectClose(dw, expected.map { 2 * $0 + 1 }, tolerance: 2e-6, "weight gradient")
  }

  @Test func onlyWhatIsClaimed() {
    defer { rk_isa_reset() }
    for (level, float32, bfloat16) in [
      (RK_ISA_PORTABLE, false, false), (RK_ISA_AVX2, true, false), (RK_ISA_AVX512, true, false),
      (RK_ISA_AVX512_BF16, true, true), (RK_ISA_AMX_BF16, true, true),
    ] where rk_isa_select(level) == level {
      #expect(rk_conv3x3_rgb_supported_f32(16) == float32)
      #expect(rk_conv3x3_rgb_supported_bf16(16) == bfloat16)
    }
    rk_isa_reset()
    for outputs in [0, 8, 24, 528] {
      #expect(!rk_conv3x3_rgb_supported_f32(outputs) && !rk_conv3x3_rgb_supported_bf16(outputs))
    }
  }
}
