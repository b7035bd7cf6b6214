import NeuralNetworks
import Tensors
import Vision

/// How well a network segments once all of it is trained by masks: `dense-fcn-fine-tuned`, version 2.
///
/// A 3 × 3 convolution, normalized and rectified, and a linear layer of each position are put on the last feature map of
/// frames that are enlarged as for `CellProbe`; scores are resized to the masks' resolution. The head learns at the
/// recipe's rate and the encoder at a tenth of it, so that what pre-training found is not washed out, and every arm
/// normalizes batches as a whole, however it was pre-trained.
///
/// Reported are the scores of `CellProbe` but for its ceilings. `linear-miou` and `linear-miou-frequent` are what
/// `CellProbe` finds on the features of the network so trained: of an arm that began at random, the ceiling by supervised
/// features. `train-loss` is the mean loss of the last epoch and `train-loss-before` that of the one at four fifths: where
/// they differ, the training was not at its end.
public struct DenseFineTuning: Evaluation {
  /// The encoder's part of the rate.
  public static let encoderPart: Float = 0.1

  /// Which pixels are asked about.
  public let task: DenseProbe.Task
  /// The height of frames as the network sees them.
  public let height: Int
  /// How it is trained.
  public let recipe: DenseRecipe

  /// `dense-fcn-fine-tuned-camvid-v2`: another recipe or size would be another version.
  public var name: String { "dense-fcn-fine-tuned-\(task.name)-v2" }

  public var growsWithTraining: Bool { false }

  /// Creates the evaluation; traps unless the height is positive.
  public init(on task: DenseProbe.Task, height: Int = 384, recipe: DenseRecipe = DenseRecipe(epochs: 30)) {
    precondition(height > 0, "frames \(height) pixels high")
    self.task = task
    self.height = height
    self.recipe = recipe
  }

  public func isPossible(on images: ImageCollection) -> Bool { task.isPossible(on: images) }

  /// Trains the network and measures it; the candidate's encoder is as it was afterwards.
  ///
  /// - Throws: `EvaluationError.noMasks`, and `nonFiniteFeatures` where training diverged.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let sets = try task.sets(of: candidate)
    let training = sets.training.first(recipe.limit ?? .max)
    return try candidate.encoder.puttingBack {
      let encoder = candidate.encoder.normalizingWholeBatches()
      var random = Random(seed: candidate.seed, stream: name)
      let head = ConvolutionalDenseHead(
        encoder.featureCount, hidden: recipe.hiddenChannels, classes: training.classNames.count,
        using: &random)
      let losses = train(encoder, head, on: training, candidate)
      let tuned = candidate.with(encoder)
      let shown = DenseProbe.shown(of: sets.test.count)
      let outcome = try DenseOutcome(
        tuned, head, on: sets.test, resizedTo: size(of: training), showing: shown)
      let frequent = training.commonestClasses(CellProbe.frequentClasses)
      let scores = outcome.matrix.scores(
        classNames: sets.test.classNames, frequent: frequent, count: sets.test.count)
      return Measured(
        scores + (try linearScores(of: tuned)) + convergence(losses, count: training.count),
        pictures: [
          PictureSheet.segmentations(of: sets.test, at: shown, predictions: outcome.predictions).picture(name)
        ],
        answers: [Answers(metric: "miou", .pixels(outcome.frames))])
    }
  }

  private func size(of set: SegmentationSet) -> FrameSize {
    FrameSize(height: height, inProportionTo: set.images)
  }

  /// Trains both and returns the mean loss of every epoch.
  private func train(
    _ encoder: any Encoder, _ head: ConvolutionalDenseHead, on training: SegmentationSet,
    _ candidate: Candidate
  ) -> [Double] {
    let loader = ViewLoader(
      training.images, augmentations: [[HorizontalFlip()]], standardization: candidate.standardization,
      seed: candidate.seed, dataType: candidate.dataType)
    let size = size(of: training)
    return ExampleTraining(
      epochs: recipe.epochs, batchSize: recipe.batchSize, learningRate: recipe.learningRate,
      weightDecay: recipe.weightDecay, seed: candidate.seed
    ).run([(encoder, DenseFineTuning.encoderPart), (head, 1)], count: training.count) { step in
      let view = loader.batch(indices: step.indices, epoch: step.epoch).views[0]
      let masks = training.masks(at: step.indices, flipped: view.crops.map(\.isFlipped))
      return head(encoder.featureMap(of: view.images.resized(to: size))).crossEntropy(masks, of: training)
    }
  }

  /// What the linear classifier of cells finds on the features so trained.
  private func linearScores(of tuned: Candidate) throws -> [Score] {
    try CellProbe(on: task, height: height, limit: recipe.limit).measure(tuned).scores
      .filter { $0.metric.hasPrefix("miou") }.map {
        Score(metric: "linear-\($0.metric)", value: $0.value, count: $0.count)
      }
  }

  private func convergence(_ losses: [Double], count: Int) -> [Score] {
    [("train-loss", losses.count - 1), ("train-loss-before", max(0, losses.count * 4 / 5 - 1))].map {
      Score(metric: $0.0, value: losses[$0.1], count: count)
    }
  }
}

extension Candidate {
  /// The same images and masks for another encoder.
  fileprivate func with(_ encoder: any Encoder) -> Candidate {
    Candidate(
      encoder: encoder, training: training, test: test, segmentation: segmentation,
      standardization: standardization, dataType: dataType, seed: seed, batchSize: batchSize)
  }
}
