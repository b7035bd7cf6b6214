import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Does a projection head improve the features below it on CIFAR-10?
public struct SimCLROnCIFAR10: Experiment {
  public static let name = "simclr-cifar10"
  public static let paper = Paper.simCLR
  public static let cost =
    "reduced: 12 epochs, 12 minutes per arm and seed on two Zen 4 cores"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [
    NearestNeighbors(), LinearProbe(), SemiSupervised(percent: 1), SemiSupervised(percent: 10),
    ClassTransfer(), ClassifierAccuracy(), SemiSupervisedProbes(percent: 1),
    SemiSupervisedProbes(percent: 10),
  ]
  public let demonstration = Demonstration("non-linear head", margin: 8)
  public let tuning: TuningGrid?
  private let recipe: SimCLRRecipe
  private let supervisedPlan: TrainingPlan

  public init(scale: Scale) {
    let supervisedEpochs: Int
    var recipe: SimCLRRecipe
    switch scale {
    case .paper:  // the command for CIFAR-10 in the authors' repository
      dataset = .cifar10
      recipe = SimCLRRecipe(encoder: .resNet18(), epochs: 1_000, batchSize: 512, warmupEpochs: 10)
      supervisedEpochs = 200
    case .reduced:
      dataset = .cifar10
      recipe = SimCLRRecipe(encoder: .resNet18(width: 16), epochs: 12, batchSize: 256, warmupEpochs: 1)
      supervisedEpochs = 12
    case .demo:
      dataset = .shapes.first(3_000)
      recipe = SimCLRRecipe(encoder: .resNet18(width: 8), epochs: 8, batchSize: 64, warmupEpochs: 1)
      recipe.keepRate()
      supervisedEpochs = 4
    case .smoke:
      dataset = .cifar10.first(512)
      recipe = SimCLRRecipe(encoder: .resNet18(width: 4), epochs: 2, batchSize: 64, warmupEpochs: 1)
      supervisedEpochs = 2
    }
    recipe.method.head = .normalizedNonLinear
    self.recipe = recipe
    supervisedPlan = .supervised(epochs: supervisedEpochs, batchSize: min(256, recipe.plan.batchSize))
    tuning = scale == .reduced ? Self.grid : nil
  }

  public let claims: [Claim] = {
    func claim(
      _ sentence: String, _ treatment: String, over baseline: String, equalWithin margin: Double = 1,
      because reason: String
    ) -> Claim {
      // Seed 0 belongs to version 1.
      Claim(
        sentence, [Comparison(treatment, over: baseline, evaluation: "linear-v1")], equalWithin: margin,
        because: reason, firstSeed: 1, provided: [.beats(floor: "random encoder"), .notCollapsed])
    }
    return [
      claim(
        "Features below a non-linear projection head beat features that the loss itself looks at.",
        "non-linear head", over: "no head", because: "the paper speaks of more than ten points"),
      claim(
        "Crops and colours together teach more than crops alone.", "non-linear head", over: "crop only",
        because: "the paper's composition of both is many points ahead"),
      claim(
        "A non-linear head beats a linear one.", "non-linear head", over: "linear head", equalWithin: 0.5,
        because: "one pair of version 1 differed by a sixth of a point"),
    ]
  }()

  /// Rate and temperature, of the baseline first: without a head the loss may want others.
  ///
  /// LARS divides by the gradient, so that the rate alone says how far weights travel.
  private static let grid: TuningGrid = {
    let axes: [TuningGrid.Axis] = [
      .ordered(
        "plan.optimizer.lars.learningRate", [0.5, 1, 2], below: [0.25], above: [4],
        limits: "a factor of four from the authors' 1 for batches of 256"),
      .alternatives(
        "hyperparameters.method.temperature", [0.2, 0.5],
        because: "the paper's .5 is best above 300 epochs; .2 is of others' recipe for CIFAR-10"),
    ]
    return TuningGrid(
      judgedBy: Measure(evaluation: "linear-v1", metric: "top1"), baseline: .init("no head", axes),
      treatments: ["linear head", "crop only", "non-linear head"].map { .init($0, axes) })
  }()

  public var arms: [Arm] {
    recipe.heads + [
      recipe.arm("crop only", role: .reference) {
        ($0.method.colorStrength, $0.method.grayscaleProbability) = (0, 0)
      },
      .supervised(recipe.encoder, classCount: dataset.classCount, plan: supervisedPlan),
    ] + explorations + ofFiveClasses
  }

