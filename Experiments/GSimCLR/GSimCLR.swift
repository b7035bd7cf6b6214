import Harness
import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// SimCLR with guided batches (G-SimCLR): images that look alike are kept out of each other's negatives.
///
/// Chakraborty, Gosthipaty, Paul. “G-SimCLR: Self-Supervised Contrastive Learning with Guided Projection via Pseudo
/// Labelling.” 2020. arXiv:2009.12007.
///
/// NT-Xent pushes a view away from every other image of its batch, those of its own class too. A denoising autoencoder
/// and k-means give each image a pseudo-label; then no two images of a batch share one. Method, views and loss are
/// SimCLR's, and with `Batches.shuffled` this is SimCLR.
public final class GSimCLR: PretrainingMethod, PreparedMethod, UsesLabels {
  /// Which images meet in a batch.
  public enum Batches: String, Codable, Sendable, CaseIterable {
    /// Any, anew in every epoch: SimCLR.
    case shuffled
    /// Any, the same in every epoch: what of the released code's batches has nothing to do with clusters.
    case fixed
    /// Images of different clusters, drawn anew in every epoch: what the paper means.
    case distinctClusters
    /// Images of clusters that are drawn as evenly, anew in every epoch, and may meet: what of `distinctClusters` has
    /// nothing to do with who meets.
    case evenClusters
    /// Images of one rank within their clusters, in the data set's order, the same in every epoch: the released code.
    case rankOrder
    /// As few of one class as can be: what perfect pseudo-labels would come to. Uses labels.
    case distinctClasses

    var areGuidedByClusters: Bool { [.distinctClusters, .evenClusters, .rankOrder].contains(self) }
  }

  /// How views are drawn.
  public enum Views: String, Codable, Sendable {
    /// As SimCLR's are.
    case simCLR
    /// As the released code's are: no crop, and one draw for all images of a batch.
    case released
  }

  /// The constants of the method.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// The loss, the head and, unless they are the released code's, the views.
    public var contrast = SimCLR.Hyperparameters()
    /// How views are drawn.
    public var views = Views.simCLR
    /// Which images meet in a batch.
    public var batches = Batches.distinctClusters
    /// What gives an image its features before there are any.
    public var autoencoder = Denoising.Hyperparameters()
    /// How those are grouped.
    public var clustering = KMeans(clusterCount: 64)

    /// Creates the released code's constants of autoencoder, clusters and head, with SimCLR's views.
    public init() {
      (contrast.head, contrast.embeddingDimension) = (.twoHidden, 50)
    }
  }

  let contrastive: SimCLR
  let hyperparameters: Hyperparameters
  /// The cluster of every image; −1 before the preparation.
  private var pseudoLabels: Statistic?
  private var classes: [Int] = []

  public var encoder: any Encoder { contrastive.encoder }
  public let augmentations: [Augmentation]

  /// Creates the network for views of `side` × `side` pixels; the autoencoder comes with the preparation.
  public init(
    _ resNet: ResNet.Configuration, _ hyperparameters: Hyperparameters, side: Int = 32,
    using random: inout Random
  ) {
    self.hyperparameters = hyperparameters
    contrastive = SimCLR(resNet, hyperparameters.contrast, side: side, using: &random)
    switch hyperparameters.views {
    case .simCLR: augmentations = contrastive.augmentations
    case .released: augmentations = [.released(hyperparameters), .released(hyperparameters)]
    }
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    contrastive.loss(of: batch, at: progress)
  }

  // MARK: Pseudo-labels

  public var needsPreparation: Bool { hyperparameters.batches.areGuidedByClusters }

  public func expectPreparation(imageCount count: Int) {
    pseudoLabels = needsPreparation ? Statistic(Tensor(repeating: -1, shape: [count])) : nil
  }

  /// Trains the autoencoder, groups its bottlenecks, and shows what it restores and which images are together.
  public func prepare(_ preparation: Preparation) throws -> [Picture] {
    guard needsPreparation else { return [] }
    let (images, clustering) = (preparation.images, hyperparameters.clustering)
    guard clustering.clusterCount <= images.count else {
      throw RunProblem(
        "\(clustering.clusterCount) clusters of \(images.count) images: lower clustering.clusterCount")
    }
    let denoising = try Denoising(hyperparameters.autoencoder, trainedBy: preparation)
    let features = denoising.autoencoder.features(of: images, in: preparation.precision.dataType)
    var random = Random(seed: preparation.seed, stream: "clusters")
    let found = clustering(features, using: &random)
    pseudoLabels = Statistic(Tensor(found.clusters.map(Float.init), shape: [images.count]))
    let end = TrainingProgress(step: found.iterations, steps: found.iterations, epoch: 0, epochs: 0)
    try preparation.observe(
      Preparation.Report(
        stage: "k-means", progress: end,
        metrics: [("mean-squared-distance", found.inertia / Double(images.count))]))
    return [denoising.reconstructions(of: images), .clusters(found.clusters, of: images)]
  }

  public func receive(labels: [Int], classCount: Int) {
    precondition(
      hyperparameters.batches == .distinctClasses, "labels for batches that are \(hyperparameters.batches)")
    classes = labels
  }

  /// The cluster of every image, by place in the data set; `nil` where no clusters guide the batches or none are known
  /// yet.
  var clusters: [Int]? {
    guard let labels = pseudoLabels?.value.floats.map({ Int($0) }), !labels.contains(-1) else { return nil }
    return labels
  }

  public var sampler: any BatchSampler {
    switch hyperparameters.batches {
    case .shuffled: Shuffled()
    case .fixed: FixedBatches(of: Shuffled())
    case .distinctClusters: DistinctLabels(guidingClusters)
    case .evenClusters: EvenLabels(guidingClusters)
    case .rankOrder: RankOrder(guidingClusters)
    case .distinctClasses: DistinctLabels(classes)
    }
  }

  private var guidingClusters: [Int] {
    guard let clusters else { preconditionFailure("batches by clusters before these were prepared") }
    return clusters
  }
}

extension Augmentation {
  /// The released code's view: flip, then jitter of strength s in half of the cases; its loss of colour returns what it
  /// is given. Every decision is one for the whole batch.
  static func released(_ hyperparameters: GSimCLR.Hyperparameters) -> Augmentation {
    let s = hyperparameters.contrast.colorStrength
    return Augmentation(
      [
        HorizontalFlip(),
        ColorJitter(
          brightness: 0.8 * s, contrast: 0.8 * s, saturation: 0.8 * s, hue: 0.2 * s, probability: 0.5),
      ], isSharedByBatch: true)
  }
}
