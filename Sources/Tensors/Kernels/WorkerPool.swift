import CKernels
import COneDNN
import COpenBLAS
import FoundationEssentials

/// The one pool of threads: every kernel, loader and probe splits its work over it.
///
/// oneDNN and OpenBLAS are kept single-threaded and are called from its workers, so no two pools ever compete for the
/// cores. A waiting worker spins for some microseconds and then sleeps.
public enum WorkerPool {
  /// The width at first use; a width that was asked for before is set after it and stays.
  private static let started: Void = setWidth(usualThreads)

  /// The number of cores this process may keep busy.
  public static var availableCores: Int { CoreShare.current.count }

  /// As many threads as compute unless told otherwise: `$REPRO_THREADS` where that is a positive number, or one per core.
  public static var usualThreads: Int {
    let asked = ProcessInfo.processInfo.environment[threadsVariable].flatMap { Int($0) } ?? 0
    return asked > 0 ? asked : availableCores
  }

  /// The name of the variable of the environment that sets `usualThreads`.
  public static let threadsVariable = "REPRO_THREADS"

  /// The number of workers.
  public static var threads: Int {
    _ = started
    return Int(rk_pool_threads())
  }

  /// Makes the pool `threads` wide; every later kernel uses that many.
  public static func start(threads: Int) {
    precondition(threads > 0, "a pool of \(threads) threads can do no work")
    _ = started
    setWidth(threads)
  }

  private static func setWidth(_ threads: Int) {
    openblas_set_num_threads(1)
    rk_pool_set_thread_hook(rd_thread_init)
    rk_pool_start(Int32(threads))
  }

  /// Calls `body` once on every worker with its number and the number of workers; returns when all are done.
  public static func run(_ body: (_ worker: Int, _ workers: Int) -> Void) {
    _ = started
    withoutActuallyEscaping(body) { escapable in
      var closure = escapable
      withUnsafeMutablePointer(to: &closure) { context in
        rk_pool_run(
          { context, worker, workers in
            typealias Body = (Int, Int) -> Void
            context!.assumingMemoryBound(to: Body.self).pointee(Int(worker), Int(workers))
          }, context)
      }
    }
  }

  /// Splits 0..<`count` into one contiguous range per worker, none smaller than `grain` but the last; empty ranges are
  /// not visited.
  public static func forEachRange(of count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    if count <= grain || threads == 1 { return body(0..<count) }
    run { worker, workers in
      let range = part(of: count, worker: worker, workers: min(workers, max(1, count / grain)))
      if !range.isEmpty { body(range) }
    }
  }

  /// Splits 0..<`count` over the workers at multiples of a block that is worth waking one for; calls `body` with the
  /// first index and the number of indices of each part.
  ///
  /// Vectorized kernels round their last few elements otherwise than the rest; where a part ends at a multiple of any
  /// vector's width, the result does not depend on the number of workers.
  public static func forEachBlock(of count: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    let size = 32_768
    forEachRange(of: (count + size - 1) / size) { blocks in
      let start = blocks.lowerBound * size
      body(start, min(count, blocks.upperBound * size) - start)
    }
  }

  /// The part of 0..<`count` that `worker` owns; parts differ by at most one, later workers own nothing.
  public static func part(of count: Int, worker: Int, workers: Int) -> Range<Int> {
    guard worker < workers else { return count..<count }
    return count * worker / workers..<count * (worker + 1) / workers
  }
}
