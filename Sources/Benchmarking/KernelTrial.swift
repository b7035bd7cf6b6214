import Foundation
import Tensors

/// One kernel with the data that it works on: what `repro bench --kernels` times.
package struct KernelTrial {
  /// What it does, and on how much.
  package let kernel: String
  /// Which of its forms; those of one kernel stand in one row.
  let variant: String
  /// The type of the numbers that are multiplied.
  package let dataType: DataType
  /// What one run has to multiply, and what it has to read and write.
  package let multiplyAdds, bytes: Int
  /// Bytes that it comes back to at every run.
  let workingSet: Int
  /// Runs it once, on the calling thread.
  package let run: () -> Void

  init(
    _ kernel: String, variant: String = "float32", dataType: DataType = .float32, multiplyAdds: Int = 0,
    bytes: Int, workingSet: Int? = nil, run: @escaping () -> Void
  ) {
    self.kernel = kernel
    self.variant = variant
    self.dataType = dataType
    self.multiplyAdds = multiplyAdds
    self.bytes = bytes
    self.workingSet = workingSet ?? bytes
    self.run = run
  }

  /// The seconds of one run: the least of several windows, since anything else running only lengthens one.
  package func seconds(window: Double) -> Double {
    func time(_ repetitions: Int) -> Double {
      let start = ContinuousClock.now
      for _ in 0..<repetitions { run() }
      return (ContinuousClock.now - start) / .seconds(1)
    }
    var repetitions = 1
    while true {
      let elapsed = time(repetitions)
      if elapsed >= window { break }
      repetitions *= elapsed < window / 8 ? 4 : 2
    }
    return (0..<7).map { _ in time(repetitions) / Double(repetitions) }.min()!
  }
}

/// Kernels that stand in one table.
package struct KernelGroup {
  package let title: String
  /// Made when their turn comes, so that only one group's data is in memory.
  package let trials: () -> [KernelTrial]
}

extension KernelGroup {
  /// Every kernel of the suite, at the sizes that its experiments give them.
  package static var all: [KernelGroup] {
    let ofConvolutions = [16, 64].flatMap { width in
      [DataType.float32, .bfloat16].map { convolutions(width: width, $0) }
    }
    return ofConvolutions + [
      weights, normalization, elementwise, pooling, products, losses, updates, transforms, views, evaluation,
      groupNormalization, maps,
    ]
  }
}

/// Numbers for a kernel to work on, where the engine would have them: aligned, and on huge pages when there are many.
package final class Numbers {
  private var tensor: Tensor
  /// Of the one float type that they have; valid as long as this object is.
  package let floats: UnsafeMutablePointer<Float>
  package let words: UnsafeMutablePointer<UInt16>

  /// `count` numbers between -1 and 1, or within `range`.
  package init(_ count: Int, _ dataType: DataType = .float32, in range: ClosedRange<Float> = -1...1) {
    var random = Random(seed: 0, stream: "numbers of a kernel")
    let values = Tensor(shape: [count]) { random.uniform(in: range) }
    tensor = dataType == .float32 ? values : values.converted(to: dataType)
    let bytes = tensor.withMutableBytes { $0.baseAddress! }
    floats = bytes.assumingMemoryBound(to: Float.self)
    words = bytes.assumingMemoryBound(to: UInt16.self)
  }
}
