import Tensors

/// ½ Σₛ 1/(V − 1) Σ_{v≠s} ℓ(z_v, q_s) averaged over images, where ℓ(z, q) = −Σₖ qₖ log p(k) and p(k) ∝ exp(z·cₖ/τ): each
/// crop predicts the codes of the large crops, but none its own (SwAV, arXiv:2006.09882, equations 1, 2 and 6).
///
/// - Parameters:
///   - scores: z·c of V crops of B images, crop after crop, the two large ones first: V·B × K.
///   - codes: q of the two large crops, constants: B × K each.
func swappedPrediction(_ scores: Tensor, codes: [Tensor], temperature τ: Float) -> Tensor {
  precondition(codes.count == 2, "codes of \(codes.count) crops: two are large")
  let cropCount = scores.shape[0] / codes[0].shape[0]
  // The terms of one crop add up: −Σₖ (q₀ + q₁)ₖ log p(k) for a small one, one of the two codes for a large one.
  let both = codes[0] + codes[1]
  let targets = Tensor.stacked(
    [codes[1], codes[0]] + Array(repeating: both, count: cropCount - codes.count))
  let logP = (scores / τ).logSoftmax()
  let termCount = codes.count * (cropCount - 1) * codes[0].shape[0]
  return (targets * logP).sum() / -Float(termCount)
}
