import CKernels
import Synchronization
import Testing

/// The pool is one for the process, so tests that change its width run in a process of their own.
@Suite struct PoolTests {
  final class Counter: Sendable {
    let calls = Atomic<Int>(0)
    let width = Atomic<Int>(0)
    let order = Atomic<Int>(0)
    let mistakes = Atomic<Int>(0)
  }

  static func run(
    _ counter: Counter, _ body: @convention(c) (UnsafeMutableRawPointer?, Int32, Int32) -> Void
  ) {
    rk_pool_run(body, Unmanaged.passUnretained(counter).toOpaque())
  }

  @Test func everyWorkerRunsOnce() async {
    await #expect(processExitsWith: .success) {
      for width in [1, 2, 3, 5, 1, 4] as [Int32] {
        rk_pool_start(width)
        #expect(rk_pool_threads() == width)
        for _ in 0..<50 {
          let counter = Counter()
          PoolTests.run(counter) { context, worker, workers in
            let counter = Unmanaged<Counter>.fromOpaque(context!).takeUnretainedValue()
            counter.calls.add(1 << Int(4 * worker), ordering: .relaxed)
            counter.width.store(Int(workers), ordering: .relaxed)
          }
          let once = (0..<Int(width)).reduce(0) { $0 + 1 << (4 * $1) }
          #expect(counter.calls.load(ordering: .relaxed) == once)
          #expect(counter.width.load(ordering: .relaxed) == Int(width))
        }
      }
    }
  }

  @Test func everyNumberIsClaimedOnce() async {
    await #expect(processExitsWith: .success) {
      rk_pool_start(4)
      let memory = UnsafeMutablePointer<Int>.allocate(capacity: 1001)
      memory.initialize(repeating: 0, count: 1001)
      rk_pool_run(
        { context, _, _ in
          let (next, taken) = (
            context!.assumingMemoryBound(to: Int.self), context!.assumingMemoryBound(to: Int.self) + 1
          )
          var number = rk_pool_claim(next)
          while number < 1000 {
            taken[number] += 1
            number = rk_pool_claim(next)
          }
        }, memory)
      precondition((1...1000).allSatisfy { memory[$0] == 1 })
      precondition(memory[0] == 1004, "every worker learns once that there is no more")
      memory.deallocate()
    }
  }

  @Test func barriersKeepStep() async {
    await #expect(processExitsWith: .success) {
      rk_pool_start(3)
      let counter = Counter()
      PoolTests.run(counter) { context, _, workers in
        let counter = Unmanaged<Counter>.fromOpaque(context!).takeUnretainedValue()
        for step in 1...200 {
          counter.order.add(1, ordering: .sequentiallyConsistent)
          rk_pool_barrier()
          if counter.order.load(ordering: .sequentiallyConsistent) != step * Int(workers) {
            counter.mistakes.add(1, ordering: .relaxed)
          }
          rk_pool_barrier()
        }
      }
      #expect(counter.mistakes.load(ordering: .relaxed) == 0)
    }
  }

  @Test func nestedRunsAreInline() async {
    await #expect(processExitsWith: .success) {
      rk_pool_start(3)
      let counter = Counter()
      PoolTests.run(counter) { context, _, _ in
        rk_pool_run(
          { context, worker, workers in
            let counter = Unmanaged<Counter>.fromOpaque(context!).takeUnretainedValue()
            rk_pool_barrier()
            if worker != 0 || workers != 1 { counter.mistakes.add(1, ordering: .relaxed) }
            counter.calls.add(1, ordering: .relaxed)
          }, context)
        rk_pool_barrier()
      }
      #expect(counter.calls.load(ordering: .relaxed) == 3)
      #expect(counter.mistakes.load(ordering: .relaxed) == 0)
    }
  }

  @Test func partsCoverTheWholeInOrder() {
    for count in [0, 1, 2, 7, 64, 65] {
      for workers in 1...5 as ClosedRange<Int32> {
        var next = 0
        for worker in 0..<workers {
          var begin = 0
          var end = 0
          rk_pool_part(count, worker, workers, &begin, &end)
          #expect(begin == next && end - begin <= (count + Int(workers) - 1) / Int(workers))
          next = end
        }
        #expect(next == count)
      }
    }
  }
}
