import Tensors

/// Every image once per pass, in random order; images that do not fill a last batch are left out.
public struct Shuffled: BatchSampler {
  /// Creates the sampler.
  public init() {}

  /// The images of each batch; traps when there are fewer images than one batch holds.
  public func batches(count: Int, size: Int, epoch: Int, using random: inout Random) -> [[Int]] {
    precondition(size > 0 && count >= size, "batches of \(size) from \(count) images")
    let order = random.permutation(count)
    return (0..<count / size).map { Array(order[$0 * size..<($0 + 1) * size]) }
  }
}
