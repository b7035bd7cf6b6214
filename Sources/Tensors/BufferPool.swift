import Glibc
import Synchronization

/// Recycles storage by size class, so that a training step allocates nothing from the system once warm.
///
/// Touching a fresh 64 MB buffer costs as much as the convolution that fills it; a recycled one costs nothing. Every
/// step asks for the same sizes, so a free list per size class is all the planning that is needed: reference counting
/// returns a buffer at its last use.
public enum BufferPool {
  /// What the pool has done since the process started.
  public struct Statistics: Sendable, Equatable {
    /// How often memory was asked from the system; constant in a warm training loop.
    public var systemAllocations = 0
    /// Bytes in buffers that are in use.
    public var liveBytes = 0
    /// Bytes held in all, in use or free.
    public var heldBytes = 0
    /// The most bytes held at any time.
    public var peakBytes = 0
  }

  private struct State: ~Copyable {
    /// Addresses, because pointers are not `Sendable`.
    var free: [Int: [UInt]] = [:]
    var statistics = Statistics()
  }

  private static let state = Mutex(State())
  private static let hugePage = 1 << 21

  /// What the pool has done since the process started.
  public static var statistics: Statistics { state.withLock { $0.statistics } }

  /// Gives every free buffer back to the system; called between phases of different sizes.
  public static func trim() {
    state.withLock { state in
      for (size, buffers) in state.free {
        for address in buffers { free(UnsafeMutableRawPointer(bitPattern: address)) }
        state.statistics.heldBytes -= size * buffers.count
      }
      state.free.removeAll()
    }
  }

  /// The size class that serves `byteCount`: the next multiple of an eighth of its power of two, at least 256 bytes.
  static func sizeClass(for byteCount: Int) -> Int {
    if byteCount <= 256 { return 256 }
    let power = 1 << (Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount)
    let step = max(power / 8, 64)
    return (byteCount + step - 1) / step * step
  }

  static func take(_ size: Int) -> UnsafeMutableRawPointer {
    let recycled = state.withLock { state -> UInt? in
      state.statistics.liveBytes += size
      return state.free[size]?.popLast()
    }
    if let recycled { return UnsafeMutableRawPointer(bitPattern: recycled)! }
    let fresh = allocate(size)
    state.withLock { state in
      state.statistics.systemAllocations += 1
      state.statistics.heldBytes += size
      state.statistics.peakBytes = max(state.statistics.peakBytes, state.statistics.heldBytes)
    }
    return fresh
  }

  static func giveBack(_ buffer: UnsafeMutableRawPointer, size: Int) {
    let address = UInt(bitPattern: buffer)
    state.withLock { state in
      state.statistics.liveBytes -= size
      state.free[size, default: []].append(address)
    }
  }

  /// Ends the process with a line and status 2: no caller could go on, and nothing that was saved is touched.
  private static func endOutOfMemory(asking size: Int) -> Never {
    let line =
      "error: out of memory: \(size >> 20) MiB more were asked for and not to be had. Lower what the network or a batch "
      + "takes (plan.batchSize, width, queueLength), or run this on a larger machine; what was saved is kept.\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    _exit(2)
  }

  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    let alignment = size >= hugePage ? hugePage : 64
    let status = posix_memalign(&pointer, alignment, size)
    guard status == 0, let pointer else { endOutOfMemory(asking: size) }
    if size >= hugePage { madvise(pointer, size, MADV_HUGEPAGE) }
    return pointer
  }
}
