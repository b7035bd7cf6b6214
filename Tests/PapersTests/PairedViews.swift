import TestSupport
import Vision

@testable import Tensors

/// A batch of two different views that share a per-image pattern, as augmented images do: 16 × 16 pixels each.
func pairedViews(_ count: Int, seed: UInt64 = 0) -> Batch {
  let images = randomTensor([count, 16, 16, 3], seed: seed)
  let views = [1, 2].map { view in
    Batch.View(images: images + 0.3 * randomTensor([count, 16, 16, 3], seed: seed + 100 * view), crops: [])
  }
  return Batch(views: views, indices: Array(0..<count))
}
