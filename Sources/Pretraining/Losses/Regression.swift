import Tensors

/// ‖p̄ − z̄‖² = 2 − 2 ⟨p, z⟩ / (‖p‖ ‖z‖), averaged over the batch (BYOL, arXiv:2006.07733, equation 2).
///
/// - Parameters:
///   - p: What is predicted: N × D.
///   - z: What should have been: N × D, a constant, through which nothing is trained.
public func normalizedRegression(_ p: Tensor, to z: Tensor) -> Tensor {
  let cosines = p.normalized().rowProducts(with: z.constant.normalized())
  return Tensor([2], shape: []) - 2 * cosines.mean()
}
