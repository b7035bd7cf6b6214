import TestSupport
import Testing

@testable import Tensors

/// Alone in its suite and serialized, because it watches counters of the whole process.
@Suite(.serialized) struct MemoryTests {
  @Test func sizeClassesWasteLittle() {
    for size in [1, 256, 257, 1_000, 4_096, 100_000, 1 << 20, (1 << 26) + 1] {
      let served = BufferPool.sizeClass(for: size)
      #expect(served >= size)
      #expect(size <= 256 || Double(served) <= 1.15 * Double(size) + 64)
    }
  }
}
