/// Aligned bytes that return themselves to the pool when the last tensor lets go of them.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int
  private let sizeClass: Int

  /// Creates storage of unspecified content.
  init(byteCount: Int) {
    self.byteCount = byteCount
    sizeClass = BufferPool.sizeClass(for: byteCount)
    pointer = BufferPool.take(sizeClass)
  }

  deinit { BufferPool.giveBack(pointer, size: sizeClass) }
}

/// Memory for every worker of one run, taken before it starts: how many workers overlap is chance, how much memory a step
/// asks for must not be.
struct WorkerScratch {
  private let storage: Storage
  private let stride: Int

  init(byteCount: Int) {
    stride = max(64, (byteCount + 63) / 64 * 64)
    storage = Storage(byteCount: stride * WorkerPool.threads)
  }

  func pointer(of worker: Int) -> UnsafeMutableRawPointer { storage.pointer + worker * stride }
}
