/// The one door through which labels reach a method: the supervised reference, a true-label sampler.
///
/// A batch holds none; a method that needs them on purpose conforms, is handed all of them once before training, and
/// looks them up by `Batch.indices`. Every table row made so says `uses labels`.
public protocol UsesLabels {
  /// Hands over the labels of the pre-training images, by place in the data set.
  func receive(labels: [Int], classCount: Int)
}
