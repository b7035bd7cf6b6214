import CKernels

/// The process's one pool of threads.
enum WorkerPool {
  /// Calls `body` once on every worker and returns when all are done.
  static func run(_ body: (_ worker: Int, _ workers: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var context: (Int, Int) -> Void = body
      withUnsafeMutablePointer(to: &context) { pointer in
        rk_pool_run(
          { context, worker, workers in
            context!.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(Int(worker), Int(workers))
          }, pointer)
      }
    }
  }
}
