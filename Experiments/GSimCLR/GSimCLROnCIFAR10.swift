import Evaluation
import Harness
import NeuralNetworks
import Pretraining
import Vision

/// Do batches without images of one cluster improve SimCLR's features on CIFAR-10?
public struct GSimCLROnCIFAR10: Experiment {
  public static let name = "gsimclr-cifar10"
  public static let paper = Paper(
    "G-SimCLR: Self-Supervised Contrastive Learning with Guided Projection via Pseudo Labelling",
    authors: "Chakraborty, Gosthipaty, Paul", venue: "2020", arXiv: "2009.12007", folder: "gsimclr")
  public static let cost =
    "reduced: 8 epochs, after 4 of an autoencoder where clusters are needed, 8 to 10 minutes per arm and seed on "
    + "two Zen 4 cores, by version 1, whose steps were the same; 5 epochs in batches of 16 images, not measured"
  public static let version = 2

  public let dataset: DatasetReference
  public let evaluations: [any Evaluation] = [
    NearestNeighbors(), LinearProbe(), SemiSupervised(percent: 10), SemiSupervisedProbes(percent: 10),
  ]
  public let demonstration = Demonstration("G-SimCLR", margin: 6)
  public let tuning: TuningGrid?
  private let encoder: ResNet.Configuration
  private let plan, supervisedPlan: TrainingPlan
  private let method: GSimCLR.Hyperparameters
  /// Images of a batch, and clusters, where there are fewer; and passes over the images then.
  private let few: Int, fewsEpochs: Int

  public init(scale: Scale) {
    var method = GSimCLR.Hyperparameters()
    // As many images in a batch as clusters, the paper's choice; fewer of a few images, where rounding would else decide
    // which of 256 clusters an image belongs to.
    let size = scale == .smoke ? 16 : 64
    method.clustering.clusterCount = size
    var plan = TrainingPlan(
      epochs: 8, batchSize: size,
      optimizer: .lars(learningRate: Float(size) / 256, momentum: 0.9, weightDecay: 1e-4),
      schedule: .cosine(warmupEpochs: 1))
    var (supervisedEpochs, fewsEpochs) = (15, plan.epochs)
    switch scale {
    case .paper:  // the released notebooks, read at bd77e7f
      dataset = .cifar10
      // Three stages of four bottleneck blocks; the fourth stage is empty.
      encoder = ResNet.Configuration(blocks: [4, 4, 4, 0], isBottleneck: true, width: 16)
      plan.epochs = 15
      plan.optimizer = .sgd(learningRate: 0.1, momentum: 0)
      plan.schedule = .cosineRestarts(firstSteps: 1_000)
      (method.contrast.temperature, method.contrast.colorStrength, method.views) = (0.1, 0.2, .released)
      (supervisedEpochs, fewsEpochs) = (100, 15)
    case .reduced:
      (dataset, encoder) = (.cifar10, .resNet18(width: 16))
      // Not scaled down with the batch: LARS normalizes gradients, and a step of a small batch is as long as any other.
      plan.optimizer = .lars(learningRate: 1, momentum: 0.9, weightDecay: 1e-4)
      fewsEpochs = 5
      (method.autoencoder.width, method.autoencoder.passes, method.autoencoder.patience) = (16, 4, 0)
      method.clustering.restarts = 4
    case .demo:
      (dataset, encoder) = (.shapes.first(3_000), .resNet18(width: 8))
      plan.optimizer = .lars(learningRate: 1, momentum: 0.9, weightDecay: 1e-4)
      supervisedEpochs = 4
      (method.autoencoder.width, method.autoencoder.passes, method.autoencoder.patience) = (8, 2, 0)
      method.clustering.restarts = 2
    case .smoke:
      (dataset, encoder) = (.cifar10.first(512), .resNet18(width: 4))
      (plan.epochs, supervisedEpochs, fewsEpochs) = (2, 2, 2)
      (method.autoencoder.width, method.autoencoder.passes, method.autoencoder.patience) = (4, 1, 0)
      (method.clustering.restarts, method.clustering.maximumIterations) = (2, 20)
    }
    supervisedPlan = .supervised(epochs: supervisedEpochs, batchSize: 2 * size)
    (self.plan, self.method, few, self.fewsEpochs) = (plan, method, size / 4, fewsEpochs)
    tuning = scale == .reduced ? Self.grid : nil
  }

