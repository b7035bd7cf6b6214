import CKernels
import Foundation
import Testing

/// torchvision's formulas in double, as its documentation and the colour-space definitions give them.
@Suite struct AugmentationTests {
  private struct Size: Sendable { let height: Int, width: Int }

  private func image(_ size: Size, seed: Int) -> [UInt8] {
    var noise = Noise(seed)
    return noise.bytes(3 * size.height * size.width)
  }

  private func floats(_ pixels: Int, seed: Int) -> [Float] {
    var noise = Noise(seed)
    var values = noise.floats(3 * pixels, in: 0...1)
    for place in [0, pixels, 2 * pixels] where pixels > 2 {
      values[place] = 0.5  // a grey pixel
      values[place + 1] = place == 0 ? 1 : 0  // a pure red one
    }
    return values
  }

  private func interleaved(_ planar: [UInt8]) -> [UInt8] {
    let pixels = planar.count / 3
    return (0..<planar.count).map { planar[$0 % 3 * pixels + $0 / 3] }
  }

  /// Weights of the source positions for output `o`, by the definition of the triangle filter.
  private func weights(_ o: Int, out: Int, begin: Int, length: Int, antialias: Bool) -> [(Int, Double)] {
    let scale = Double(length) / Double(out)
    let support = antialias ? max(scale, 1) : 1
    let centre = Double(begin) + (Double(o) + 0.5) * scale
    let all = (begin..<(begin + length)).map { ($0, max(0, 1 - abs(Double($0) + 0.5 - centre) / support)) }
    let sum = all.reduce(0) { $0 + $1.1 }
    return all.map { ($0.0, $0.1 / sum) }
  }

  @Test(arguments: [
    (9, 13, 2, 3, 5, 7, 8, 8), (32, 32, 0, 0, 32, 32, 32, 32), (32, 32, 4, 1, 20, 31, 32, 32),
    (40, 50, 3, 5, 33, 41, 16, 12), (7, 7, 6, 6, 1, 1, 5, 20), (96, 96, 10, 20, 80, 70, 32, 48),
  ])
  func resizedCrop(
    _ h: Int, _ w: Int, _ top: Int, _ left: Int, _ boxHeight: Int, _ boxWidth: Int, _ outH: Int, _ outW: Int
  ) {
    let bytes = image(Size(height: h, width: w), seed: h)
    for (antialias, flip) in [(true, false), (true, true), (false, false)] {
      let rows = (0..<outH).map {
        weights($0, out: outH, begin: top, length: boxHeight, antialias: antialias)
      }
      let columns = (0..<outW).map {
        weights($0, out: outW, begin: left, length: boxWidth, antialias: antialias)
      }
      var expected: [Double] = []
      for c in 0..<3 {
        for y in 0..<outH {
          for x in 0..<outW {
            var sum = 0.0
            for (i, wy) in rows[y] where wy > 0 {
              for (j, wx) in columns[flip ? outW - 1 - x : x] where wx > 0 {
                sum += wy * wx * Double(bytes[(c * h + i) * w + j])
              }
            }
            expected.append(sum / 255)
          }
        }
      }
      withEveryInstructionSet { _ in
        var scratch = [UInt8](repeating: 0, count: rk_augment_scratch_bytes(3, h, w, outH, outW))
        var out = [Float](repeating: .nan, count: 3 * outH * outW)
        rk_resized_crop(
          bytes, 3, h, w, false, Float(top), Float(left), Float(boxHeight), Float(boxWidth), false, antialias,
          flip,
          &out,
          outH, outW, &scratch)
        expectClose(out, expected, tolerance: 1e-6, "antialias \(antialias), flip \(flip)")
        var second = [Float](repeating: .nan, count: 3 * outH * outW)
        rk_resized_crop(
          interleaved(bytes), 3, h, w, true, Float(top), Float(left), Float(boxHeight), Float(boxWidth),
          false, antialias,
          flip, &second, outH, outW, &scratch)
        #expect(second == out)
      }
    }
  }

