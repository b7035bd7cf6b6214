import CKernels
import Testing

@Suite struct WinogradConvolutionTests {
  private static var isSupported: Bool { rk_conv3x3_winograd_supported_f32(4, 4, 16, 16) }

  /// Fewer and more tiles than are worked through together, blocks of every width, and images narrower than a block.
  static let shapes: [ConvolutionShape] = [
    (1, 2, 2, 16, 16), (5, 2, 4, 16, 48), (1, 4, 4, 16, 16), (7, 4, 4, 48, 16), (23, 4, 4, 16, 32),
    (3, 6, 8, 32, 32), (13, 8, 8, 16, 16), (2, 10, 14, 64, 16), (1, 12, 28, 16, 64), (2, 16, 16, 32, 48),
    (1, 2, 66, 16, 16), (3, 32, 32, 16, 16), (1, 6, 130, 16, 16), (1, 4, 4, 512, 80), (2, 8, 8, 80, 512),
    (1, 96, 96, 16, 16),
  ].map {
    ConvolutionShape(images: $0.0, height: $0.1, width: $0.2, input: $0.3, output: $0.4, stride: 1)
  }

  /// Eighths stay exact through sums, differences and halves, and these sums are short enough: nothing may differ at all.
  @Test(.enabled(if: isSupported, "no AVX2"), arguments: shapes)
  func eighthsAreExactInAllDirections(_ s: ConvolutionShape) {
    let reference = ConvolutionReference(s)
    withEveryInstructionSet { _ in
      if Self.isSupported { expectMatches(s, reference, tolerance: 0) }
    }
  }

  @Test(.enabled(if: isSupported, "no AVX2"))
  func ordinaryNumbersLoseTheirLastDigits() {
    let s = ConvolutionShape(images: 3, height: 16, width: 16, input: 64, output: 64, stride: 1)
    var noise = Noise(7)
    let reference = ConvolutionReference(
      s, x: noise.floats(3 * 256 * 64), w: noise.floats(64 * 64 * 9), dy: noise.floats(3 * 256 * 64))
    withEveryInstructionSet { _ in
      if Self.isSupported { expectMatches(s, reference, tolerance: 1e-6) }
    }
  }

  @Test func onlyEvenImagesAndWhatTheOthersTake() {
    defer { rk_isa_reset() }
    for level in [RK_ISA_PORTABLE, RK_ISA_AVX2, RK_ISA_AVX512] where rk_isa_select(level) == level {
      #expect(rk_conv3x3_winograd_supported_f32(4, 6, 16, 16) == (level != RK_ISA_PORTABLE))
    }
    rk_isa_reset()
    for (height, width) in [(3, 4), (4, 3), (1, 1), (0, 4), (4, 0)] {
      #expect(!rk_conv3x3_winograd_supported_f32(height, width, 16, 16))
    }
    for channels in [0, 3, 8, 24, 528] {
      #expect(!rk_conv3x3_winograd_supported_f32(4, 4, channels, 16))
      #expect(!rk_conv3x3_winograd_supported_f32(4, 4, 16, channels))
    }
  }

  private func expectMatches(_ s: ConvolutionShape, _ r: ConvolutionReference, tolerance: Double) {
    let guardedX = Guarded(r.x, between: .nan)
    let guardedDY = Guarded(r.dy, between: .nan)
    defer { withExtendedLifetime((guardedX, guardedDY)) {} }
    let (x, dy) = (guardedX.numbers, guardedDY.numbers)
    let count = rk_conv3x3_winograd_count(s.input, s.output)
    var packed = [Float](repeating: .nan, count: count + 8)
    var (y, alone) = (
      [Float](repeating: .nan, count: r.y.count + 8), [Float](repeating: .nan, count: r.y.count)
    )
    var sums = [Double](repeating: .nan, count: 2 * s.output)
    rk_conv3x3_winograd_pack_forward_f32(r.w, s.input, s.output, &packed)
    withScratch(s) { scratch in
      rk_conv3x3_winograd_forward_f32(
        x, packed, &y, &sums, s.images, s.height, s.width, s.input, s.output, scratch)
      rk_conv3x3_winograd_forward_f32(
        x, packed, &alone, nil, s.images, s.height, s.width, s.input, s.output, scratch)
    }
    expectClose(Array(y[..<r.y.count]), r.y, tolerance: tolerance, "forward")
    expectClose(alone, r.y, tolerance: tolerance, "forward without sums")
    #expect(y[r.y.count...].allSatisfy { $0.isNaN }, "wrote beyond the output")
    expectSums(sums, of: Array(y[..<r.y.count]), channels: s.output)

    rk_conv3x3_winograd_pack_data_f32(r.w, s.input, s.output, &packed)
    for isAdded in [false, true] {
      let before = (0..<r.dx.count + 8).map { isAdded ? Float($0 % 7) - 3 : .nan }
      var dx = before
      withScratch(s) { scratch in
        rk_conv3x3_winograd_data_gradient_f32(
          dy, packed, &dx, isAdded, s.images, s.height, s.width, s.input, s.output, scratch)
      }
      let expected = isAdded ? zip(r.dx, before).map { $0 + Double($1) } : r.dx
      expectClose(
        Array(dx[..<r.dx.count]), expected, tolerance: tolerance, "data gradient, added: \(isAdded)")
      let beyond = zip(dx, before).suffix(8)
      #expect(
        beyond.allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "wrote beyond the gradient")
    }

    #expect(packed[count...].allSatisfy { $0.isNaN }, "wrote beyond the packed weights")
    var native = [Float](repeating: 0, count: count + 8)
    withScratch(s) { scratch in
      for _ in 0..<2 {
        rk_conv3x3_winograd_weight_gradient_f32(
          x, dy, &native, s.images, s.height, s.width, s.input, s.output, scratch)
      }
    }
    #expect(native[count...].allSatisfy { $0 == 0 }, "wrote beyond the points of the gradient")
    var dw = [Float](repeating: 1, count: r.dw.count + 8)
    rk_conv3x3_winograd_add_gradient_f32(native, s.input, s.output, &dw)
    expectClose(Array(dw[..<r.dw.count]), r.dw.map { 2 * $0 + 1 }, tolerance: tolerance, "weight gradient")
    #expect(dw[r.dw.count...].allSatisfy { $0 == 1 }, "wrote beyond the weight gradient")
  }

  /// Calls `body` with as much memory as is asked for, holding NaN, and expects that nothing beyond it is written.
  private func withScratch(_ s: ConvolutionShape, _ body: (UnsafeMutableRawPointer) -> Void) {
    let (asked, margin) = (
      rk_conv3x3_winograd_scratch_bytes_f32(s.images, s.height, s.width, s.input, s.output), 4096
    )
    // Not at the beginning of a cache line: the least that its own alignment can take is left.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 4 + asked + margin, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0xFF, count: 4 + asked)
    (memory + 4 + asked).initializeMemory(as: UInt8.self, repeating: 0x5A, count: margin)
    body(memory + 4)
    let beyond = UnsafeRawBufferPointer(start: memory + 4 + asked, count: margin)
    #expect(beyond.allSatisfy { $0 == 0x5A }, "wrote beyond its memory")
  }
}
