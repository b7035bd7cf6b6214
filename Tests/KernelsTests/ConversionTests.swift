import CKernels
import Testing

@Suite struct ConversionTests {
  /// Exact on every bit pattern of the upper half, and rounding to nearest even between them.
  @Test func roundsToNearestEven() {
    var values: [Float] = [0, -0.0, 1, -1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, 1e-30]
    for step in stride(from: UInt32(0x3F80_0000), to: 0x4000_0000, by: 0x0000_1FFF) {
      values.append(Float(bitPattern: step))
    }
    values += [0x3F80_8000, 0x3F81_8000, 0x3F80_7FFF, 0x3F80_8001].map { Float(bitPattern: $0) }
    withEveryInstructionSet { level in
      var found = [UInt16](repeating: 0, count: values.count)
      rk_f32_to_bf16(values, &found, values.count)
      for (x, bits) in zip(values, found) {
        if x.isNaN {
          #expect(float(bits).isNaN, "\(level.name)")
        } else {
          #expect(bits == bf16(x), "\(level.name): \(x)")
        }
      }
      var back = [Float](repeating: 0, count: found.count)
      rk_bf16_to_f32(found, &back, found.count)
      #expect(zip(back, found).allSatisfy { $0.bitPattern == UInt32($1) << 16 }, "\(level.name)")
    }
  }

  @Test func tailsAreLeftAlone() {
    withEveryInstructionSet { level in
      for count in 0...35 {
        var noise = Noise(count)
        let x = noise.floats(count)
        var y = [UInt16](repeating: 77, count: count + 20)
        rk_f32_to_bf16(x, &y, count)
        #expect(
          Array(y[..<count]) == bf16(x) && y[count...].allSatisfy { $0 == 77 }, "\(level.name) \(count)")
      }
    }
  }
}
