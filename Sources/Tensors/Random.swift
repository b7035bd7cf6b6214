import Glibc

/// A counter-based generator of random numbers: a function of a key, not of the order of calls.
///
/// Philox 4×32-10 (Salmon, Moraes, Dror, Shaw. “Parallel Random Numbers: As Easy as 1, 2, 3.” SC 2011,
/// doi:10.1145/2063384.2063405). The key is the seed and the name of a stream, the counter holds epoch, index and view.
/// An image's augmentation is therefore the same whichever thread draws it, and a resumed run replays nothing.
public struct Random: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4
  private let seed: UInt64

  /// Creates the generator of one stream: `epoch`, `index` and `view` must each lie within 0..<2³² (view: 2¹⁶).
  public init(seed: UInt64, stream: String, epoch: Int = 0, index: Int = 0, view: Int = 0) {
    self.init(
      seed: seed, key: Random.mixed(seed ^ Random.hash(stream)), epoch: epoch, index: index, view: view)
  }

  /// The key of a stream, computed once where many generators of one stream are made.
  public static func streamKey(seed: UInt64, stream: String) -> UInt64 { mixed(seed ^ hash(stream)) }

  /// Creates the generator of an already mixed stream key.
  public init(seed: UInt64, key: UInt64, epoch: Int, index: Int, view: Int) {
    self.seed = seed
    self.key = [UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)]
    counter = [0, UInt32(view) << 16, UInt32(index), UInt32(epoch)]
  }

  /// An independent generator of the same seed for the part called `name`, so that adding a part reshuffles no other.
  public func split(_ name: String) -> Random {
    let parent = UInt64(key.y) << 32 | UInt64(key.x)
    let child = Random.mixed(parent ^ Random.hash(name))
    return Random(
      seed: seed, key: child, epoch: Int(counter.w), index: Int(counter.z), view: Int(counter.y >> 16))
  }

  public mutating func next() -> UInt64 { UInt64(nextWord()) << 32 | UInt64(nextWord()) }

  /// A number drawn uniformly from [0, 1), a multiple of 2⁻²⁴.
  public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// A number drawn uniformly from `range`.
  public mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number drawn uniformly from 0..<`bound`; traps when there is none.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "no whole number lies below \(bound)")
    return Int((UInt64(nextWord()) &* UInt64(bound)) >> 32)
  }

  /// Whether an event of the given probability happens.
  public mutating func happens(withProbability probability: Float) -> Bool { uniform() < probability }

  /// A number drawn from the standard normal distribution (Box and Muller's transform).
  public mutating func normal() -> Float {
    let radius = (-2 * logf(1 - uniform())).squareRoot()
    return radius * cosf(2 * .pi * uniform())
  }

  /// The numbers 0..<`count` in random order (Fisher and Yates's shuffle).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
    return order
  }

  private mutating func nextWord() -> UInt32 {
    if used == 4 {
      block = Random.philox(counter, key)
      counter.x &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }
}

extension Random {
  /// Ten rounds of Philox 4×32.
  static func philox(_ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let first = UInt64(c.x) * 0xD251_1F53
      let second = UInt64(c.z) * 0xCD9E_8D57
      c = [
        UInt32(truncatingIfNeeded: second >> 32) ^ c.y ^ k.x, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ c.w ^ k.y, UInt32(truncatingIfNeeded: first),
      ]
      k = [k.x &+ 0x9E37_79B9, k.y &+ 0xBB67_AE85]
    }
    return c
  }

  /// FNV-1a of a stream's name.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  /// A bijection whose every output bit depends on every input bit (the finalizer of SplitMix64).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
