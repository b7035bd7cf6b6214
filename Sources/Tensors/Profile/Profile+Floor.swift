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
      let rounds = 2_000_000
      multiplyAddsPerSecond = Floor.best {
        Double(rounds) * rk_peak_multiply_adds(rounds, dataType == .bfloat16)
      }
      let count = 32_768
      let (from, to) = (Tensor(zeros: [count]), Tensor(zeros: [count]))
      bytesPerSecond = Floor.best {
        for _ in 0..<200 { memcpy(to.floatPointer, from.floatPointer, 4 * count) }
        return Double(200 * 8 * count)
      }
    }

    /// The least seconds of one core that `entry` can take.
    public func seconds(for entry: Entry) -> Double {
      max(Double(entry.multiplyAdds) / multiplyAddsPerSecond, Double(entry.bytes) / bytesPerSecond)
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
