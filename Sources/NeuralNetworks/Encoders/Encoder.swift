import Tensors

/// A network that maps images to features.
public protocol Encoder: Module {
  /// The number of features of one image.
  var featureCount: Int { get }

  /// The pooled features of `images` (N × H × W × 3): N × `featureCount`, float32.
  func callAsFunction(_ images: Tensor) -> Tensor

  /// The last feature map of `images`, before pooling: N × H' × W' × `featureCount`, of the images' data type.
  func featureMap(of images: Tensor) -> Tensor

  /// This network, or a copy of it where parts of a batch are normalized apart: one that normalizes batches as a whole.
  func normalizingWholeBatches() -> any Encoder
}

extension Encoder {
  /// Itself.
  public func normalizingWholeBatches() -> any Encoder { self }
}
