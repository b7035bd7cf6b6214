import Numerics

/// Normal numbers that are the same on every machine for the same seed.
package struct NormalDraws {
  private var state: UInt64
  private var spare: Double?

  package init(seed: UInt64) { state = seed }

  /// The next bits, by SplitMix64: Steele, Lea and Flood, OOPSLA 2014.
  package mutating func bits() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number above zero and up to one.
  package mutating func uniform() -> Double { Double((bits() >> 11) + 1) * 0x1p-53 }

  /// A number from the standard normal distribution, by Marsaglia's polar method.
  package mutating func normal() -> Double {
    if let found = spare {
      spare = nil
      return found
    }
    while true {
      let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
      let square = x * x + y * y
      if square >= 1 || square == 0 { continue }
      let factor = (-2 * Double.log(square) / square).squareRoot()
      spare = y * factor
      return x * factor
    }
  }

  /// A number from the χ² distribution with so many degrees of freedom.
  package mutating func chiSquared(_ degrees: Int) -> Double {
    (0..<degrees).reduce(0) { sum, _ in
      let z = normal()
      return sum + z * z
    }
  }

  /// A number from the gamma distribution of a whole shape and scale one: a sum of exponentials.
  package mutating func gamma(_ shape: Int) -> Double {
    (0..<shape).reduce(0) { sum, _ in sum - Double.log(uniform()) }
  }
}
