import Evaluation
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// How a network is trained by labels: SGD with Nesterov's momentum .9 and weight decay 5e-4 on every parameter.
public struct ClassifierRecipe: Sendable, Equatable {
  /// Passes over the images.
  public var epochs: Int
  /// Images per step; fewer images make it the largest power of two that they fill.
  public var batchSize: Int
  /// The rate that the schedule scales.
  public var learningRate: Float
  /// How the rate changes.
  public var schedule: ScheduleConfiguration
  /// Images drawn in one pass, however few there are; `nil` for each of them once.
  public var draws: Int?
  /// Whether images are cropped and flipped anew at each step, rather than shown as they are.
  public var augments: Bool

  /// Creates a recipe with the authors' batch and rate.
  public init(
    epochs: Int, batchSize: Int = 128, learningRate: Float = 0.1, schedule: ScheduleConfiguration = .cosine(),
    draws: Int? = nil, augments: Bool = false
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.schedule = schedule
    self.draws = draws
    self.augments = augments
  }
}

/// One training of a module by labels.
struct ClassifierTraining {
  let recipe: ClassifierRecipe
  let labels: [Int]
  let seed: UInt64

  /// Trains every parameter of `module` by the cross-entropy of its `logits`; calls `afterEpoch` with the passes done.
  func run(
    _ module: any Module, logits: (ExampleTraining.Step) -> Tensor, afterEpoch: (Int) -> Void = { _ in }
  ) {
    let training = ExampleTraining(
      epochs: recipe.epochs, batchSize: recipe.batchSize, learningRate: recipe.learningRate,
      weightDecay: 5e-4, nesterov: true, schedule: recipe.schedule, seed: seed)
    let draws = max(recipe.draws ?? labels.count, labels.count)
    training.run(
      module, count: draws,
      loss: { drawn in
        let step = ExampleTraining.Step(
          indices: drawn.indices.map { $0 % labels.count }, epoch: drawn.epoch, number: drawn.number)
        return logits(step).crossEntropy(labels: step.indices.map { labels[$0] })
      }, afterEpoch: afterEpoch)
  }
}

/// Images drawn as training by labels wants them.
struct LabelledViews {
  private let loader: ViewLoader
  private let augments: Bool

  /// Crops from a border of an eighth of the image and flips, where asked.
  init(_ images: ImageSet, standardization: Standardization, dataType: DataType, seed: UInt64, augments: Bool)
  {
    loader = ViewLoader(
      images, augmentations: [[RandomCrop(padding: images.height / 8), HorizontalFlip()]],
      standardization: standardization, seed: seed, dataType: dataType)
    self.augments = augments
  }

  /// The images of a step; an image that returns is cropped anew, since steps and not passes are counted.
  func callAsFunction(_ step: ExampleTraining.Step) -> Tensor {
    augments
      ? loader.batch(indices: step.indices, epoch: step.number).views[0].images
      : loader.images(at: step.indices)
  }
}

/// How many of which class a classifier knows.
struct ClassAccuracy {
  /// Test images of each class, and how many of them were named rightly.
  private(set) var counts: [Int], hits: [Int]
  /// Whether each test image was named rightly.
  private(set) var right: [Bool] = []

  /// Compares the largest number of each row of logits, batch by batch, with `labels`.
  init(_ batches: some Sequence<Tensor>, labels: [Int], classCount: Int) {
    (counts, hits) = ([Int](repeating: 0, count: classCount), [Int](repeating: 0, count: classCount))
    var image = 0
    for logits in batches {
      for answer in logits.rowArgmax() {
        counts[labels[image]] += 1
        right.append(answer == labels[image])
        if right[image] { hits[labels[image]] += 1 }
        image += 1
      }
    }
    precondition(image == labels.count, "\(image) answers about \(labels.count) images")
  }

  /// Of all images, in percent.
  var total: Double { 100 * Double(hits.reduce(0, +)) / Double(counts.reduce(0, +)) }

  /// The test images that were named rightly, as the answers of `metric`.
  func answers(_ metric: String) -> Answers { Answers(metric: metric, .right(right)) }

  /// Of the images of one class, in percent; `nil` where there are none.
  func ofClass(_ label: Int) -> Double? {
    counts[label] == 0 ? nil : 100 * Double(hits[label]) / Double(counts[label])
  }
}
