import CKernels
import Testing

@Suite struct Convolution3x3Tests {
  struct Shape: CustomStringConvertible, Sendable {
    let images: Int, height: Int, width: Int, input: Int, output: Int, stride: Int

    var outHeight: Int { (height - 1) / stride + 1 }
    var outWidth: Int { (width - 1) / stride + 1 }
    var description: String { "\(images) x \(height)x\(width), \(input)->\(output), stride \(stride)" }
  }

  static let shapes: [Shape] = {
    let sizes = [
      (1, 1), (1, 5), (3, 3), (4, 4), (8, 4), (7, 4), (5, 8), (8, 8), (6, 6), (13, 17), (16, 16), (3, 33),
    ]
    var shapes: [Shape] = []
    for (index, (height, width)) in sizes.enumerated() {
      for stride in 1...2 {
        let (input, output) = [(16, 16), (16, 48), (32, 16)][index % 3]
        shapes.append(
          Shape(
            images: index % 3 + 1, height: height, width: width, input: input, output: output, stride: stride)
        )
      }
    }
    shapes.append(Shape(images: 35, height: 4, width: 4, input: 16, output: 16, stride: 1))
    shapes.append(Shape(images: 11, height: 8, width: 8, input: 16, output: 32, stride: 2))
    shapes.append(Shape(images: 2, height: 32, width: 32, input: 16, output: 16, stride: 1))
    return shapes
  }()

  /// Inputs that bfloat16 holds exactly, and the three results in double.
  private struct Reference {
    let x: [Float], w: [Float], dy: [Float]
    var y: [Double], dx: [Double], dw: [Double]

    init(_ s: Shape) {
      var noise = Noise(s.height * 100 + s.width)
      x = noise.integers(s.images * s.height * s.width * s.input, limit: 8).map { $0 / 8 }
      w = noise.integers(s.output * s.input * 9, limit: 8).map { $0 / 8 }
      dy = noise.integers(s.images * s.outHeight * s.outWidth * s.output, limit: 8).map { $0 / 8 }
      y = [Double](repeating: 0, count: dy.count)
      dx = [Double](repeating: 0, count: x.count)
      dw = [Double](repeating: 0, count: w.count)
      for n in 0..<s.images {
        for i in 0..<s.outHeight {
          for j in 0..<s.outWidth {
            for tap in 0..<9 {
              let (h, v) = (i * s.stride + tap / 3 - 1, j * s.stride + tap % 3 - 1)
              guard (0..<s.height).contains(h), (0..<s.width).contains(v) else { continue }
              let (atX, atY) = (
                ((n * s.height + h) * s.width + v) * s.input,
                ((n * s.outHeight + i) * s.outWidth + j) * s.output
              )
              for o in 0..<s.output {
                for c in 0..<s.input {
                  let place = (o * s.input + c) * 9 + tap
                  y[atY + o] += Double(x[atX + c] * w[place])
                  dx[atX + c] += Double(dy[atY + o] * w[place])
                  dw[place] += Double(dy[atY + o] * x[atX + c])
                }
              }
            }
          }
        }
      }
    }
  }

  private static var exists: Bool { rk_conv3x3_supported(16, 16, 1) }

  @Test(.enabled(if: exists), arguments: shapes) func allDirectionsMatch(_ s: Shape) {
    let r = Reference(s)
    var packed = [UInt16](repeating: 0, count: rk_conv3x3_packed_bytes(s.input, s.output) / 2)
    var y = [UInt16](repeating: 0x7FC0, count: r.y.count + 8)
    var sums = [Double](repeating: .nan, count: 2 * s.output)
    rk_conv3x3_pack_forward(r.w, s.input, s.output, s.stride, &packed)
    rk_conv3x3_forward(
      bf16(r.x), packed, &y, &sums, s.images, s.height, s.width, s.input, s.output, s.stride, nil)
    let found = float(Array(y[..<r.y.count]))
    expectClose(found, r.y, tolerance: 4e-3, "forward")
    #expect(y[r.y.count...].allSatisfy { $0 == 0x7FC0 }, "wrote beyond the output")
    var expectedSums = [Double](repeating: 0, count: 2 * s.output)
    for (index, value) in found.enumerated() {
      expectedSums[index % s.output] += Double(value)
      expectedSums[s.output + index % s.output] += Double(value) * Double(value)
    }
    expectClose(sums.map { Float($0) }, expectedSums, tolerance: 1e-6, "sums")

    var dx = [UInt16](repeating: 0x7FC0, count: r.dx.count)
    rk_conv3x3_pack_data(r.w, s.input, s.output, s.stride, &packed)
    rk_conv3x3_data_gradient(
      bf16(r.dy), packed, &dx, s.images, s.height, s.width, s.input, s.output, s.stride, nil)
    expectClose(float(dx), r.dx, tolerance: 4e-3, "data gradient")

    var native = [Float](repeating: 0, count: rk_conv3x3_gradient_count(s.input, s.output))
    let bytes = rk_conv3x3_gradient_scratch_bytes(s.height, s.width, s.input, s.output, s.stride)
    var scratch = [UInt8](repeating: 0xFF, count: bytes)
    for _ in 0..<2 {
      rk_conv3x3_weight_gradient(
        bf16(r.x), bf16(r.dy), &native, s.images, s.height, s.width, s.input, s.output, s.stride, &scratch)
    }
    var dw = [Float](repeating: 1, count: r.dw.count)
    rk_conv3x3_unpack_gradient(native, s.input, s.output, s.stride, true, &dw)
    expectClose(dw, r.dw.map { 2 * $0 + 1 }, tolerance: 2e-6, "weight gradient")
    rk_conv3x3_unpack_gradient(native, s.input, s.output, s.stride, false, &dw)
    expectClose(dw, r.dw.map { 2 * $0 }, tolerance: 2e-6, "weight gradient, overwritten")
  }

  @Test func onlyWhatIsClaimed() {
    _ = rk_isa_select(RK_ISA_AVX512)
    #expect(!rk_conv3x3_supported(16, 16, 1))
    rk_isa_reset()
    for channels in [0, 3, 8, 24, 528] {
      #expect(!rk_conv3x3_supported(channels, 16, 1) && !rk_conv3x3_supported(16, channels, 1))
    }
    #expect(!rk_conv3x3_supported(16, 16, 3))
  }
}
