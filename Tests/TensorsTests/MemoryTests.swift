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

  /// A line and a status that programs can tell from a crash.
  @Test func memoryThatIsNotThereEndsTheProcessWithALine() async throws {
    let result = await #expect(processExitsWith: .exitCode(2), observing: [\.standardErrorContent]) {
      _ = Storage(byteCount: 1 << 60)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("error: out of memory") && text.contains("plan.batchSize"))
  }
}