  @Test(arguments: [false, true]) func fractionalBoxesStayInside(cubic: Bool) {
    let bytes = [UInt8](repeating: 255, count: 3 * 11 * 9)
    withEveryInstructionSet { _ in
      for (top, height) in [(0.25, 10.75), (0, 0.5), (10.4, 0.6), (3.3, 4.4)] as [(Float, Float)] {
        var scratch = [UInt8](repeating: 0, count: rk_augment_scratch_bytes(3, 11, 9, 6, 7))
        var out = [Float](repeating: .nan, count: 3 * 6 * 7)
        rk_resized_crop(
          bytes, 3, 11, 9, false, top, top / 2, height, height / 2, cubic, true, false, &out, 6, 7, &scratch)
        #expect(out.allSatisfy { abs($0 - 1) < 1e-6 }, "\(top) \(height)")
      }
    }
  }

  /// The scratch that callers are told to bring is all that is written, whatever is shrunk or stretched.
  @Test(arguments: [(32, 32), (32, 5), (5, 32), (96, 96), (96, 33), (7, 96), (1, 4)])
  func cropsStayInTheirScratch(side: Int, outSide: Int) {
    let bytes = image(Size(height: side, width: side), seed: 3)
    let count = rk_augment_scratch_bytes(3, side, side, outSide, outSide)
    withEveryInstructionSet { _ in
      for cubic in [false, true] {
        var scratch = [UInt8](repeating: 0xA5, count: count + 4_096)
        var out = [Float](repeating: .nan, count: 3 * outSide * outSide)
        rk_resized_crop(
          bytes, 3, side, side, false, 0, 0, Float(side), Float(side), cubic, true, false, &out, outSide,
          outSide, &scratch)
        #expect(scratch[count...].allSatisfy { $0 == 0xA5 }, "cubic \(cubic)")
        #expect(out.allSatisfy { (0...1.000001).contains($0) })
      }
    }
  }

  @Test func paddedCrop() {
    let (h, w) = (6, 5)
    let bytes = image(Size(height: h, width: w), seed: 2)
    for (top, left, flip) in [(0, 0, false), (-2, 1, false), (3, -4, true), (-9, 0, false), (0, 7, false)] {
      var expected: [Float] = []
      for c in 0..<3 {
        for y in 0..<h {
          for x in 0..<w {
            let (i, j) = (y + top, (flip ? w - 1 - x : x) + left)
            let inside = (0..<h).contains(i) && (0..<w).contains(j)
            expected.append(inside ? Float(bytes[(c * h + i) * w + j]) / 255 : 0)
          }
        }
      }
      withEveryInstructionSet { _ in
        var out = [Float](repeating: .nan, count: 3 * h * w)
        rk_padded_crop(bytes, 3, h, w, false, top, left, flip, &out, h, w)
        expectClose(out, expected, tolerance: 1e-6)
        rk_padded_crop(interleaved(bytes), 3, h, w, true, top, left, flip, &out, h, w)
        expectClose(out, expected, tolerance: 1e-6)
      }
    }
  }

  private func gray(_ x: [Float], _ p: Int, _ n: Int) -> Double {
    0.2989 * Double(x[p]) + 0.587 * Double(x[n + p]) + 0.114 * Double(x[2 * n + p])
  }

  @Test(arguments: [1, 5, 16, 50], [Float(0), 0.6, 1, 1.4]) func brightnessContrastSaturation(
    n: Int, f: Float
  ) {
    let x = floats(n, seed: n)
    let factor = Double(f)
    let clamp = { (v: Double) in min(max(v, 0), 1) }
    let mean = (0..<n).reduce(0) { $0 + gray(x, $1, n) } / Double(n)
    withEveryInstructionSet { _ in
      var y = x
      rk_adjust_brightness(&y, n, f)
      expectClose(y, x.map { clamp(Double($0) * factor) }, tolerance: 1e-6)
      y = x
      rk_adjust_contrast(&y, n, f)
      expectClose(y, x.map { clamp(Double($0) * factor + (1 - factor) * mean) }, tolerance: 1e-6)
      y = x
      rk_adjust_saturation(&y, n, f)
      expectClose(
        y, x.indices.map { clamp(Double(x[$0]) * factor + (1 - factor) * gray(x, $0 % n, n)) },
        tolerance: 1e-6)
      y = x
      rk_grayscale(&y, n)
      expectClose(y, x.indices.map { gray(x, $0 % n, n) }, tolerance: 1e-6)
      y = x
      rk_solarize(&y, 3 * n, 0.5)
      expectClose(y, x.map { $0 >= 0.5 ? 1 - $0 : $0 }, tolerance: 1e-6)
    }
  }

