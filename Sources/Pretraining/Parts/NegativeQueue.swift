import NeuralNetworks
import Tensors

/// The keys of the last batches, first in, first out (MoCo, arXiv:1911.05722, section 3.2).
public final class NegativeQueue: Module {
  private let stored: Statistic
  /// Where the next key goes; a tensor so that checkpoints keep it.
  private let position: Statistic

  /// Fills a queue with `count` random unit vectors.
  public init(count: Int, dimension: Int, using random: inout Random) {
    stored = Statistic(Tensor(shape: [count, dimension]) { random.normal() }.normalized())
    position = Statistic(Tensor(zeros: [1]))
  }

  /// What makes a queue of `length` keys impossible beside batches of `batchSize` images, in one sentence; `nil` when nothing
  /// does.
  public static func problem(length: Int, batchSize: Int) -> String? {
    if length < batchSize {
      return "a queue of \(length) keys is smaller than a batch of \(batchSize): raise queueLength"
    }
    return length > 1 << 24 ? "queueLength is at most \(1 << 24), not \(length)" : nil
  }

  /// The keys in the queue: K × D.
  public var keys: Tensor { stored.value }

  /// Replaces the oldest keys by `keys` (N × D); traps when they are more than the queue holds.
  public func enqueue(_ keys: Tensor) {
    let (length, dimension) = (stored.value.shape[0], stored.value.shape[1])
    let count = keys.shape[0]
    precondition(
      keys.shape[1] == dimension && count <= length,
      "keys of shape \(keys.shape) for a queue of shape \(stored.value.shape)")
    let start = Int(position.value.item)
    let untilEnd = min(count, length - start)
    keys.withFloats { source in
      stored.value.withMutableFloats { target in
        let (from, to) = (source.baseAddress!, target.baseAddress!)
        (to + start * dimension).update(from: from, count: untilEnd * dimension)
        to.update(from: from + untilEnd * dimension, count: (count - untilEnd) * dimension)
      }
    }
    position.value = Tensor([Float((start + count) % length)], shape: [1])
  }
}
