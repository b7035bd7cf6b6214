import CKernels
import COneDNN

/// Attention among the positions of one image: small products, each worker taking images.
///
/// A row of the input holds a position's query, key and value side by side, each cut into as many parts as there are heads.
struct SelfAttention {
  let images, positions, channels, heads: Int

  private var depth: Int { channels / heads }
  private var rowLength: Int { 3 * channels }
  private var factor: Float { 1 / Float(depth).squareRoot() }

  /// The size of one image's input, result, and weights (every position of every head over all positions).
  private var inputSize: Int { positions * rowLength }
  private var resultSize: Int { positions * channels }
  private var weightsSize: Int { heads * positions * positions }

  init(of x: Shape, heads: Int) {
    precondition(
      x.rank >= 3 && x.columns % (3 * heads) == 0,
      "attention with \(heads) heads among positions of a tensor of shape \(x)")
    images = x[0]
    channels = x.columns / 3
    positions = x.rows / x[0]
    self.heads = heads
  }

  /// The result, images × positions × channels, and the weights, softmax(q kᵀ / √depth).
  func forward(_ x: Tensor) -> (result: Tensor, weights: Tensor) {
    let result = Tensor(uninitialized: [images, positions, channels])
    let weights = Tensor(uninitialized: [images, heads, positions, positions])
    MultiplyAdds.add(images * 2 * positions * positions * channels)
    WorkerPool.forEachRange(of: images) { range in
      for image in range {
        for head in 0..<heads {
          let q = x.floatPointer + image * inputSize + head * depth
          let (k, v) = (q + channels, q + 2 * channels)
          let w = weights.floatPointer + image * weightsSize + head * positions * positions
          product(
            q, rowLength, k, rowLength, transposing: (false, true), factor, into: w, positions,
            (positions, depth, positions))
          rk_softmax_rows(w, 1, w, positions, positions)
          product(
            w, positions, v, rowLength, into: result.floatPointer + image * resultSize + head * depth,
            channels, (positions, positions, depth))
        }
      }
    }
    return (result, weights)
  }

  /// The gradient of the input.
  func backward(_ dy: Tensor, _ x: Tensor, _ weights: Tensor) -> Tensor {
    let dx = Tensor(uninitialized: x.shape)
    MultiplyAdds.add(images * 4 * positions * positions * channels)
    let scratch = WorkerScratch(byteCount: 4 * positions * positions)
    WorkerPool.run { worker, workers in
      let dw = scratch.pointer(of: worker).assumingMemoryBound(to: Float.self)
      for image in WorkerPool.part(of: images, worker: worker, workers: workers) {
        for head in 0..<heads {
          let q = x.floatPointer + image * inputSize + head * depth
          let dq = dx.floatPointer + image * inputSize + head * depth
          let (k, v, dk, dv) = (q + channels, q + 2 * channels, dq + channels, dq + 2 * channels)
          let w = weights.floatPointer + image * weightsSize + head * positions * positions
          let g = dy.floatPointer + image * resultSize + head * depth
          product(
            w, positions, g, channels, transposing: (true, false), into: dv, rowLength,
            (positions, positions, depth))
          product(
            g, channels, v, rowLength, transposing: (false, true), into: dw, positions,
            (positions, depth, positions))
          rk_softmax_rows_gradient(dw, w, factor, dw, positions, positions)
          product(dw, positions, k, rowLength, into: dq, rowLength, (positions, positions, depth))
          product(
            dw, positions, q, rowLength, transposing: (true, false), into: dk, rowLength,
            (positions, positions, depth))
        }
      }
    }
    return dx
  }

  /// c = factor · op(a) op(b); sizes are rows, inner length and columns of the product.
  private func product(
    _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
    transposing: (Bool, Bool) = (false, false), _ factor: Float = 1, into c: UnsafeMutablePointer<Float>,
    _ cStride: Int, _ sizes: (rows: Int, inner: Int, columns: Int)
  ) {
    let status = rd_sgemm(
      transposing.0, transposing.1, sizes.rows, sizes.columns, sizes.inner, factor, a, aStride, b, bStride, 0,
      c, cStride)
    OneDNN.check(status, "attention among \(positions) positions")
  }
}
