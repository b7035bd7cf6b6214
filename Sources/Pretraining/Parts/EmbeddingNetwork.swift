import NeuralNetworks
import Tensors

/// An encoder with a head on top: what contrastive losses look at.
public final class EmbeddingNetwork: Layer {
  /// What is kept after pre-training.
  public let encoder: any Encoder
  /// What is thrown away.
  public let head: Sequential

  /// Creates a network of an encoder and a head.
  public init(_ encoder: any Encoder, head: Sequential) {
    self.encoder = encoder
    self.head = head
  }

  public func callAsFunction(_ images: Tensor) -> Tensor { head(encoder(images)) }
}

extension Sequential {
  /// A head of one hidden layer as wide as its input: linear, ReLU, linear (MoCo v2, arXiv:2003.04297; SimCLR,
  /// arXiv:2002.05709, section 4.2), or without it a linear one.
  public static func projectionHead(
    _ inputs: Int, to outputs: Int, hasHiddenLayer: Bool = true, using random: inout Random
  ) -> Sequential {
    hasHiddenLayer
      ? Sequential(Linear(inputs, inputs, using: &random), ReLU(), Linear(inputs, outputs, using: &random))
      : Sequential(Linear(inputs, outputs, using: &random))
  }
}
