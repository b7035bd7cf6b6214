import Tensors

/// The order in which a pass visits the images, cut into batches.
public protocol BatchSampler: Sendable {
  /// The images of each batch of one pass over `count` images, in order.
  func batches(count: Int, size: Int, epoch: Int, using random: inout Random) -> [[Int]]

  /// The batches of pass `epoch` of the run of `seed`: a function of both, so that a resumed run sees what it would have.
  func batches(count: Int, size: Int, epoch: Int, seed: UInt64) -> [[Int]]
}

extension BatchSampler {
  /// Each pass has a generator of its own.
  public func batches(count: Int, size: Int, epoch: Int, seed: UInt64) -> [[Int]] {
    var random = Random(seed: seed, stream: "order", epoch: epoch)
    return batches(count: count, size: size, epoch: epoch, using: &random)
  }
}
