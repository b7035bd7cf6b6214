import Glibc

/// What one core of this machine can do at best just now, wherever its data lies: what single kernels are held against.
public struct CoreLimits: Sendable {
  /// Where the bytes that a kernel works on lie while it is called again and again.
  public enum Place: String, CaseIterable, Codable, Sendable {
    /// The core's own second-level cache, the third-level one, or neither.
    case secondLevel = "L2"
    case thirdLevel = "L3"
    case memory = "DRAM"

    /// The nearest place that has room for `byteCount` bytes.
    public init(holding byteCount: Int) {
      self = Place.allCases.first { byteCount <= $0.capacity }!
    }

    /// Bytes that it has room for; what Linux does not tell is assumed.
    var capacity: Int {
      func told(_ name: Int, otherwise assumed: Int) -> Int {
        let bytes = sysconf(Int32(name))
        return bytes > 0 ? bytes : assumed
      }
      return switch self {
      case .secondLevel: told(Int(_SC_LEVEL2_CACHE_SIZE), otherwise: 1 << 20)
      case .thirdLevel: told(Int(_SC_LEVEL3_CACHE_SIZE), otherwise: 16 << 20)
      case .memory: .max
      }
    }

    /// Bytes of each of two buffers that lie there and nowhere nearer.
    var sampleByteCount: Int {
      switch self {
      case .secondLevel: capacity / 4
      case .thirdLevel: min(Place.thirdLevel.capacity / 4, 4 * Place.secondLevel.capacity)
      case .memory: 2 * Place.thirdLevel.capacity
      }
    }
  }

  /// Multiply-adds a second of registers alone, by the type of the numbers multiplied.
  public let multiplyAddsPerSecond: [DataType: Double]
  /// Bytes read and written a second by copies, by where both buffers lie.
  public let bytesPerSecond: [Place: Double]

  /// Measures for about half a second: the best of several tries, since anything else running only slows one.
  public init() {
    multiplyAddsPerSecond = Dictionary(
      uniqueKeysWithValues: [DataType.float32, .bfloat16].map {
        ($0, Profile.Floor.multiplyAddsPerSecond(of: $0))
      })
    bytesPerSecond = Dictionary(
      uniqueKeysWithValues: Place.allCases.map {
        ($0, Profile.Floor.bytesPerSecond(copying: $0.sampleByteCount))
      })
    BufferPool.trim()
  }

  /// The least seconds in which one core can make so many multiply-adds of `dataType`, a float type, or move `bytes`
  /// bytes in `place`: arithmetic and moves overlap at best.
  public func seconds(
    multiplyAdds: Int, of dataType: DataType, bytes: Int, in place: Place
  ) -> Double {
    guard let products = multiplyAddsPerSecond[dataType], let moves = bytesPerSecond[place] else {
      preconditionFailure("no limit is known for \(dataType)")
    }
    return max(Double(multiplyAdds) / products, Double(bytes) / moves)
  }
}
