import NeuralNetworks
import Tensors

/// A classifier on the feature map of a frozen block (the paper's section 4.1).
protocol MapClassifier: Module {
  /// One number per class for each of `maps` (N × H × W × C).
  func callAsFunction(_ maps: Tensor) -> Tensor
}

/// Which of the paper's two classifiers.
public enum MapClassifierKind: String, Sendable, CaseIterable {
  /// Three linear layers of the flattened map.
  case nonLinear
  /// The third block of the supervised network, and a linear layer of its average.
  case convolutional

  func make(
    onMapsOf shape: Shape, width: Int, classes: Int, using random: inout Random
  ) -> any MapClassifier {
    switch self {
    case .nonLinear: NonLinearClassifier(inputs: shape.stride, classes: classes, using: &random)
    case .convolutional:
      ConvolutionalClassifier(channels: shape.channels, width: width, classes: classes, using: &random)
    }
  }
}

/// Linear, normalization, ReLU, twice, and a linear layer, with min(20 classes, 2048) hidden numbers.
final class NonLinearClassifier: MapClassifier {
  let linear1, linear2, classifier: Linear
  let bn1, bn2: BatchNormalization

  init(inputs: Int, classes: Int, using random: inout Random) {
    let hidden = min(20 * classes, 2_048)
    linear1 = .normalByOutputs(inputs, hidden, bias: false, using: &random)
    bn1 = BatchNormalization(hidden)
    linear2 = .normalByOutputs(hidden, hidden, bias: false, using: &random)
    bn2 = BatchNormalization(hidden)
    classifier = .normalByOutputs(hidden, classes, using: &random)
  }

  func callAsFunction(_ maps: Tensor) -> Tensor {
    let x = maps.converted(to: .float32).reshaped(to: [maps.shape.batch, maps.shape.stride])
    return classifier(bn2(linear2(bn1(linear1(x), thenReLU: true)), thenReLU: true))
  }
}

/// Three convolutions (3 × 3, 1 × 1, 1 × 1), normalized and rectified, their average, and a linear layer.
final class ConvolutionalClassifier: MapClassifier {
  let block: NetworkInNetworkBlock
  let classifier: Linear

  init(channels: Int, width: Int, classes: Int, using random: inout Random) {
    block = NetworkInNetworkBlock(3, width: width, inputs: channels, drawing: .normalFanOut, using: &random)
    classifier = .normalByOutputs(width, classes, using: &random)
  }

  func callAsFunction(_ maps: Tensor) -> Tensor { classifier(block.pooled(maps)) }
}

extension Linear {
  /// A layer with normal weights of deviation √(2 / outputs) and offsets of zero, as both classifiers begin.
  static func normalByOutputs(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, using random: inout Random
  ) -> Linear {
    let layer = Linear(inputs, outputs, bias: bias, using: &random)
    let deviation = (2 / Float(outputs)).squareRoot()
    layer.weight.update { $0 = Tensor(shape: $0.shape) { deviation * random.normal() } }
    layer.bias?.update { $0 = Tensor(zeros: $0.shape) }
    return layer
  }
}
