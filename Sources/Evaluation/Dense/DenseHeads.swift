import NeuralNetworks
import Tensors

/// Scores of classes at every position of feature maps.
protocol DenseHead: Module {
  /// One number per class and position of `maps` (N × h × w × C): N × h × w × classes, float32.
  func callAsFunction(_ maps: Tensor) -> Tensor
}

/// A linear layer of each position, of features with mean zero and deviation one over the training images.
final class LinearDenseHead: DenseHead {
  let classifier: Linear
  private let scale, shift: Tensor

  /// Creates a head whose scores are all zero.
  init(standardizing maps: DenseMaps, classes: Int, using random: inout Random) {
    let channels = maps.shape.channels
    classifier = Linear(channels, classes, using: &random)
    // The problem is convex: where it begins decides nothing but what the first steps do.
    for parameter in [classifier.weight, classifier.bias].compactMap({ $0 }) {
      parameter.update { $0 = Tensor(zeros: $0.shape) }
    }
    scale = Tensor(maps.factor, shape: [channels])
    shift = Tensor(zip(maps.mean, maps.factor).map { -$0 * $1 }, shape: [channels])
  }

  func callAsFunction(_ maps: Tensor) -> Tensor {
    classifier.atEveryPosition(of: maps.converted(to: .float32).affine(scale: scale, shift: shift))
  }
}

/// A 3 × 3 convolution, normalized and rectified, and a linear layer of each position.
final class ConvolutionalDenseHead: DenseHead {
  let conv: Convolution
  let norm: BatchNormalization
  let classifier: Linear

  init(_ channels: Int, hidden: Int, classes: Int, using random: inout Random) {
    conv = Convolution(channels, hidden, kernel: 3, using: &random)
    norm = BatchNormalization(hidden)
    classifier = Linear(hidden, classes, using: &random)
  }

  func callAsFunction(_ maps: Tensor) -> Tensor {
    classifier.atEveryPosition(of: norm(conv(maps), thenReLU: true).converted(to: .float32))
  }
}

/// An encoder with a head on its last feature map, both trained.
final class DenseNetwork: Module {
  let encoder: any Encoder
  let head: ConvolutionalDenseHead

  init(_ encoder: any Encoder, _ head: ConvolutionalDenseHead) {
    self.encoder = encoder
    self.head = head
  }

  func callAsFunction(_ images: Tensor) -> Tensor { head(encoder.featureMap(of: images)) }
}

extension Linear {
  /// The layer's result for each position of `maps` (N × h × w × C, float32): N × h × w × outputs.
  fileprivate func atEveryPosition(of maps: Tensor) -> Tensor {
    let shape = maps.shape
    let scores = self(maps.reshaped(to: [shape.rows, shape.channels]))
    return scores.reshaped(to: [shape.batch, shape.height, shape.width, scores.shape.columns])
  }
}
