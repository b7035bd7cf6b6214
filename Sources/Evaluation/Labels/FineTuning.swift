import NeuralNetworks
import Tensors
import Vision

/// Training of a whole network, from its features on, by the labels of a few images.
///
/// A linear layer of class scores is put on the encoder and both are trained by cross-entropy with SGD (momentum .9, no
/// weight decay), a rate that falls to zero on one cosine, crops from a border of an eighth of the image, and flips.
public struct FineTuning: Sendable, Equatable {
  /// Passes over the labelled images.
  public let epochs: Int
  /// The largest batch; fewer images make it the largest power of two that they fill.
  public let batchSize: Int
  /// The first step's rate.
  public let learningRate: Float

  /// Creates a recipe; traps unless everything is positive.
  public init(epochs: Int, batchSize: Int = 128, learningRate: Float = 0.1) {
    precondition(
      epochs > 0 && batchSize > 0 && learningRate > 0,
      "fine-tuning for \(epochs) epochs in batches of \(batchSize) at a rate of \(learningRate)")
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
  }

  /// Trains the candidate's encoder on `images`, calls `body` with what came of it, and puts the encoder back as it was.
  func tuned<Result>(
    _ candidate: Candidate, on images: ImageSet, _ body: (Candidate) throws -> Result
  ) rethrows -> Result {
    try candidate.encoder.puttingBack {
      var random = Random(seed: candidate.seed, stream: "fine-tuned classifier")
      let network = ClassifyingNetwork(
        candidate.encoder, Linear(candidate.encoder.featureCount, candidate.classCount, using: &random))
      train(network, on: images, candidate)
      return try body(
        Candidate(
          encoder: candidate.encoder, classifier: network.classifier, training: images, test: candidate.test,
          standardization: candidate.standardization, dataType: candidate.dataType, seed: candidate.seed))
    }
  }

  private func train(_ network: ClassifyingNetwork, on images: ImageSet, _ candidate: Candidate) {
    let loader = ViewLoader(
      images, augmentations: [[RandomCrop(padding: images.height / 8), HorizontalFlip()]],
      standardization: candidate.standardization, seed: candidate.seed, dataType: candidate.dataType)
    let training = ExampleTraining(
      epochs: epochs, batchSize: batchSize, learningRate: learningRate, seed: candidate.seed)
    training.run(network, count: images.count) { step in
      let views = loader.batch(indices: step.indices, epoch: step.epoch).views[0].images
      return network(views).crossEntropy(labels: step.indices.map { images.labels[$0] })
    }
  }
}

/// An encoder with class scores on top.
private final class ClassifyingNetwork: Module {
  let encoder: any Encoder
  let classifier: Linear

  init(_ encoder: any Encoder, _ classifier: Linear) {
    self.encoder = encoder
    self.classifier = classifier
  }

  func callAsFunction(_ images: Tensor) -> Tensor { classifier(encoder(images)) }
}
