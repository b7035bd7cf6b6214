import Tensors

/// Kernels as their definitions read, in loops and doubles: what fast ones are held to.
public enum ReferenceKernels {
  /// Images N × H × W × I convolved with weights O × I × kernel × kernel.
  public static func convolution(_ x: Tensor, _ w: Tensor, stride: Int, padding: Int) -> Tensor {
    let (n, h, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (outputs, kernel) = (w.shape[0], w.shape[2])
    let (oh, ow) = ((h + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1)
    let (xs, ws) = (x.floats, w.floats)
    var ys = [Float](repeating: 0, count: n * oh * ow * outputs)
    forEachTap(n, oh, ow, outputs, channels, kernel, h, width, stride, padding) { y, x, w in
      ys[y] += xs[x] * ws[w]
    }
    return Tensor(ys, shape: [n, oh, ow, outputs])
  }

  /// The gradients of a convolution with respect to images and weights.
  public static func convolutionGradients(
    _ dy: Tensor, _ x: Tensor, _ w: Tensor, stride: Int, padding: Int
  ) -> (x: Tensor, w: Tensor) {
    let (xs, ws, dys) = (x.floats, w.floats, dy.floats)
    var dxs = [Float](repeating: 0, count: xs.count)
    var dws = [Float](repeating: 0, count: ws.count)
    forEachTap(
      x.shape[0], dy.shape[1], dy.shape[2], w.shape[0], x.shape[3], w.shape[2], x.shape[1], x.shape[2],
      stride, padding
    ) { y, x, w in
      dxs[x] += dys[y] * ws[w]
      dws[w] += dys[y] * xs[x]
    }
    return (Tensor(dxs, shape: x.shape), Tensor(dws, shape: w.shape))
  }

  // swift-format-ignore
  private static func forEachTap(
    _ n: Int, _ oh: Int, _ ow: Int, _ outputs: Int, _ channels: Int, _ kernel: Int, _ h: Int, _ w: Int, _ stride: Int,
    _ padding: Int, _ body: (_ y: Int, _ x: Int, _ w: Int) -> Void
  ) {
    for image in 0..<n { for row in 0..<oh { for column in 0..<ow { for output in 0..<outputs {
      let y = ((image * oh + row) * ow + column) * outputs + output
      for ky in 0..<kernel { for kx in 0..<kernel {
        let (top, left) = (row * stride + ky - padding, column * stride + kx - padding)
        guard top >= 0, top < h, left >= 0, left < w else { continue }
        for channel in 0..<channels {
          let x = ((image * h + top) * w + left) * channels + channel
          body(y, x, ((output * channels + channel) * kernel + ky) * kernel + kx)
        }
      } }
    } } } }
  }

  /// Batch normalization of rows by their own statistics, in two passes.
  public static func batchNormalization(
    _ x: [Float], channels: Int, gamma: [Float], beta: [Float], epsilon: Float
  ) -> [Float] {
    let rows = x.count / channels
    var y = x
    for c in 0..<channels {
      let values = (0..<rows).map { Double(x[$0 * channels + c]) }
      let mean = values.reduce(0, +) / Double(rows)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
      let scale = Double(gamma[c]) / (variance + Double(epsilon)).squareRoot()
      for r in 0..<rows { y[r * channels + c] = Float((values[r] - mean) * scale) + beta[c] }
    }
    return y
  }
}
