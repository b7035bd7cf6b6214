import Glibc
import Synchronization

/// Where the time of a training step goes, by kind of work; off, and then free, unless someone measures.
public enum Profile {
  /// A kind of work.
  public enum Work: Int, CaseIterable, Sendable {
    /// Drawing views from image bytes.
    case views
    /// Bringing weights into the layout of their kernels.
    case packing
    /// Convolutions, and their gradients with respect to activations and weights.
    case convolution, dataGradient, weightGradient
    /// Normalizing, adding, rectifying and pooling activations, and the sums for it that no convolution made.
    case activation
    /// The same on the way back.
    case activationGradient
    /// Float32 matrix products.
    case product
    /// Contrastive losses with their gradients.
    case loss
    /// Changing parameters, and the networks that follow them.
    case update
    /// Waiting for the other workers.
    case waiting
  }

  /// What was spent on one kind of work.
  public struct Entry: Sendable, Equatable {
    /// Seconds of all cores together.
    public var coreSeconds = 0.0
    /// Multiply-adds, where it is made of them; taps of convolutions that fall on padding do not count.
    public var multiplyAdds = 0
    /// Bytes read and written, where it is made of those.
    public var bytes = 0
  }

  private static let isOn = Atomic<Bool>(false)
  private static let entries = Mutex([Entry](repeating: Entry(), count: Work.allCases.count))

  /// Measures while `body` runs, and returns what was spent on each kind of work, in the order of `Work.allCases`.
  public static func entries(of body: () throws -> Void) rethrows -> [(work: Work, entry: Entry)] {
    entries.withLock { for index in $0.indices { $0[index] = Entry() } }
    isOn.store(true, ordering: .sequentiallyConsistent)
    defer { isOn.store(false, ordering: .sequentiallyConsistent) }
    try body()
    return entries.withLock { entries in Work.allCases.map { ($0, entries[$0.rawValue]) } }
  }

  /// Takes the time of `body` on this worker.
  @inline(__always)
  static func time<Result>(
    _ work: Work, multiplyAdds: @autoclosure () -> Int = 0, bytes: @autoclosure () -> Int = 0,
    _ body: () throws -> Result
  ) rethrows -> Result {
    guard isOn.load(ordering: .relaxed) else { return try body() }
    return try taken(work, 1, multiplyAdds(), bytes(), body)
  }

  /// Takes the time of `body`, which keeps all workers from other work whether it has a use for them or not.
  @inline(__always)
  public static func timeOfAll<Result>(
    _ work: Work, multiplyAdds: @autoclosure () -> Int = 0, bytes: @autoclosure () -> Int = 0,
    _ body: () throws -> Result
  ) rethrows -> Result {
    guard isOn.load(ordering: .relaxed) else { return try body() }
    return try taken(work, Double(WorkerPool.threads), multiplyAdds(), bytes(), body)
  }

  private static func taken<Result>(
    _ work: Work, _ cores: Double, _ multiplyAdds: Int, _ bytes: Int, _ body: () throws -> Result
  ) rethrows -> Result {
    let start = now()
    let result = try body()
    let seconds = now() - start
    entries.withLock {
      $0[work.rawValue].coreSeconds += cores * seconds
      $0[work.rawValue].multiplyAdds += multiplyAdds
      $0[work.rawValue].bytes += bytes
    }
    return result
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
