import CKernels
import Foundation
import Testing

@Suite struct GroupNormTests {
  @Test func siluAndItsSlopeAreAccurateAndSaturate() {
    let x = stride(from: Float(-30), through: 30, by: 0.37).map { $0 } + [0, -200, 200, -88, 88]
    let dy = x.map { 1 + 0.1 * $0 }
    withEveryInstructionSet { level in
      var y = [Float](repeating: 0, count: x.count)
      var dx = y
      rk_silu(x, &y, x.count)
      rk_silu_gradient(dy, x, &dx, x.count)
      for index in x.indices {
        let argument = Double(x[index])
        let s = 1 / (1 + exp(-argument))
        #expect(abs(Double(y[index]) - argument * s) <= 1e-6 * abs(argument * s) + 1e-37, "\(level.name)")
        let slope = Double(dy[index]) * s * (1 + argument * (1 - s))
        #expect(abs(Double(dx[index]) - slope) <= 2e-6 * abs(Double(dy[index])), "\(level.name) \(argument)")
      }
      var odd: [Float] = [.nan]
      rk_silu(odd, &odd, 1)
      #expect(odd[0].isNaN)
    }
  }

  /// Everything that one image needs, in doubles.
  private struct Reference {
    var y, dx, sums: [Double]

    init(
      _ x: [Float], _ dy: [Float], channels: Int, scale: [Float], shift: [Float], mean: [Float], silu: Bool,
      terms: [[Float]]
    ) {
      (y, dx) = ([], [])
      sums = [Double](repeating: 0, count: 2 * channels)
      for (place, value) in x.enumerated() {
        let (channel, v) = (place % channels, Double(value))
        let z = v * Double(scale[channel]) + Double(shift[channel])
        let s = 1 / (1 + exp(-z))
        y.append(silu ? z * s : z)
        let g = Double(dy[place]) * (silu ? s * (1 + z * (1 - s)) : 1)
        sums[channel] += g
        sums[channels + channel] += g * (v - Double(mean[channel]))
        dx.append(Double(terms[0][channel]) * g + Double(terms[1][channel]) * v + Double(terms[2][channel]))
      }
    }
  }

  @Test(arguments: [(1, 1, 1, true), (2, 6, 5, true), (3, 4, 16, false), (2, 9, 33, true)])
  func imagesAreScaledAndTheirGradientsSummed(images: Int, positions: Int, channels: Int, silu: Bool) {
    var noise = Noise(channels)
    let size = positions * channels
    let x = noise.floats(images * size, in: -3...3).map { float(bf16($0)) }
    let dy = noise.floats(images * size).map { float(bf16($0)) }
    func coefficients() -> [Float] { noise.floats(images * channels) }
    let (scale, shift, mean) = (coefficients(), coefficients(), coefficients())
    let terms = [coefficients(), coefficients(), coefficients()]
    let references = (0..<images).map { image in
      let (pixels, own) = (image * size..<(image + 1) * size, image * channels..<(image + 1) * channels)
      return Reference(
        Array(x[pixels]), Array(dy[pixels]), channels: channels, scale: Array(scale[own]),
        shift: Array(shift[own]), mean: Array(mean[own]), silu: silu, terms: terms.map { Array($0[own]) })
    }
    let (expectedY, expectedDX) = (references.flatMap(\.y), references.flatMap(\.dx))
    let expectedSums = references.flatMap(\.sums)
    withEveryInstructionSet { level in
      var (y, dx) = ([Float](repeating: 7, count: x.count), [Float](repeating: 7, count: x.count))
      var sums = [Float](repeating: 7, count: 2 * images * channels)
      rk_gn_apply_f32(x, scale, shift, silu, &y, images, positions, channels)
      rk_gn_backward_sums_f32(dy, x, scale, shift, mean, silu, &sums, images, positions, channels)
      rk_gn_backward_apply_f32(
        dy, x, scale, shift, silu, terms[0], terms[1], terms[2], &dx, images, positions, channels)
      expectClose(y, expectedY, tolerance: 1e-6, "y")
      expectClose(sums, expectedSums, tolerance: 2e-6, "sums")
      expectClose(dx, expectedDX, tolerance: 1e-6, "dx")
      var narrow = [UInt16](repeating: 0, count: x.count)
      rk_gn_apply_bf16(bf16(x), scale, shift, silu, &narrow, images, positions, channels)
      expectClose(float(narrow), expectedY, tolerance: 4e-3, "bfloat16 y")
      rk_gn_backward_sums_bf16(
        bf16(dy), bf16(x), scale, shift, mean, silu, &sums, images, positions, channels)
      expectClose(sums, expectedSums, tolerance: 2e-6, "bfloat16 sums")
      rk_gn_backward_apply_bf16(
        bf16(dy), bf16(x), scale, shift, silu, terms[0], terms[1], terms[2], &narrow, images, positions,
        channels)
      expectClose(float(narrow), expectedDX, tolerance: 4e-3, "bfloat16 dx")
    }
  }

  @Test func rowsAreCopiedWhereTheyBelong() {
    let x = (0..<12).map { UInt8($0) }
    var y = [UInt8](repeating: 99, count: 15)
    rk_copy_rows(x, 4, &y, 5, 3, 3)
    #expect(y == [0, 1, 2, 99, 99, 4, 5, 6, 99, 99, 8, 9, 10, 99, 99])
  }
}
