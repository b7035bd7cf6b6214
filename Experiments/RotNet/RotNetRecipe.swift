import Foundation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// What the arms of the experiment have in common, each of which changes it in one thing.
struct RotNetRecipe {
  /// F.
  var network: NetworkInNetwork.Configuration
  /// The method's constants.
  var method = RotNet.Hyperparameters()
  /// How long and by which rule F is trained.
  var plan: TrainingPlan
  /// How long the supervised network is trained, by the same rule.
  var supervisedEpochs: Int
  /// How the two classifiers on frozen maps are trained.
  var convolutional, nonLinear: ClassifierRecipe
  /// How features and classifier are trained on together.
  var fineTuning: ClassifierRecipe
  /// How both are trained with few labels.
  var fewLabels: (frozen: ClassifierRecipe, supervised: ClassifierRecipe)

  /// The recipe of the authors' released code: a fifth of the rate after given epochs.
  static func published() -> RotNetRecipe {
    let (steps, classifierSteps) = ([60, 120, 160], [35, 70, 85])
    func recipe(_ epochs: Int, at steps: [Int], draws: Int? = nil, rate: Float = 0.1) -> ClassifierRecipe {
      ClassifierRecipe(
        epochs: epochs, learningRate: rate, schedule: .steps(epochs: steps, factor: 0.2), draws: draws,
        augments: true)
    }
    return RotNetRecipe(
      network: .init(blocks: 4, width: 192, featureBlock: 2),
      plan: plan(epochs: 200, .steps(epochs: steps, factor: 0.2)), supervisedEpochs: 200,
      convolutional: recipe(100, at: classifierSteps), nonLinear: recipe(100, at: [20, 40, 45]),
      fineTuning: recipe(100, at: classifierSteps, rate: 0.01),
      fewLabels: (
        recipe(100, at: classifierSteps, draws: 50_000), recipe(200, at: steps, draws: 50_000)
      ))
  }

  /// A quarter of the channels, few epochs on one cosine, and classifiers on stored maps of whole images.
  static func reduced() -> RotNetRecipe {
    RotNetRecipe(
      network: .init(blocks: 4, width: 48, featureBlock: 2), plan: plan(epochs: 5, .cosine()),
      supervisedEpochs: 9, convolutional: ClassifierRecipe(epochs: 20),
      nonLinear: ClassifierRecipe(epochs: 20),
      fineTuning: ClassifierRecipe(epochs: 5, learningRate: 0.01, augments: true),
      fewLabels: (
        ClassifierRecipe(epochs: 3, draws: 50_000, augments: true),
        ClassifierRecipe(epochs: 3, draws: 50_000, augments: true)
      ))
  }

  /// A minute on drawn images.
  static func demo() -> RotNetRecipe {
    var plan = plan(epochs: 4, .cosine())
    plan.batchSize = 64
    let classifier = ClassifierRecipe(epochs: 6, batchSize: 64, learningRate: 0.05)
    var drawn = classifier
    (drawn.epochs, drawn.draws, drawn.augments) = (1, 3_000, true)
    return RotNetRecipe(
      network: .init(blocks: 4, width: 24, featureBlock: 2), plan: plan, supervisedEpochs: 4,
      convolutional: classifier, nonLinear: classifier, fineTuning: drawn, fewLabels: (drawn, drawn))
  }

  /// Seconds.
  static func smoke() -> RotNetRecipe {
    var plan = plan(epochs: 2, .cosine())
    plan.batchSize = 32
    let short = ClassifierRecipe(epochs: 1, batchSize: 64, learningRate: 0.05)
    var drawn = short
    (drawn.draws, drawn.augments) = (512, true)
    return RotNetRecipe(
      network: .init(blocks: 4, width: 12, featureBlock: 2), plan: plan, supervisedEpochs: 2,
      convolutional: short, nonLinear: short, fineTuning: drawn, fewLabels: (drawn, drawn))
  }

  /// The authors' batch, rate and decay, which falls on every parameter.
  private static func plan(epochs: Int, _ schedule: ScheduleConfiguration) -> TrainingPlan {
    TrainingPlan(
      epochs: epochs, batchSize: 128,
      optimizer: .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, nesterov: true),
      schedule: schedule)
  }

  /// What every arm is measured by on its second block.
  func classifier(_ kind: MapClassifierKind) -> BlockClassifier {
    BlockClassifier(
      kind, block: 2, width: network.width, recipe: kind == .nonLinear ? nonLinear : convolutional)
  }

  /// The measures that need labels to train more than a classifier.
  var labelledMeasures: (fineTuned: FineTunedClassifier, fewLabels: FewLabels, match: FewLabelsMatch) {
    let few = FewLabels(
      BlockClassifier(.convolutional, block: 2, width: network.width, recipe: fewLabels.frozen),
      supervised: fewLabels.supervised)
    return (
      FineTunedClassifier(classifier(.convolutional), recipe: fineTuning), few,
      FewLabelsMatch(few, labels: 100)
    )
  }
}

extension Paper {
  static let rotNet = Paper(
    "Unsupervised Representation Learning by Predicting Image Rotations",
    authors: "Gidaris, Singh, Komodakis", venue: "ICLR 2018", arXiv: "1803.07728", folder: "rotnet")
}

extension RotNet: KnowsChance {
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    ["rotation": log(Double(hyperparameters.rotations.turns.count))]
  }
}

extension NetworkInNetwork.Configuration: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? { problem }
}

extension RotNet.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    padding >= 0 ? nil : "padding is not negative, as \(padding) is"
  }
}
