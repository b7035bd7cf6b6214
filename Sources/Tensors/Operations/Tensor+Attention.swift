extension Tensor {
  /// softmax(q kᵀ / √d) v among the positions of each image (Vaswani et al., arXiv:1706.03762, equation 1), `heads` times side
  /// by side.
  ///
  /// `self` (N × H × W × 3C, or N × positions × 3C, float32) holds at every position q, k and v, each of C numbers of which
  /// head h has the h-th part: N × H × W × C.
  public func selfAttention(heads: Int = 1) -> Tensor {
    let (x, shape) = (constant, shape)
    let attention = SelfAttention(of: shape, heads: heads)
    let (result, weights) = attention.forward(x)
    let y = Tensor(
      shape: Shape(shape.dimensions.dropLast() + [shape.columns / 3]), dataType: .float32,
      storage: result.storage)
    return y.recorded(from: self) { dy in [attention.backward(dy, x, weights)] }
  }
}
