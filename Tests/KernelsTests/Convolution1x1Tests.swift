import CKernels
import Testing

@Suite struct Convolution1x1Tests {
  typealias Shape = ConvolutionShape

  /// Pixels that fill tiles and that do not, one tile and several, every number of blocks of channels at once.
  static let shapes: [Shape] =
    [(1, 1, 1), (3, 5, 7), (2, 8, 8), (4, 16, 16), (5, 13, 17), (9, 4, 4)].flatMap {
      (images, height, width) in
      [(16, 16, 1), (16, 32, 2), (48, 16, 2), (32, 80, 1), (112, 32, 2)].map { (input, output, stride) in
        Shape(
          images: images, height: height, width: width, input: input, output: output, stride: stride, size: 1)
      }
    } + [
      Shape(images: 3, height: 32, width: 32, input: 16, output: 32, stride: 2, size: 1),
      Shape(images: 2, height: 7, width: 7, input: 512, output: 512, stride: 3, size: 1),
    ]

  private static var isThere: Bool { rk_conv1x1_supported_bf16(16, 16) }

  @Test(.enabled(if: isThere, "no AMX"), arguments: shapes)
  func matchesInAllDirections(_ s: Shape) {
    let r = ConvolutionReference(s)
    let (guardedX, guardedDY) = (
      Guarded(bf16(r.x), between: bf16(.nan)), Guarded(bf16(r.dy), between: bf16(.nan))
    )
    defer { withExtendedLifetime((guardedX, guardedDY)) {} }
    let (x, dy) = (guardedX.numbers, guardedDY.numbers)
    // All ones, which are NaN in either type, and more of them than the kernels may use.
    let needed = rk_conv1x1_scratch_bytes_bf16(s.images, s.height, s.width, s.input, s.output, s.stride)
    var scratch = [UInt8](repeating: 0xFF, count: needed + 64)
    defer { #expect(scratch[needed...].allSatisfy { $0 == 0xFF }, "wrote beyond the scratch memory") }
    expectForward(s, r, x, &scratch)
    expectDataGradient(s, r, dy, &scratch)
    var native = [Float](repeating: 0, count: s.input * s.output)
    for _ in 0..<2 {
      rk_conv1x1_weight_gradient_bf16(
        x, dy, &native, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
    }
    var dw = [Float](repeating: 1, count: r.dw.count)
    rk_conv1x1_add_gradient_bf16(native, s.input, s.output, &dw)
    expectClose(dw, r.dw.map { 2 * $0 + 1 }, tolerance: 2e-6, "weight gradient")
  }

  private func expectForward(
    _ s: Shape, _ r: ConvolutionReference, _ x: UnsafePointer<UInt16>, _ scratch: inout [UInt8]
  ) {
    var packed = [UInt16](repeating: bf16(.nan), count: s.input * s.output)
    rk_conv1x1_pack_forward_bf16(r.w, s.input, s.output, &packed)
    var (y, alone) = (
      [UInt16](repeating: bf16(.nan), count: r.y.count + 8),
      [UInt16](repeating: bf16(.nan), count: r.y.count + 8)
    )
    var sums = [Double](repeating: .nan, count: 2 * s.output)
    rk_conv1x1_forward_bf16(
      x, packed, &y, &sums, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
    rk_conv1x1_forward_bf16(
      x, packed, &alone, nil, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
    #expect(alone == y, "without sums")
    let found = float(Array(y[..<r.y.count]))
    expectClose(found, r.y, tolerance: 4e-3, "forward")
    #expect(y[r.y.count...].allSatisfy { float($0).isNaN }, "wrote beyond the output")
    expectSums(sums, of: found, channels: s.output)
  }

  private func expectDataGradient(
    _ s: Shape, _ r: ConvolutionReference, _ dy: UnsafePointer<UInt16>, _ scratch: inout [UInt8]
  ) {
    var packed = [UInt16](repeating: bf16(.nan), count: s.input * s.output)
    rk_conv1x1_pack_data_bf16(r.w, s.input, s.output, &packed)
    var dx = [UInt16](repeating: bf16(.nan), count: r.dx.count + 8)
    rk_conv1x1_data_gradient_bf16(
      dy, packed, &dx, false, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
    expectClose(float(Array(dx[..<r.dx.count])), r.dx, tolerance: 4e-3, "data gradient")
    #expect(dx[r.dx.count...].allSatisfy { float($0).isNaN }, "wrote beyond the input's gradient")
    let before = (0..<r.dx.count + 8).map { Float($0 % 7) - 3 }
    var sum = bf16(before)
    rk_conv1x1_data_gradient_bf16(
      dy, packed, &sum, true, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
    let added = zip(r.dx + [Double](repeating: 0, count: 8), before).map { $0 + Double($1) }
    expectClose(float(sum), added, tolerance: 4e-3, "data gradient, added")
  }

  /// Sums of many squares that are far from zero still give the variance, which is what they are for.
  @Test(.enabled(if: isThere, "no AMX")) func sumsOfAWholeChunkGiveItsVariance() {
    let s = Shape(images: 8, height: 32, width: 32, input: 16, output: 16, stride: 1, size: 1)
    let pixels = 8 * 32 * 32
    var noise = Noise(1)
    let x = bf16(noise.floats(pixels * 16, in: 9.9...10.1))
    let identity = (0..<256).map { $0 % 17 == 0 ? Float(1) : 0 }
    var packed = [UInt16](repeating: 0, count: 256)
    rk_conv1x1_pack_forward_bf16(identity, 16, 16, &packed)
    var (y, sums) = ([UInt16](repeating: 0, count: x.count), [Double](repeating: .nan, count: 32))
    var scratch = [UInt8](repeating: 0, count: rk_conv1x1_scratch_bytes_bf16(8, 32, 32, 16, 16, 1))
    rk_conv1x1_forward_bf16(x, packed, &y, &sums, s.images, s.height, s.width, 16, 16, 1, &scratch)
    #expect(y == x)
    for channel in 0..<16 {
      let values = stride(from: channel, to: x.count, by: 16).map { Double(float(x[$0])) }
      let mean = values.reduce(0, +) / Double(pixels)
      let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(pixels)
      let found =
        sums[16 + channel] / Double(pixels) - (sums[channel] / Double(pixels))
        * (sums[channel] / Double(pixels))
      #expect(abs(found / variance - 1) < 0.01, "channel \(channel): \(found), not \(variance)")
    }
  }

  @Test func onlyWithTiles() {
    defer { rk_isa_reset() }
    if rk_isa_select(RK_ISA_AVX512_BF16) == RK_ISA_AVX512_BF16 { #expect(!rk_conv1x1_supported_bf16(16, 16)) }
    rk_isa_reset()
    for channels in [0, 3, 8, 24, 528] {
      #expect(!rk_conv1x1_supported_bf16(channels, 16) && !rk_conv1x1_supported_bf16(16, channels))
    }
  }
}
