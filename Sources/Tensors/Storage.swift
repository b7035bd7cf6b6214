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
