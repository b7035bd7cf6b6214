import CKernels
import Testing

/// A small reproducible generator for test data; the engine's `Random` is tested elsewhere.
struct Noise {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform values in `range`.
  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in
      range.lowerBound + (range.upperBound - range.lowerBound) * Float(bits() >> 40) / Float(1 << 24)
    }
  }

  /// Whole numbers in -`limit`...`limit`, whose products and short sums are exact in f32.
  mutating func integers(_ count: Int, limit: Int) -> [Float] {
    (0..<count).map { _ in Float(Int(bits() % UInt64(2 * limit + 1)) - limit) }
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: bits()) } }
}

/// bfloat16 by the definition: the nearest value with eight significant bits, ties to even.
func bf16(_ x: Float) -> UInt16 {
  if x.isNaN { return UInt16(x.bitPattern >> 16) | 0x40 }
  let low = x.bitPattern & 0xFFFF
  let high = x.bitPattern >> 16
  let up = low > 0x8000 || (low == 0x8000 && high & 1 == 1)
  return UInt16(truncatingIfNeeded: high + (up ? 1 : 0))
}

func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

func bf16(_ x: [Float]) -> [UInt16] { x.map { bf16($0) } }

func float(_ x: [UInt16]) -> [Float] { x.map { float($0) } }

/// Runs `body` on this thread with every instruction set that the machine has.
func withEveryInstructionSet(_ body: (rk_isa_level) throws -> Void) rethrows {
  for raw in 0...4 as ClosedRange<UInt32> {
    let level = rk_isa_level(raw)
    // A level that the machine lacks selects a lower one all the same, which the thread's next test must not inherit.
    defer { rk_isa_reset() }
    guard rk_isa_select(level) == level else { continue }
    try body(level)
  }
}

/// Expects |found - expected| <= tolerance * (largest |expected|, at least `floor`) everywhere.
func expectClose<T: BinaryFloatingPoint>(
  _ found: [Float], _ expected: [T], tolerance: Double, floor: Double = 1e-3, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(what)", sourceLocation: sourceLocation)
  let scale = max(expected.reduce(0) { max($0, abs(Double($1))) }, floor)
  var worst = 0.0
  var place = 0
  for (index, (x, y)) in zip(found, expected).enumerated() {
    let difference = abs(Double(x) - Double(y))
    // Of NaN no number would ever be the larger.
    let error = difference.isNaN ? .infinity : difference
    if error > worst {
      worst = error
      place = index
    }
  }
  guard worst > tolerance * scale else { return }
  let level = String(cString: rk_isa_name(rk_isa()))
  Issue.record(
    "\(what) [\(level)]: element \(place) is \(found[place]), expected \(expected[place]) (tolerance \(tolerance * scale))",
    sourceLocation: sourceLocation)
}

extension rk_isa_level {
  var name: String { String(cString: rk_isa_name(self)) }
}
