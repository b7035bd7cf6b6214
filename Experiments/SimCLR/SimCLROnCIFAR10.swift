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
    "reduced: 15 epochs, 15 minutes per arm and seed on two Zen 4 cores"
  public static let version = 1

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [
    NearestNeighbors(), LinearProbe(), SemiSupervised(percent: 1), SemiSupervised(percent: 10),
    ClassTransfer(), ClassifierAccuracy(), SemiSupervisedProbes(percent: 1),
    SemiSupervisedProbes(percent: 10),
  ]
  public let claims = [
    Claim(
      "A non-linear projection head between features and loss improves the features' linear-probe accuracy.",
      [Comparison("non-linear head", over: "no head", evaluation: "linear-v1")],
      because: "the paper speaks of more than ten points",
      provided: [.beats(floor: "random encoder"), .notCollapsed])
  ]
  private let recipe: SimCLRRecipe
  private let supervisedPlan: TrainingPlan

  public init(scale: Scale) {
    let supervisedEpochs: Int
    switch scale {
    case .paper:  // the command for CIFAR-10 in the authors' repository
      dataset = .cifar10
      recipe = SimCLRRecipe(encoder: .resNet18(), epochs: 1_000, batchSize: 512, warmupEpochs: 10)
      supervisedEpochs = 200
    case .reduced:
      dataset = .cifar10
      recipe = SimCLRRecipe(encoder: .resNet18(width: 16), epochs: 15, batchSize: 256, warmupEpochs: 1)
      supervisedEpochs = 15
    case .smoke:
      dataset = .cifar10.first(512)
      recipe = SimCLRRecipe(encoder: .resNet18(width: 4), epochs: 2, batchSize: 64, warmupEpochs: 1)
      supervisedEpochs = 2
    }
    supervisedPlan = .supervised(epochs: supervisedEpochs, batchSize: min(256, recipe.plan.batchSize))
  }

  public var arms: [Arm] {
    recipe.heads + [.supervised(recipe.encoder, classCount: dataset.classCount, plan: supervisedPlan)]
      + explorations + ofFiveClasses
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
      exploration("crop only") { ($0.method.colorStrength, $0.method.grayscaleProbability) = (0, 0) },
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
