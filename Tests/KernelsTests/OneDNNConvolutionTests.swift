import COneDNN
import Testing

/// Integer-valued data, so that f32 results are exact whatever kernel the library picks.
@Suite struct OneDNNConvolutionTests {
  private struct Case: CustomStringConvertible {
    let shape: rd_conv_shape
    let outHeight: Int, outWidth: Int

    init(
      _ kernel: Int, _ stride: Int, _ padding: Int, _ height: Int, _ width: Int, _ input: Int, _ output: Int
    ) {
      shape = rd_conv_shape(
        images: 2, height: height, width: width, channels_in: input, channels_out: output,
        kernel_height: kernel,
        kernel_width: kernel, stride: stride, padding: padding)
      outHeight = (height + 2 * padding - kernel) / stride + 1
      outWidth = (width + 2 * padding - kernel) / stride + 1
    }

    var description: String {
      "kernel \(shape.kernel_height) stride \(shape.stride) \(shape.height)x\(shape.width) "
        + "\(shape.channels_in)->\(shape.channels_out)"
    }
  }

  private struct Reference {
    let x: [Float], w: [Float], dy: [Float]
    var y: [Float], dx: [Float], dw: [Float]

    init(_ c: Case) {
      let s = c.shape
      var noise = Noise(s.height * 7 + s.kernel_height)
      x = noise.integers(s.images * s.height * s.width * s.channels_in, limit: 3)
      w = noise.integers(s.channels_out * s.channels_in * s.kernel_height * s.kernel_width, limit: 3)
      dy = noise.integers(s.images * c.outHeight * c.outWidth * s.channels_out, limit: 3)
      y = [Float](repeating: 0, count: dy.count)
      dx = [Float](repeating: 0, count: x.count)
      dw = [Float](repeating: 0, count: w.count)
      let taps = s.kernel_height * s.kernel_width
      for place in 0..<(s.images * c.outHeight * c.outWidth * taps) {
        let (tap, pixel) = (place % taps, place / taps)
        let (j, i, n) = (
          pixel % c.outWidth, pixel / c.outWidth % c.outHeight, pixel / c.outWidth / c.outHeight
        )
        let h = i * s.stride + tap / s.kernel_width - s.padding
        let v = j * s.stride + tap % s.kernel_width - s.padding
        guard (0..<s.height).contains(h), (0..<s.width).contains(v) else { continue }
        let (atX, atY) = (((n * s.height + h) * s.width + v) * s.channels_in, pixel * s.channels_out)
        for o in 0..<s.channels_out {
          for c in 0..<s.channels_in {
            let weight = (o * s.channels_in + c) * taps + tap
            y[atY + o] += x[atX + c] * w[weight]
            dx[atX + c] += dy[atY + o] * w[weight]
            dw[weight] += dy[atY + o] * x[atX + c]
          }
        }
      }
    }
  }

  private static let cases: [Case] = {
    var cases: [Case] = []
    for kernel in [1, 3, 5, 7] {
      for stride in 1...2 {
        cases.append(Case(kernel, stride, kernel / 2, 9, 7, 3, 17))
        cases.append(Case(kernel, stride, kernel / 2, 8, 8, 16, 16))
        cases.append(Case(kernel, stride, 0, 8, 11, 1, 3))
      }
    }
    cases.append(Case(1, 2, 0, 8, 8, 4, 8))  // oneDNN writes beyond the scratch memory that it asks for
    return cases
  }()

  private func check(_ status: rd_status, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(status == RD_OK, "\(String(cString: rd_last_error()))", sourceLocation: sourceLocation)
  }

  private func make(_ direction: rd_direction, _ shape: rd_conv_shape, _ type: rd_data_type) throws
    -> OpaquePointer
  {
    var conv: OpaquePointer?
    check(rd_conv_create(&conv, direction, shape, type))
    return try #require(conv)
  }

