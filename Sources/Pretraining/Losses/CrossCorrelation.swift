import Tensors

/// C_ij = Σ_b z^A_bi z^B_bj / N of two matrices whose columns are freed of their mean and scaled to deviation 1 over the
/// batch: D × D, within ±1 (Barlow Twins, arXiv:2103.03230, equation 2).
///
/// - Parameters:
///   - a: The embeddings of the first views, N × D.
///   - b: Those of the second views in the same order.
public func crossCorrelation(_ a: Tensor, _ b: Tensor) -> Tensor {
  precondition(a.shape == b.shape && a.shape.rank == 2, "a correlation of \(a.shape) with \(b.shape)")
  return a.standardizedColumns().transposedProduct(with: b.standardizedColumns()) / Float(a.shape[0])
}

extension Tensor {
  /// Every column freed of its mean and divided by its deviation, which counts as no less than that of 10⁻⁵ variance.
  fileprivate func standardizedColumns() -> Tensor {
    let columns = shape.columns
    return batchNormalized(
      gamma: Tensor(repeating: 1, shape: [columns]), beta: Tensor(zeros: [columns]), epsilon: 1e-5
    ).result
  }
}
