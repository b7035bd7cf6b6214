import NeuralNetworks
import Pretraining
import Tensors

/// The features of one large crop in the last batches (section 3.1, “working with small batches”): pushed from the first
/// step on, and there to be read once it is full.
final class EmbeddingQueue: Module {
  private let rows: NegativeQueue
  /// How many features it holds; a tensor so that checkpoints keep it.
  private let held = Statistic(Tensor(zeros: [1]))
  private let length: Int

  /// Creates an empty queue.
  init(length: Int, dimension: Int, using random: inout Random) {
    rows = NegativeQueue(count: length, dimension: dimension, using: &random)
    self.length = length
  }

  /// The features, `length` × D; `nil` until there are so many.
  var embeddings: Tensor? { Int(held.value.item) == length ? rows.keys : nil }

  /// Replaces the oldest features by `z` (B × D), of which there are at most `length`.
  func push(_ z: Tensor) {
    rows.enqueue(z)
    held.value = Tensor([Float(min(length, Int(held.value.item) + z.shape[0]))], shape: [1])
  }
}
