import Tensors

/// Layers applied one after another; its parameters are named by position, as PyTorch's are.
public final class Sequential: Layer, TransparentModule {
  /// The layers in the order of their application.
  public let children: [any Layer]

  /// Creates a chain of `layers`.
  public init(_ layers: any Layer...) { children = layers }

  /// Creates a chain of `layers`.
  public init(_ layers: [any Layer]) { children = layers }

  public func callAsFunction(_ x: Tensor) -> Tensor { children.reduce(x) { $1($0) } }
}

/// max(x, 0).
public final class ReLU: Layer {
  /// Creates the layer.
  public init() {}

  public func callAsFunction(_ x: Tensor) -> Tensor { x.relu() }
}
