import CKernels
import Foundation
import Testing

@Suite struct ElementwiseTests {
  static let counts = [0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 64, 100]

  @Test func arithmeticMatches() {
    withEveryInstructionSet { _ in
      for count in Self.counts {
        var noise = Noise(count)
        let a = noise.floats(count)
        let b = noise.floats(count, in: 0.5...2)
        func check(_ what: String, _ expected: [Float], _ body: (inout [Float]) -> Void) {
          var y = [Float](repeating: 7, count: count + 20)
          body(&y)
          expectClose(Array(y[..<count]), expected, tolerance: 2e-7, floor: 1, what)
          #expect(y[count...].allSatisfy { $0 == 7 }, "\(what) wrote beyond its end")
        }
        check("add", zip(a, b).map { $0 + $1 }) { rk_add(a, b, &$0, count) }
        check("subtract", zip(a, b).map { $0 - $1 }) { rk_subtract(a, b, &$0, count) }
        check("multiply", zip(a, b).map { $0 * $1 }) { rk_multiply(a, b, &$0, count) }
        check("divide", zip(a, b).map { $0 / $1 }) { rk_divide(a, b, &$0, count) }
        check("add ReLU", zip(a, b).map { max($0 - $1, 0) }) { rk_add_relu_f32(a, b.map { -$0 }, &$0, count) }
        check("ReLU", a.map { max($0, 0) }) { rk_relu_f32(a, &$0, count) }
        check("scale", a.map { 3 * $0 }) { rk_scale(a, 3, &$0, count) }
        check("add scalar", a.map { 3 + $0 }) { rk_add_scalar(a, 3, &$0, count) }
        check("fill", a.map { _ in 5 }) { rk_fill(&$0, 5, count) }
        check("sqrt", b.map { $0.squareRoot() }) { rk_sqrt(b, &$0, count) }
        check("ReLU gradient", zip(a, b).map { $0 > 0 ? $1 : 0 }) { rk_relu_gradient_f32(b, a, &$0, count) }
        check("axpy", a.map { 7 + 2 * $0 }) { rk_axpy(2, a, &$0, count) }
        check("axpby", a.map { 3.5 + 2 * $0 }) { rk_axpby(2, a, 0.5, &$0, count) }
        check("ema", a.map { 0.75 * 7 + 0.25 * $0 }) { rk_ema(&$0, a, count, 0.75) }
      }
    }
  }

  @Test func narrowArithmeticMatches() {
    withEveryInstructionSet { level in
      for count in Self.counts {
        var noise = Noise(count)
        let a = bf16(noise.floats(count))
        let b = bf16(noise.floats(count))
        var y = [UInt16](repeating: 0, count: count)
        rk_add_bf16(a, b, &y, count)
        #expect(y == zip(a, b).map { bf16(float($0) + float($1)) }, "\(level.name)")
        rk_add_relu_bf16(a, b, &y, count)
        #expect(y == zip(a, b).map { bf16(max(float($0) + float($1), 0)) }, "\(level.name)")
        rk_relu_bf16(a, &y, count)
        #expect(y == a.map { bf16(max(float($0), 0)) }, "\(level.name)")
        rk_relu_gradient_bf16(a, b, &y, count)
        #expect(y == zip(a, b).map { float($1) > 0 ? $0 : 0 }, "\(level.name)")
      }
    }
  }

  @Test func exponentialsAreAccurate() {
    let x = stride(from: Float(-86.5), through: 88, by: 0.0371).map { $0 } + [0, -0.0, 1e-8, 88.7, -87.3]
    let special: [Float] = [-200, -104.5, 90, .infinity, -.infinity, .nan]
    withEveryInstructionSet { level in
      var y = [Float](repeating: 0, count: x.count)
      rk_exp(x, &y, x.count)
      let worst = zip(x, y).map { abs(Double($1) / exp(Double($0)) - 1) }.max()!
      #expect(worst < 2e-7, "\(level.name): relative error \(worst)")
      var ends = special
      rk_exp(special, &ends, special.count)
      #expect(
        Array(ends[..<5]) == [0, 0, .infinity, .infinity, 0] && ends[5].isNaN, "\(level.name): \(ends)")
    }
  }

  @Test func logarithmsAreAccurate() {
    var x: [Float] = []
    var value: Float = 1e-37
    while value < 1e38 {
      x.append(value)
      value *= 1.0173
    }
    x += [1, 0.999, 1.001, 2, 0.5, Float(bitPattern: 70_000)]
    let special: [Float] = [0, -1, .infinity, .nan, -.infinity]
    withEveryInstructionSet { level in
      var y = [Float](repeating: 0, count: x.count)
      rk_log(x, &y, x.count)
      let worst = zip(x, y).map { abs(Double($1) - log(Double($0))) / max(abs(log(Double($0))), 1) }.max()!
      #expect(worst < 2e-7, "\(level.name): error \(worst)")
      var ends = special
      rk_log(special, &ends, special.count)
      #expect(
        ends[0] == -.infinity && ends[1].isNaN && ends[2] == .infinity && ends[3].isNaN && ends[4].isNaN)
    }
  }

  @Test func reductionsMatch() {
    withEveryInstructionSet { level in
      for count in Self.counts + [1000] {
        var noise = Noise(count)
        let a = noise.floats(count)
        let b = noise.floats(count)
        let sum = a.reduce(0.0) { $0 + Double($1) }
        let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let distance = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        #expect(abs(rk_sum(a, count) - sum) < 1e-9, "\(level.name)")
        #expect(
          abs(rk_dot(a, b, count) - dot) < 1e-5 && abs(rk_squared_distance(a, b, count) - distance) < 1e-4)
        #expect(rk_is_finite(a, count))
        for bad in [Float.nan, .infinity, -.infinity] where count > 0 {
          var c = a
          c[count - 1] = bad
          #expect(!rk_is_finite(c, count) && (!rk_sum(c, count).isFinite))
        }
      }
    }
  }
}