  public var arms: [Arm] {
    var untrained = plan
    untrained.epochs = 0
    let clusters = method.clustering.clusterCount
    return [
      arm("SimCLR") { $0.batches = .shuffled },
      arm("G-SimCLR") { $0.batches = .distinctClusters },
      arm("random encoder", role: .reference, untrained) { $0.batches = .shuffled },
      .supervised(
        encoder, classCount: dataset.classCount, plan: supervisedPlan, evaluations: [ClassifierAccuracy()]),
      arm("released sampler", role: .exploratory) { $0.batches = .rankOrder },
      arm("fixed shuffled batches", role: .exploratory) { $0.batches = .fixed },
      arm("true labels", role: .exploratory, usesLabels: true) { $0.batches = .distinctClasses },
      arm("evenly drawn clusters", role: .exploratory) { $0.batches = .evenClusters },
      arm("half the clusters", role: .exploratory) { $0.clustering.clusterCount = clusters / 2 },
      arm("four times the clusters", role: .exploratory) { $0.clustering.clusterCount = 4 * clusters },
    ] + ofFew
  }

  /// Batches so small that keeping images apart can halve the pairs of one class.
  private var ofFew: [Arm] {
    var plan = plan
    (plan.batchSize, plan.epochs) = (few, fewsEpochs)
    func arm(_ name: String, _ batches: GSimCLR.Batches, usesLabels: Bool = false) -> Arm {
      self.arm("\(name), batches of 16", role: .exploratory, plan, usesLabels: usesLabels) {
        ($0.batches, $0.clustering.clusterCount) = (batches, few)
      }
    }
    return [
      arm("SimCLR", .shuffled), arm("G-SimCLR", .distinctClusters),
      arm("true labels", .distinctClasses, usesLabels: true),
    ]
  }

  private func arm(
    _ name: String, role: Arm.Role = .headline, _ plan: TrainingPlan? = nil, usesLabels: Bool = false,
    _ change: (inout GSimCLR.Hyperparameters) -> Void
  ) -> Arm {
    var method = method
    change(&method)
    let plan = plan ?? self.plan
    var evaluations: [any Evaluation] = [ProjectionPoints()]
    if plan.epochs > 0 { evaluations.append(BatchComposition(size: plan.batchSize)) }
    if method.batches.areGuidedByClusters { evaluations.append(ClusterQuality()) }
    return Arm(
      name, role: role, hyperparameters: NetworkAndMethod(encoder, method), plan: plan,
      usesLabels: usesLabels, evaluations: evaluations
    ) { constants, seen, random in
      GSimCLR(constants.network, constants.method, side: seen?.side ?? 32, using: &random)
    }
  }
}

extension GSimCLR: KnowsChance {
  public func chanceLevels(batchSize: Int) -> [String: Double] {
    contrastive.chanceLevels(batchSize: batchSize)
  }
}

extension GSimCLR.Hyperparameters: CheckedHyperparameters {
  public func problem(with plan: TrainingPlan) -> String? {
    if let problem = contrast.problem(with: plan) { return problem }
    guard batches.areGuidedByClusters else { return nil }
    if !(clustering.clusterCount > 1 && clustering.restarts > 0 && clustering.maximumIterations > 0) {
      return "clustering takes two clusters, one start and one iteration at least"
    }
    if !(autoencoder.width > 0 && autoencoder.imagesPerStep > 0 && autoencoder.passes >= 0) {
      return "autoencoder takes a width and imagesPerStep of 1 at least, and no fewer than 0 passes"
    }
    if !(autoencoder.noise >= 0 && autoencoder.rate >= 0 && autoencoder.patience >= 0) {
      return "autoencoder's noise, rate and patience are not negative"
    }
    return nil
  }
}
