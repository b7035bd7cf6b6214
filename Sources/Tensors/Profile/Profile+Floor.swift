import CKernels
import Glibc

extension Profile {
  /// What one core can do at best on this machine now: the floor that a step's parts are held against.
  public struct Floor: Sendable {
    /// Multiply-adds a second of registers alone, in numbers of the given type.
    public let multiplyAddsPerSecond: Double
    /// Bytes read and written a second by copies that stay in the second-level cache.
    public let bytesPerSecond: Double

    /// Measures for about a fifth of a second: the best of several tries, since anything else running only slows one.
    public init(_ dataType: DataType) {
      multiplyAddsPerSecond = Floor.multiplyAddsPerSecond(of: dataType)
      bytesPerSecond = Floor.bytesPerSecond(copying: 131_072)
    }

    /// The least seconds of one core that `entry` can take.
    public func seconds(for entry: Entry) -> Double {
      max(Double(entry.multiplyAdds) / multiplyAddsPerSecond, Double(entry.bytes) / bytesPerSecond)
    }

    /// Multiply-adds a second in registers, in numbers of the given type.
    static func multiplyAddsPerSecond(of dataType: DataType) -> Double {
      let rounds = 2_000_000
      return best { Double(rounds) * rk_peak_multiply_adds(rounds, dataType == .bfloat16) }
    }

    /// Bytes read and written a second by copies from one buffer of `byteCount` bytes to another.
    static func bytesPerSecond(copying byteCount: Int) -> Double {
      let (from, to) = (Tensor(zeros: [byteCount], .uint8), Tensor(zeros: [byteCount], .uint8))
      let repetitions = max(1, 26_000_000 / byteCount)
      return withExtendedLifetime((from, to)) {
        best {
          for _ in 0..<repetitions { memcpy(to.storage.pointer, from.storage.pointer, byteCount) }
          return Double(repetitions * 2 * byteCount)
        }
      }
    }

    private static func best(_ body: () -> Double) -> Double {
      (0..<8).map { _ in
        let start = ContinuousClock.now
        let done = body()
        return done / ((ContinuousClock.now - start) / .seconds(1))
      }.max()!
    }
  }
}
