import NeuralNetworks
import Tensors
import Vision

/// What an encoder's last feature map knows about single pixels: scores of classes are computed from it, resized
/// bilinearly to the masks' resolution, and compared with them; void pixels are neither learned from nor counted.
///
/// Reported, in percent of the test images' pixels, are `miou` (the mean over classes of the intersection of truth and
/// prediction over their union), `pixel-accuracy`, and `iou-NAME` of each class. Nothing is chosen by looking at them: the
/// recipe is fixed, and the last step counts. Pictures show some test images with their true and predicted masks.
public struct DenseProbe: Evaluation {
  /// What computes the scores, and what of it all is trained.
  public enum Head: String, Sendable, CaseIterable {
    /// A linear layer of each position of the frozen map (a 1 × 1 convolution), of standardized features.
    case linear
    /// A 3 × 3 convolution of the frozen map, normalized and rectified, and a linear layer (Long, Shelhamer, Darrell,
    /// arXiv:1411.4038, with as small a head as there is).
    case fcn
    /// The same with the whole network trained.
    case fineTuned = "fcn-fine-tuned"
  }

  /// Which pixels are asked about.
  public enum Task: Sendable, Hashable {
    /// Street scenes; a few mosaics where the suite draws the images itself.
    case camvid
    /// Mosaics of the labelled images.
    case mosaics(Mosaics)

    /// Mosaics of the labelled images: so many to learn from and to measure on, with `cells` × `cells` images each.
    public static func mosaics(training: Int = 1_000, test: Int = 500, cells: Int = 4) -> Task {
      .mosaics(Mosaics(training: training, test: test, cells: cells))
    }

    var name: String {
      switch self {
      case .camvid: "camvid"
      case .mosaics: "mosaics"
      }
    }
  }

  /// What is trained.
  public let head: Head
  /// Which pixels are asked about.
  public let task: Task
  /// How it is trained.
  public let recipe: DenseRecipe

  /// `dense-linear-camvid-v1`, `dense-fcn-fine-tuned-mosaics-v1`: another recipe would be another version.
  public var name: String { "dense-\(head.rawValue)-\(task.name)-v1" }

  public var growsWithTraining: Bool { false }

  /// Creates the evaluation, with the usual recipe of its head unless told otherwise.
  public init(_ head: Head, on task: Task, recipe: DenseRecipe? = nil) {
    self.head = head
    self.task = task
    self.recipe = recipe ?? .usual(for: head)
  }

  public func isPossible(on images: ImageCollection) -> Bool { task.isPossible(on: images) }

  /// Trains the head and measures it; the candidate's encoder is as it was afterwards.
  ///
  /// - Throws: `EvaluationError.noMasks`, and `nonFiniteFeatures` for maps that are not finite.
  public func measure(_ candidate: Candidate) throws -> Measured {
    let sets = try task.sets(of: candidate)
    let training = sets.training.first(recipe.limit ?? .max)
    let outcome =
      head == .fineTuned
      ? try fineTuned(candidate, training, sets.test) : try frozen(candidate, training, sets.test)
    let picture = PictureSheet.segmentations(
      of: sets.test, at: DenseProbe.shown(of: sets.test.count), predictions: outcome.predictions
    ).picture(name.replacing("-v1", with: ""))
    return Measured(
      outcome.matrix.scores(classNames: sets.test.classNames, count: sets.test.count), pictures: [picture],
      answers: [Answers(metric: "miou", .pixels(outcome.frames))])
  }

  /// Four test images, evenly spaced.
  static func shown(of count: Int) -> [Int] {
    (0..<min(4, count)).map { $0 * count / min(4, count) }
  }

  // MARK: Training

  private func frozen(
    _ candidate: Candidate, _ training: SegmentationSet, _ test: SegmentationSet
  ) throws -> DenseOutcome {
    let maps = try DenseMaps(of: candidate, training.images, split: "training")
    var random = Random(seed: candidate.seed, stream: name)
    let head: any DenseHead =
      self.head == .linear
      ? LinearDenseHead(standardizing: maps, classes: training.classNames.count, using: &random)
      : ConvolutionalDenseHead(
        maps.shape.channels, hidden: recipe.hiddenChannels, classes: training.classNames.count,
        using: &random)
    train(head, candidate, count: training.count) { step in
      head(maps(step.indices)).crossEntropy(training.masks(at: step.indices), of: training)
    }
    return try DenseOutcome(candidate, head, on: test, showing: DenseProbe.shown(of: test.count))
  }

  private func fineTuned(
    _ candidate: Candidate, _ training: SegmentationSet, _ test: SegmentationSet
  ) throws -> DenseOutcome {
    try candidate.encoder.puttingBack {
      var random = Random(seed: candidate.seed, stream: name)
      let network = DenseNetwork(
        candidate.encoder,
        ConvolutionalDenseHead(
          candidate.encoder.featureCount, hidden: recipe.hiddenChannels, classes: training.classNames.count,
          using: &random))
      let loader = ViewLoader(
        training.images, augmentations: [[HorizontalFlip()]], standardization: candidate.standardization,
        seed: candidate.seed, dataType: candidate.dataType)
      train(network, candidate, count: training.count) { step in
        let view = loader.batch(indices: step.indices, epoch: step.epoch).views[0]
        let masks = training.masks(at: step.indices, flipped: view.crops.map(\.isFlipped))
        return network(view.images).crossEntropy(masks, of: training)
      }
      return try DenseOutcome(candidate, network.head, on: test, showing: DenseProbe.shown(of: test.count))
    }
  }

  private func train(
    _ module: any Module, _ candidate: Candidate, count: Int, loss: (ExampleTraining.Step) -> Tensor
  ) {
    ExampleTraining(
      epochs: recipe.epochs, batchSize: recipe.batchSize, learningRate: recipe.learningRate,
      weightDecay: recipe.weightDecay, seed: candidate.seed
    ).run(module, count: count, loss: loss)
  }
}

extension DenseProbe.Task {
  func isPossible(on images: ImageCollection) -> Bool {
    switch self {
    case .camvid: images.frames != nil
    case .mosaics: !images.training.labels.isEmpty && !images.test.labels.isEmpty
    }
  }

  /// The frames to learn from and to measure on; throws `EvaluationError.noMasks`.
  func sets(of candidate: Candidate) throws -> (training: SegmentationSet, test: SegmentationSet) {
    switch self {
    case .camvid:
      guard let frames = candidate.segmentation else { throw EvaluationError.noMasks(task: name) }
      return (frames.training, frames.test)
    case .mosaics(let mosaics):
      guard let sets = mosaics.sets(training: candidate.training, test: candidate.test) else {
        throw EvaluationError.noMasks(task: name)
      }
      return sets
    }
  }
}

extension Tensor {
  /// The cross-entropy of score maps with masks of the images of `set`.
  func crossEntropy(_ masks: [UInt8], of set: SegmentationSet) -> Tensor {
    crossEntropy(
      masks: masks, height: set.images.height, width: set.images.width, void: SegmentationSet.void)
  }
}
