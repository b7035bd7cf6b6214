import NeuralNetworks
import Pretraining
import Tensors
import Vision

/// Unsupervised representation learning by predicting image rotations (RotNet).
///
/// Gidaris, Singh, Komodakis. “Unsupervised Representation Learning by Predicting Image Rotations.” ICLR 2018.
/// arXiv:1803.07728.
///
/// Symbols follow the paper: K geometric transformations g(X|y), turns by a multiple of 45°, and a network F that says of
/// g(X|y*) which y* it was.
public final class RotNet: PretrainingMethod {
  /// The transformations g (section 4.1, table 2).
  public enum Rotations: String, Codable, Sendable, CaseIterable {
    /// 0°, 90°, 180°, 270°.
    case quarters
    /// 0°, 180°.
    case upsideDown
    /// 90°, 270°.
    case sideways
    /// 0°, 45°, …, 315°; what they turn into view from outside the image is masked in all eight.
    case eighths

    /// The turns, in eighths counter-clockwise, in the order of their labels y.
    public var turns: [Int] {
      switch self {
      case .quarters: [0, 2, 4, 6]
      case .upsideDown: [0, 4]
      case .sideways: [2, 6]
      case .eighths: Array(0..<8)
      }
    }

    /// Turns by 45° would be known by their corners.
    var masksCorners: Bool { self == .eighths }
  }

  /// The constants of the method.
  public struct Hyperparameters: Codable, Sendable, Equatable {
    /// g.
    public var rotations = Rotations.quarters
    /// Zero pixels around the image before a crop of its own size.
    public var padding = 4

    /// Creates the constants of the paper's experiments on CIFAR-10.
    public init() {}
  }

  let network: NetworkInNetwork  // F without its last layer
  let head: Linear
  let hyperparameters: Hyperparameters

  public var encoder: any Encoder { network }
  public let augmentations: [Augmentation]
  public var viewNames: [String] { hyperparameters.rotations.turns.map { "\(45 * $0)°" } }

  /// Creates F.
  public init(
    _ sizes: NetworkInNetwork.Configuration, _ hyperparameters: Hyperparameters, using random: inout Random
  ) {
    self.hyperparameters = hyperparameters
    network = NetworkInNetwork(sizes, using: &random)
    let rotations = hyperparameters.rotations
    head = Linear(network.blocks.last!.outputChannels, rotations.turns.count, using: &random)
    // One crop and one flip of an image, then all of its turns.
    augmentations = rotations.turns.map { turn in
      Augmentation(
        [
          RandomCrop(padding: hyperparameters.padding), HorizontalFlip(),
          Rotation(eighths: turn, masksCorners: rotations.masksCorners),
        ], drawingAsFirstView: true)
    }
  }

  public func loss(of batch: Batch, at progress: TrainingProgress) -> Loss {
    // Every image with all its turns in one batch: g(X₁|1) … g(X_N|1), g(X₁|2), …, K N in all (section 3.1).
    let x = Tensor.stacked(batch.views.map(\.images))
    let y = batch.views.enumerated().flatMap { turn, view in
      [Int](repeating: turn, count: view.images.shape.batch)
    }

    // loss(X) = −1/K Σ_y log F^y(g(X|y)), averaged over the images (equations 2 and 3).
    let rotation = logits(x).crossEntropy(labels: y)
    return Loss(rotation, terms: ["rotation": rotation])
  }

  /// One number per turn and image.
  func logits(_ x: Tensor) -> Tensor {
    head(network.pooledFeatures(of: x, block: network.blockCount))
  }
}
