import Tensors

/// A convolutional autoencoder whose pooled bottleneck is a feature vector: three halvings of the image, then three
/// nearest-neighbour doublings, each with a normalized 3 × 3 convolution.
///
/// The network of G-SimCLR's released code (Chakraborty, Gosthipaty, Paul, arXiv:2009.12007), whose widths are 32, 64, 128
/// on the way down and 128, 64, 32 on the way up.
public final class Autoencoder: Encoder {
  /// Channels of the bottleneck.
  public let featureCount: Int
  let encoder, decoder: [Stage]
  let output: Convolution
  let outputBias: Parameter

  /// Creates an autoencoder whose first convolution has `width` channels and whose bottleneck has four times as many.
  public init(width: Int = 32, using random: inout Random) {
    let widths = [width, 2 * width, 4 * width]
    encoder = zip([3] + widths, widths).map { Stage($0, $1, using: &random) }
    decoder = zip([4 * width] + widths.reversed(), widths.reversed()).map { Stage($0, $1, using: &random) }
    output = Convolution(width, 3, kernel: 3, using: &random)
    outputBias = Parameter(Tensor(zeros: [3]))
    featureCount = 4 * width
  }

  /// The bottleneck averaged over its positions: N × `featureCount`, float32.
  public func callAsFunction(_ images: Tensor) -> Tensor { featureMap(of: images).globalAverage() }

  /// The bottleneck of `images` (N × H × W × 3): N × H/8 × W/8 × `featureCount`; traps unless 8 divides H and W.
  public func featureMap(of images: Tensor) -> Tensor {
    precondition(
      images.shape.rank == 4 && images.shape.height % 8 == 0 && images.shape.width % 8 == 0,
      "an autoencoder of three halvings on images of shape \(images.shape)")
    return encoder.reduce(images) { $1($0).maxPooled(kernel: 2, stride: 2) }
  }

  /// `images` (N × H × W × 3) as the bottleneck remembers them: the same shape, float32, every number within 0...1.
  public func reconstruction(of images: Tensor) -> Tensor {
    let features = decoder.reduce(featureMap(of: images)) { $1($0.upsampled()) }
    return output(features).converted(to: .float32).adding(columns: outputBias.value).sigmoid()
  }
}

extension Autoencoder {
  /// relu(norm(conv(x))), at the size of x.
  final class Stage: Layer {
    let conv: Convolution
    let norm: BatchNormalization

    init(_ inputs: Int, _ outputs: Int, using random: inout Random) {
      conv = Convolution(inputs, outputs, kernel: 3, using: &random)
      norm = BatchNormalization(outputs)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { norm(conv(x), thenReLU: true) }
  }
}
