import NeuralNetworks
import Tensors
import Vision

/// How a dense head is trained: SGD with momentum .9 and a rate that falls to zero on one cosine.
public struct DenseRecipe: Sendable, Hashable {
  /// Passes over the images.
  public var epochs: Int
  /// Images per step; fewer images make it the largest power of two that they fill.
  public var batchSize: Int
  /// The first step's rate.
  public var learningRate: Float
  /// Of all that is trained.
  public var weightDecay: Float
  /// Channels of the convolution of a head that has one.
  public var hiddenChannels: Int
  /// How many of the first images are learned from; `nil` for all.
  public var limit: Int?

  /// Creates a recipe; traps unless epochs, batch and rate are positive.
  public init(
    epochs: Int, batchSize: Int = 8, learningRate: Float = 0.1, weightDecay: Float = 1e-4,
    hiddenChannels: Int = 64, limit: Int? = nil
  ) {
    precondition(
      epochs > 0 && batchSize > 0 && learningRate > 0 && hiddenChannels > 0,
      "a dense head of \(hiddenChannels) channels, \(epochs) epochs in batches of \(batchSize) at \(learningRate)"
    )
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.hiddenChannels = hiddenChannels
    self.limit = limit
  }

  /// What version 1 of each head takes: about as long as a few passes of pre-training.
  static func usual(for head: DenseProbe.Head) -> DenseRecipe {
    switch head {
    case .linear: DenseRecipe(epochs: 20)
    case .fcn: DenseRecipe(epochs: 10)
    case .fineTuned: DenseRecipe(epochs: 10)
    }
  }
}

/// What a trained head makes of the test images.
struct DenseOutcome {
  /// The pixels of each of them.
  private(set) var frames: [ConfusionMatrix] = []
  /// The predicted masks of the images to be shown, in the order asked for.
  private(set) var predictions: [[UInt8]] = []

  /// Nothing yet.
  init() {}

  /// Computes the maps of `test`, as it is or resized to `size`, a few at a time; throws
  /// `EvaluationError.nonFiniteFeatures`.
  init(
    _ candidate: Candidate, _ head: any DenseHead, on test: SegmentationSet, resizedTo size: FrameSize? = nil,
    showing shown: [Int]
  ) throws {
    let encoder = FrozenEncoder(candidate, test.images, resizedTo: size, split: "test")
    for range in encoder.ranges {
      let maps = try encoder.maps(at: range)
      add(inference { head(maps).constant }, at: range, of: test, showing: shown)
    }
  }

  /// Takes the largest of the `scores` of the frames at `range`, which come in their order, for the prediction of a pixel.
  mutating func add(_ scores: Tensor, at range: Range<Int>, of test: SegmentationSet, showing shown: [Int]) {
    let classes = scores.resizedArgmax(toHeight: test.images.height, width: test.images.width)
    for (place, index) in range.enumerated() {
      let predicted = Array(classes[place * test.pixels..<(place + 1) * test.pixels])
      var matrix = ConfusionMatrix(classCount: test.classNames.count)
      matrix.add(truth: test.masks(at: [index]), predictions: predicted)
      frames.append(matrix)
      if shown.contains(index) { predictions.append(predicted) }
    }
  }

  /// All of their pixels.
  var matrix: ConfusionMatrix {
    let empty = ConfusionMatrix(classCount: frames.first?.classCount ?? 0)
    return frames.reduce(into: empty) { $0.add($1) }
  }
}