  /// Transfer that needs no further data: trained on the images of five classes, asked about the other five.
  private var ofFiveClasses: [Arm] {
    [
      recipe.arm("non-linear head, five classes", role: .exploratory, on: .first),
      .supervised(
        recipe.encoder, classCount: dataset.classCount, plan: supervisedPlan,
        name: "supervised, five classes", role: .exploratory, pretrainingClasses: .first),
    ]
  }

  /// The paper's other comparisons: each changes one thing of `non-linear head`, which has crops and colours both.
  private var explorations: [Arm] {
    let size = recipe.plan.batchSize
    return [
      exploration("colour only") { $0.method.smallestCrop = 1 },
      exploration("colour strength 1") { $0.method.colorStrength = 1 },
      exploration("temperature 0.1") { $0.method.temperature = 0.1 },
      exploration("temperature 1") { $0.method.temperature = 1 },
      exploration("half the batch") { $0.setBatchSize(size / 2) },
      exploration("twice the batch") { $0.setBatchSize(2 * size) },
      exploration("twice the epochs") { $0.plan.epochs *= 2 },
      exploration("SGD") {
        $0.plan.optimizer = .sgd(learningRate: 0.06 * Float(size) / 256, momentum: 0.9, weightDecay: 5e-4)
      },
    ]
  }

  private func exploration(_ name: String, _ change: (inout SimCLRRecipe) -> Void) -> Arm {
    recipe.arm(name, role: .exploratory, change)
  }

  public var tables: [PaperTable] {
    let linear = [PaperTable.Column("linear top-1", evaluation: "linear-v1")]
    return [
      PaperTable("Projection head", arms: ["no head", "linear head", "non-linear head"], columns: linear),
      PaperTable(
        "Linear evaluation on CIFAR-10", published: "simclr/cifar10.csv", "simclr/third-party-cifar10.csv",
        arms: [
          .init("non-linear head", published: ["SimCLR"]), .init("supervised", published: ["supervised"]),
        ],
        columns: linear),
      PaperTable(
        "kNN on CIFAR-10, by others", published: "simclr/third-party-cifar10-knn.csv",
        arms: [.init("non-linear head", published: ["SimCLR"])],
        columns: [.init("kNN top-1, last epoch, backbone", evaluation: "knn-v1")]),
      PaperTable(
        "Temperature", published: "simclr/temperature.csv",
        arms: [
          .init("non-linear head", published: ["τ 0.5"]), .init("temperature 0.1", published: ["τ 0.1"]),
          .init("temperature 1", published: ["τ 1"]),
        ],
        columns: linear),
      PaperTable(
        "Batch size", published: "simclr/batch-size.csv",
        arms: [
          .init("non-linear head", published: ["batch 512"]),
          .init("half the batch", published: ["batch 256"]),
          .init("twice the batch", published: ["batch 1024"]),
        ],
        columns: linear),
      PaperTable(
        "Colour strength", published: "simclr/color-strength.csv",
        arms: [
          .init("non-linear head", published: ["strength 1/2"]),
          .init("colour strength 1", published: ["strength 1"]),
        ],
        columns: linear),
      PaperTable(
        "Linear evaluation on ImageNet", published: "simclr/imagenet.csv", arms: ["SimCLR"], columns: []),
      PaperTable(
        "Semi-supervised", published: "simclr/semi-supervised.csv",
        arms: [
          .init("random encoder", published: [], title: "no pre-training"),
          .init("non-linear head", published: ["SimCLR"], title: "SimCLR"),
        ],
        columns: [
          .init("top-1 fine-tuned with 1 % of the labels", evaluation: "semi-supervised-1-v1"),
          .init("top-1 fine-tuned with 10 % of the labels", evaluation: "semi-supervised-10-v1"),
        ]),
      PaperTable(
        "Transfer", published: "simclr/transfer.csv",
        arms: [
          .init("supervised, five classes", published: ["supervised"], title: "supervised"),
          .init("non-linear head, five classes", published: ["SimCLR"], title: "SimCLR"),
        ],
        columns: [.init("linear top-1 among the second five classes", evaluation: "class-transfer-v1")],
        note:
          "Ours are trained on the images of the first five classes, which labels chose, and asked about the others."
      ),
      PaperTable(
        "Losses", published: "simclr/losses.csv",
        arms: [
          .init("margin", published: ["margin", "margin, semi-hard"]),
          .init("NT-logistic", published: ["NT-logistic", "NT-logistic, semi-hard"]), "NT-Xent",
        ],
        columns: []),
    ]
  }
}