  /// Hands `body` aligned memory of `bytes`, and expects what lies behind it to stay as it is.
  private func withMemory(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    let margin = 4096
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes + margin, alignment: 64)
    let behind = UnsafeMutableRawBufferPointer(start: memory + bytes, count: margin)
    behind.initializeMemory(as: UInt8.self, repeating: 0x5A)
    body(memory)
    #expect(behind.allSatisfy { $0 == 0x5A }, "wrote beyond its memory")
    memory.deallocate()
  }

  /// Runs one activation-to-activation direction on data of `Element`.
  private func transform<Element: BitwiseCopyable>(
    _ direction: rd_direction, _ c: Case, _ type: rd_data_type, _ input: [Element], _ w: [Float],
    into output: [Element]
  ) throws -> [Element] {
    let conv = try make(direction, c.shape, type)
    defer { rd_conv_destroy(conv) }
    var result = output
    withMemory(rd_conv_weights_bytes(conv)) { packed in
      withMemory(rd_conv_scratch_bytes(conv)) { scratch in
        check(rd_conv_pack(conv, w, packed, scratch))
        result.withUnsafeMutableBytes { result in
          input.withUnsafeBytes { input in
            let run = direction == RD_FORWARD ? rd_conv_forward : rd_conv_backward_data
            check(run(conv, input.baseAddress, packed, result.baseAddress, scratch))
          }
        }
      }
    }
    return result
  }

  private func weightGradient<Element: BitwiseCopyable>(
    _ c: Case, _ type: rd_data_type, _ x: [Element], _ dy: [Element], _ count: Int
  )
    throws -> [Float]
  {
    let conv = try make(RD_BACKWARD_WEIGHTS, c.shape, type)
    defer { rd_conv_destroy(conv) }
    var result = [Float](repeating: 1, count: count)
    withMemory(rd_conv_weights_bytes(conv)) { native in
      withMemory(rd_conv_scratch_bytes(conv)) { scratch in
        let gradient = native.assumingMemoryBound(to: Float.self)
        check(rd_conv_backward_weights(conv, x, dy, gradient, scratch))
        check(rd_conv_unpack(conv, gradient, true, &result, scratch))
      }
    }
    return result.map { $0 - 1 }
  }

  @Test(arguments: cases) private func singlePrecisionIsExact(_ c: Case) throws {
    let r = Reference(c)
    #expect(try transform(RD_FORWARD, c, RD_F32, r.x, r.w, into: r.y.map { _ in .nan }) == r.y)
    #expect(try transform(RD_BACKWARD_DATA, c, RD_F32, r.dy, r.w, into: r.x.map { _ in .nan }) == r.dx)
    #expect(try weightGradient(c, RD_F32, r.x, r.dy, r.w.count) == r.dw)
  }

  @Test(arguments: cases) private func bfloat16IsCloseToIt(_ c: Case) throws {
    let r = Reference(c)
    let y = try transform(RD_FORWARD, c, RD_BF16, bf16(r.x), r.w, into: bf16(r.y))
    expectClose(float(y), r.y, tolerance: 4e-3, "forward")
    let dx = try transform(RD_BACKWARD_DATA, c, RD_BF16, bf16(r.dy), r.w, into: bf16(r.x))
    expectClose(float(dx), r.dx, tolerance: 4e-3, "data gradient")
    expectClose(
      try weightGradient(c, RD_BF16, bf16(r.x), bf16(r.dy), r.w.count), r.dw, tolerance: 1e-6, "weights")
  }

  @Test func impossibleShapesAreRefused() {
    var conv: OpaquePointer?
    let shape = rd_conv_shape(
      images: 1, height: 2, width: 2, channels_in: 1, channels_out: 1, kernel_height: 5, kernel_width: 5,
      stride: 1,
      padding: 0)
    #expect(rd_conv_create(&conv, RD_FORWARD, shape, RD_F32) == RD_INVALID_ARGUMENT && conv == nil)
    #expect(String(cString: rd_last_error()).contains("kernel 5 x 5"))
  }

  @Test func theWrongDirectionIsRefused() throws {
    let conv = try make(RD_FORWARD, Case(3, 1, 1, 4, 4, 16, 16).shape, RD_F32)
    defer { rd_conv_destroy(conv) }
    var buffer = [Float](repeating: 0, count: 512)
    #expect(rd_conv_backward_weights(conv, [Float](), [Float](), &buffer, nil) == RD_INVALID_ARGUMENT)
    #expect(rd_conv_unpack(conv, [Float](), false, &buffer, nil) == RD_INVALID_ARGUMENT)
  }

  @Test func layoutsAreComparable() throws {
    let shape = Case(3, 1, 1, 8, 8, 16, 32).shape
    var larger = shape
    larger.images = 64
    var other = shape
    other.channels_out = 16
    let convs = try [shape, larger, other].map { try make(RD_FORWARD, $0, RD_F32) }
    defer { convs.forEach { rd_conv_destroy($0) } }
    #expect(rd_conv_shares_layout(convs[0], convs[0]))
    #expect(!rd_conv_shares_layout(convs[0], convs[2]))
  }

  @Test func versionAndInstructionSetAreNamed() {
    #expect(String(cString: rd_version()).split(separator: ".").count == 3)
    #expect(!String(cString: rd_effective_isa()).isEmpty)
  }
}