  private func shiftedHue(_ r: Double, _ g: Double, _ b: Double, _ shift: Double) -> [Double] {
    let (most, least) = (max(r, g, b), min(r, g, b))
    let chroma = most - least
    var h = 0.0
    if chroma > 0 {
      h = most == r ? (g - b) / chroma : most == g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma
    }
    h = h / 6 + shift
    h -= h.rounded(.down)
    let (s, v) = (most == 0 ? 0 : chroma / most, most)
    let sextant = Int(h * 6) % 6
    let f = h * 6 - (h * 6).rounded(.down)
    let (p, q, t) = (v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f)))
    return [[v, t, p], [q, v, p], [p, v, t], [p, q, v], [t, p, v], [v, p, q]][sextant]
  }

  @Test(arguments: [3, 16, 70], [Float(-0.5), -0.1, 0, 0.1, 0.37, 0.5]) func hue(n: Int, shift: Float) {
    let x = floats(n, seed: n)
    var expected = [Double](repeating: 0, count: 3 * n)
    for p in 0..<n {
      let rgb = shiftedHue(Double(x[p]), Double(x[n + p]), Double(x[2 * n + p]), Double(shift))
      for c in 0..<3 { expected[c * n + p] = rgb[c] }
    }
    withEveryInstructionSet { _ in
      var y = x
      rk_adjust_hue(&y, n, shift)
      expectClose(y, expected, tolerance: 3e-6)
    }
  }

  @Test(arguments: [(8, 9, 3, Float(0.7)), (32, 32, 5, 2), (20, 17, 9, 1.3), (32, 40, 23, 5)])
  func gaussianBlur(h: Int, w: Int, size: Int, sigma: Float) {
    let x = floats(h * w, seed: h)
    let radius = size / 2
    var kernel = (0..<size).map { exp(-0.5 * pow((Double($0) - Double(radius)) / Double(sigma), 2)) }
    let sum = kernel.reduce(0, +)
    kernel = kernel.map { $0 / sum }
    let reflect = { (i: Int, n: Int) in i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i }
    var expected: [Double] = []
    for c in 0..<3 {
      for y in 0..<h {
        for column in 0..<w {
          var total = 0.0
          for i in 0..<size {
            for j in 0..<size {
              let source = (c * h + reflect(y + i - radius, h)) * w + reflect(column + j - radius, w)
              total += kernel[i] * kernel[j] * Double(x[source])
            }
          }
          expected.append(total)
        }
      }
    }
    withEveryInstructionSet { _ in
      var scratch = [UInt8](repeating: 0, count: rk_augment_scratch_bytes(3, h, w, h, w))
      var y = x
      rk_gaussian_blur(&y, 3, h, w, size, sigma, &scratch)
      expectClose(y, expected, tolerance: 1e-6)
    }
  }

  @Test(arguments: [1, 16, 40, 63]) func standardization(pixels: Int) {
    for channels in [1, 3, 4] {
      var noise = Noise(pixels)
      let x = noise.floats(channels * pixels, in: 0...1)
      let mean = noise.floats(channels, in: 0.4...0.5)
      let deviation = noise.floats(channels, in: 0.2...0.3)
      let expected = x.indices.map {
        (x[$0 % channels * pixels + $0 / channels] - mean[$0 % channels]) / deviation[$0 % channels]
      }
      withEveryInstructionSet { _ in
        var y = [Float](repeating: .nan, count: x.count)
        rk_standardize_f32(x, channels, pixels, mean, deviation, &y)
        expectClose(y, expected, tolerance: 1e-6)
        var narrow = [UInt16](repeating: 0, count: x.count)
        rk_standardize_bf16(x, channels, pixels, mean, deviation, &narrow)
        expectClose(float(narrow), expected, tolerance: 4e-3)
      }
    }
  }
}
