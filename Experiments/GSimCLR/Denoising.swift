import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// The first half of G-SimCLR's preparation: an autoencoder that restores images from slightly noisy ones, so that images
/// which look alike have bottlenecks which lie near each other.
public final class Denoising: PretrainingMethod {
  /// The constants of the autoencoder and its training.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// Channels of the first convolution; the bottleneck has four times as many.
    public var width = 32
    /// The deviation of the noise, for colours in 0...1.
    public var noise: Float = 0.01
    /// Passes over the images at most.
    public var passes = 100
    /// Images per step of Adam.
    public var imagesPerStep = 64
    /// The rate of Adam.
    public var rate: Float = 1e-3
    /// After how many passes without a smaller error on a held-out tenth of the images training ends; 0 holds none out
    /// and makes every pass.
    public var patience = 2

    /// Creates the released code's constants.
    public init() {}

    func plan(_ precision: Precision) -> TrainingPlan {
      TrainingPlan(
        epochs: passes, batchSize: imagesPerStep, optimizer: .adam(learningRate: rate), schedule: .constant,
        precision: precision)
    }
  }

  let autoencoder: Autoencoder
  public var encoder: any Encoder { autoencoder }
  public let augmentations: [Augmentation]
  public var viewNames: [String] { ["image", "noisy image"] }

  /// Creates an untrained autoencoder.
  init(_ hyperparameters: Hyperparameters, using random: inout Random) {
    autoencoder = Autoencoder(width: hyperparameters.width, using: &random)
    augmentations = [[], [GaussianNoise(deviation: hyperparameters.noise)]]
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    let (clean, noisy) = (batch.views[0].images, batch.views[1].images)
    let error = meanSquaredError(of: autoencoder.reconstruction(of: noisy), to: clean)
    return Loss(error, terms: ["reconstruction": error])
  }

  private func meanSquaredError(of restored: Tensor, to images: Tensor) -> Tensor {
    let difference = restored - images.converted(to: .float32)
    return (difference * difference).mean()
  }

  /// The mean squared error on un-augmented `images`, with frozen statistics.
  func error(on images: ImageSet, in dataType: DataType) -> Double {
    let errors = inferred(from: images, in: dataType) { images in
      let error = meanSquaredError(of: autoencoder.reconstruction(of: images), to: images)
      return Tensor(repeating: error.item, shape: [images.shape[0], 1])
    }
    return Double(errors.mean().item)
  }
}

extension Denoising {
  /// Trains an autoencoder on the images of `preparation`; throws what training throws.
  convenience init(_ hyperparameters: Hyperparameters, trainedBy preparation: Preparation) throws {
    var random = Random(seed: preparation.seed, stream: "autoencoder")
    self.init(hyperparameters, using: &random)
    let all = preparation.images
    let heldOut = hyperparameters.patience > 0 ? all.count / 10 : 0
    let known = heldOut > 0 ? all.subset(0..<all.count - heldOut) : all
    let unknown = all.subset(all.count - heldOut..<all.count)
    let trainer = try Pretrainer(
      method: self, plan: hyperparameters.plan(preparation.precision), images: known, standardization: .none,
      seed: preparation.seed)
    var (smallest, passesSince) = (Double.infinity, 0)
    while !trainer.isFinished {
      var losses: [Double] = []
      try trainer.runEpoch { report in
        losses.append(Double(report.loss))
        try preparation.observe(Preparation.Report(stage: "autoencoder", progress: report.progress))
      }
      var metrics = [(name: "reconstruction", value: losses.reduce(0, +) / Double(losses.count))]
      if heldOut > 0 {
        let error = error(on: unknown, in: preparation.precision.dataType)
        metrics.append(("reconstruction-held-out", error))
        passesSince = error < smallest ? 0 : passesSince + 1
        smallest = min(smallest, error)
      }
      try preparation.observe(
        Preparation.Report(stage: "autoencoder", progress: trainer.progress, metrics: metrics))
      if heldOut > 0 && passesSince == hyperparameters.patience { break }
    }
  }

  /// Ten images and below each what the autoencoder makes of it.
  func reconstructions(of images: ImageSet) -> Picture {
    let shown = ViewLoader(images, standardization: .none).images(at: 0..<min(10, images.count))
    let restored = inference { autoencoder.reconstruction(of: shown).constant }
    return PictureSheet(
      "What the autoencoder restores",
      rows: [PictureSheet.Row("image", shown), PictureSheet.Row("restored", restored)]
    ).picture("reconstructions")
  }
}

extension Encoder {
  /// The features of un-augmented `images` in inference mode: N × `featureCount`.
  func features(of images: ImageSet, in dataType: DataType) -> Tensor {
    inferred(from: images, in: dataType) { self($0) }
  }
}

/// What `body` makes of un-augmented `images`, some at a time, with frozen statistics; row after row.
private func inferred(
  from images: ImageSet, in dataType: DataType, _ body: (Tensor) -> Tensor
) -> Tensor {
  let loader = ViewLoader(images, standardization: .none, dataType: dataType)
  let parts = stride(from: 0, to: images.count, by: 500).map { start in
    inference { body(loader.images(at: start..<min(start + 500, images.count))).constant }
  }
  return Tensor.stacked(parts)
}

/// Adds independent normal noise to every colour of every pixel.
struct GaussianNoise: ImageTransform {
  var title: String { "noise" }
  /// For colours in 0...1.
  let deviation: Float

  func apply(to sample: inout Sample, using random: inout Random) {
    sample.withPlanes { planes in
      for index in planes.indices { planes[index] += deviation * random.normal() }
    }
  }
}

extension Picture {
  /// The first members of the first clusters, a cluster a row.
  static func clusters(_ clusters: [Int], of images: ImageSet) -> Picture {
    let (rows, columns) = (16, 12)
    let members = Dictionary(grouping: clusters.indices) { clusters[$0] }
    let loader = ViewLoader(images, standardization: .none)
    return PictureSheet(
      "Images that are together in a cluster",
      rows: members.sorted { $0.key < $1.key }.prefix(rows).map {
        PictureSheet.Row(
          "cluster \($0.key), \($0.value.count) images", loader.images(at: $0.value.prefix(columns)))
      }
    ).picture("clusters")
  }
}
