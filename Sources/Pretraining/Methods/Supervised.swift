import NeuralNetworks
import Tensors
import Vision

/// Ordinary training by class labels: the ceiling that self-supervised features are compared with, and the engine's
/// proof against the same script in PyTorch.
public final class Supervised: PretrainingMethod, UsesLabels, HasClassifier {
  /// The constants of the method.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// Zero pixels around the image before a crop of its own size.
    public var padding = 4

    /// Creates the usual constants.
    public init() {}
  }

  public let encoder: any Encoder
  public let augmentations: [Augmentation]
  public var viewNames: [String] { ["labelled view"] }
  public let classifier: Linear
  private var labels: [Int] = []

  /// Creates a classifier of `classCount` classes on top of a residual network.
  public convenience init(
    _ resNet: ResNet.Configuration, classCount: Int = 10, _ hyperparameters: Hyperparameters = .init(),
    using random: inout Random
  ) {
    self.init(ResNet(resNet, using: &random), classCount: classCount, hyperparameters, using: &random)
  }

  /// Creates a classifier of `classCount` classes on top of `encoder`.
  public init(
    _ encoder: any Encoder, classCount: Int = 10, _ hyperparameters: Hyperparameters = .init(),
    using random: inout Random
  ) {
    self.encoder = encoder
    classifier = Linear(encoder.featureCount, classCount, using: &random)
    augmentations = [[RandomCrop(padding: hyperparameters.padding), HorizontalFlip()]]
  }

  public func receive(labels: [Int], classCount: Int) {
    // Fewer are what procedural images have that stand in for a data set of more.
    precondition(
      classCount <= classifier.weight.shape[0],
      "a classifier of \(classifier.weight.shape[0]) classes was handed labels of \(classCount)")
    self.labels = labels
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    precondition(!labels.isEmpty, "supervised training before any label was handed over")
    let crossEntropy = logits(batch.views[0].images).crossEntropy(labels: batch.indices.map { labels[$0] })
    return Loss(crossEntropy, terms: ["cross-entropy": crossEntropy])
  }

  /// One number per class and image.
  public func logits(_ images: Tensor) -> Tensor { classifier(encoder(images)) }
}
