import Tensors

/// ½ D_KL(P‖Q) + ½ D_KL(Q‖P), averaged over the batch, where Q(i) ∝ exp(aᵢ/τ) and P(i) ∝ exp(bᵢ/τ).
///
/// - Parameters:
///   - a: One row of similarities per image: N × K.
///   - b: The rows they are compared with: N × K.
///   - excluded: Two columns of each row that belong to neither distribution; `nil` where all do.
public func symmetricDivergence(
  _ a: Tensor, _ b: Tensor, excluding excluded: [SIMD2<Int32>]? = nil, temperature τ: Float
) -> Tensor {
  a.symmetricDivergence(from: b, excluding: excluded, temperature: τ)
}
