import CKernels

/// The sizes of a two-dimensional convolution, and all arithmetic about them.
struct ConvolutionGeometry: Hashable, Sendable {
  let height, width, inputChannels, outputChannels: Int
  let kernelHeight, kernelWidth, stride, padding: Int

  /// Creates the geometry of `x` (N × H × W × I) convolved with `weight` (O × I × kernel height × kernel width).
  init(input x: Shape, weight: Shape, stride: Int, padding: Int) {
    precondition(
      x.rank == 4 && weight.rank == 4 && x.channels == weight[1],
      "a convolution of images of shape \(x) with weights of shape \(weight)")
    (height, width, inputChannels, outputChannels) = (x.height, x.width, x.channels, weight[0])
    (kernelHeight, kernelWidth) = (weight[2], weight[3])
    self.stride = stride
    self.padding = padding
    precondition(
      outputHeight > 0 && outputWidth > 0, "images of shape \(x) are smaller than a kernel of shape \(weight)"
    )
  }

  var outputHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
  var inputSize: Int { height * width * inputChannels }
  var outputSize: Int { outputHeight * outputWidth * outputChannels }
  var weightCount: Int { outputChannels * inputChannels * kernelHeight * kernelWidth }

  /// Multiply-adds of one image, counting taps that fall on padding.
  var multiplyAdds: Int { outputHeight * outputWidth * weightCount }

  /// Multiply-adds of one image without the taps that fall on padding: tap by tap, no kernel can do
  /// with fewer.
  var multiplyAddsInside: Int {
    func taps(_ size: Int, _ kernel: Int, _ outputs: Int) -> Int {
      (0..<outputs).reduce(0) { sum, place in
        let first = place * stride - padding
        return sum + min(first + kernel, size) - max(first, 0)
      }
    }
    return taps(height, kernelHeight, outputHeight) * taps(width, kernelWidth, outputWidth)
      * inputChannels * outputChannels
  }

  /// The number of images visited at once: as many as keep both activations in a core's second-level cache.
  func chunk(of dataType: DataType) -> Int {
    ConvolutionGeometry.chunk(ofBytes: max(inputSize, outputSize) * dataType.byteCount)
  }

  /// The same for images whose larger activation is of so many bytes.
  static func chunk(ofBytes bytesPerImage: Int) -> Int {
    min(largestChunk.images, max(1, largestChunk.bytes / bytesPerImage))
  }

  /// Our kernels for AVX2 take three images together, and activations of images tend to be powers of two.
  private static let largestChunk: (images: Int, bytes: Int) =
    rk_isa() == RK_ISA_AVX2 ? (63, 196_608) : (64, 262_144)
}
