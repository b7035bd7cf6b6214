import Tensors

/// (Σ_{pq} A_pq y_p·k_q) / (Σ_{pq} A_pq + 1e-6) averaged over images: how much alike are the pixels of two views that show
/// the same place (PixPro, arXiv:2011.10043, equation 4, one of its two directions without the sign). An image without
/// such pixels contributes 0 and counts.
///
/// - Parameters:
///   - y: Unit vectors of the first view's pixels: B × S² × D.
///   - k: Those of the second view's pixels: B × S² × D.
func pixelConsistency(_ y: Tensor, _ k: Tensor, over pairs: PositivePairs) -> Tensor {
  let images = y.shape[0]
  let alike = (y.rowSimilarities(to: k) * pairs.mask).reshaped(to: [images, pairs.mask.shape.stride])
  let weights = Tensor(pairs.counts.map { 1 / (($0 + 1e-6) * Float(images)) }, shape: [images])
  return (alike.rowSums() * weights).sum()
}

/// −log( Σ_{q: A_pq} exp(x_p·k_q/τ) / Σ_q exp(x_p·k_q/τ) ) averaged over the pixels p of the first view that show a place of
/// the second, then over images: tell the pixels of the same place from all others of the other view (PixContrast,
/// arXiv:2011.10043, equation 2). An image without such pixels contributes 0 and counts.
///
/// - Parameters:
///   - x: Unit vectors of the first view's pixels: B × S² × D.
///   - k: Those of the second view's pixels: B × S² × D.
func pixelContrast(_ x: Tensor, _ k: Tensor, over pairs: PositivePairs, temperature τ: Float) -> Tensor {
  let logits = x.rowSimilarities(to: k) / τ
  // e to −10,000 is 0, and a pixel without positives has a loss that is finite and weighs nothing.
  let others = 1e4 * (pairs.mask - Tensor(repeating: 1, shape: pairs.mask.shape))
  let losses = logits.logSumExp() - (logits + others).logSumExp()
  return (losses * pairs.shareOfPixels).sum()
}

extension PositivePairs {
  /// For each pixel of the first view that is in a pair, 1 over the number of such pixels in its image and over the number
  /// of images; 0 for the others: B × S².
  fileprivate var shareOfPixels: Tensor {
    let (images, pixels) = (countsOfPixels.shape[0], countsOfPixels.shape[1])
    var shares = countsOfPixels
    shares.withMutableFloats { elements in
      for image in 0..<images {
        let range = image * pixels..<(image + 1) * pixels
        let paired = elements[range].count { $0 > 0 }
        for pixel in range where elements[pixel] > 0 {
          elements[pixel] = 1 / (Float(paired) * Float(images))
        }
      }
    }
    return shares
  }
}
