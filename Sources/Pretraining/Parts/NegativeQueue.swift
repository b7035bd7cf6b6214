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
