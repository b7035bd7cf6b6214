import Tensors

/// −log( exp(sim(zᵢ, z_{j(i)})/τ) / Σ_{k≠i} exp(sim(zᵢ, zₖ)/τ) ), averaged over all 2N views i of N images; the sum runs
/// over the 2N − 1 other views, the positive j(i) among them (SimCLR, arXiv:2002.05709, equation 1 and algorithm 1).
///
/// It is the paper's mean over 2N views. The authors' released code adds the means of the two views' losses, which is
/// twice this.
///
/// - Parameter z: Both views' unit vectors, the first views before the second ones in the same order: 2N × D.
public func ntXent(_ z: Tensor, temperature τ: Float) -> Tensor { z.ntXent(temperature: τ) }
