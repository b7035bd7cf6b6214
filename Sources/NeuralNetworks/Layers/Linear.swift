import Tensors

/// A linear map x Wᵀ + b of rows.
public final class Linear: Layer {
  /// Output features × input features.
  public let weight: Parameter
  /// One offset per output feature.
  public let bias: Parameter?

  /// Creates a map with weights and offsets drawn as PyTorch draws them.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, using random: inout Random) {
    weight = Parameter(Initialization.uniformFanIn([outputs, inputs], fanIn: inputs, using: &random))
    self.bias =
      bias ? Parameter(Initialization.uniformFanIn([outputs], fanIn: inputs, using: &random)) : nil
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let product = x.similarities(to: weight.value)
    return bias.map { product.adding(columns: $0.value) } ?? product
  }
}
