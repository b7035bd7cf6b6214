import Tensors

/// −log( exp(q·k⁺/τ) / Σᵢ exp(q·kᵢ/τ) ), averaged over the batch; the sum runs over the positive and every negative
/// (van den Oord, Li, Vinyals, arXiv:1807.03748, as MoCo uses it, arXiv:1911.05722, equation 1).
///
/// - Parameters:
///   - qk: The similarity q·k⁺ of every query with its positive key: N.
///   - qn: The similarities q·kᵢ of every query with the negatives: N × K.
public func infoNCE(_ qk: Tensor, negatives qn: Tensor, temperature τ: Float) -> Tensor {
  qk.infoNCE(negatives: qn, temperature: τ)
}
