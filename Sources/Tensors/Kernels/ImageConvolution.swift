import CKernels

/// Our own 3 × 3 kernels for images of three colours, a network's first convolution; where the gradient with respect to
/// images is wanted, it is oneDNN's.
final class ImageConvolution: OwnConvolution, @unchecked Sendable {
  let direction: ConvolutionKernelKey.Direction
  private let g: ConvolutionGeometry
  private let isBFloat16: Bool
  private let images: Int
  let weightBytes, scratchBytes, multiplyAdds: Int

  /// Returns `nil` for everything else, and where oneDNN has to do it.
  init?(_ key: ConvolutionKernelKey) {
    g = key.geometry
    isBFloat16 = key.dataType == .bfloat16
    let outputs = g.outputChannels
    let isSupported =
      isBFloat16 ? rk_conv3x3_rgb_supported_bf16(outputs) : rk_conv3x3_rgb_supported_f32(outputs)
    guard key.direction != .data, g.inputChannels == 3, g.kernelHeight == 3, g.kernelWidth == 3,
      g.padding == 1,
      g.stride == 1, isSupported
    else { return nil }
    direction = key.direction
    images = key.images
    multiplyAdds = images * g.multiplyAddsInside
    if direction == .weights {
      weightBytes = 4 * g.weightCount
    } else {
      weightBytes =
        isBFloat16 ? rk_conv3x3_rgb_packed_bytes_bf16(outputs) : rk_conv3x3_rgb_packed_bytes_f32(outputs)
    }
    scratchBytes =
      isBFloat16
      ? rk_conv3x3_rgb_scratch_bytes_bf16(g.height, g.width)
      : rk_conv3x3_rgb_scratch_bytes_f32(g.height, g.width)
  }

  func sharesLayout(with other: any ConvolutionKernel) -> Bool {
    guard let other = other as? ImageConvolution else { return false }
    return other.direction == direction && other.g == g && other.isBFloat16 == isBFloat16
  }

  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    if isBFloat16 {
      rk_conv3x3_rgb_pack_bf16(weights, g.outputChannels, packed.words)
    } else {
      rk_conv3x3_rgb_pack_f32(weights, g.outputChannels, packed.floats)
    }
  }

  func forward(
    _ x: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Double>?, _ scratch: UnsafeMutableRawPointer
  ) {
    if isBFloat16 {
      rk_conv3x3_rgb_forward_bf16(
        x.words, packed.words, y.words, sums, images, g.height, g.width, g.outputChannels, scratch)
    } else {
      rk_conv3x3_rgb_forward_f32(
        x.floats, packed.floats, y.floats, sums, images, g.height, g.width, g.outputChannels, scratch)
    }
  }

  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    if isBFloat16 {
      rk_conv3x3_rgb_weight_gradient_bf16(
        x.words, dy.words, sum, images, g.height, g.width, g.outputChannels, scratch)
    } else {
      rk_conv3x3_rgb_weight_gradient_f32(
        x.floats, dy.floats, sum, images, g.height, g.width, g.outputChannels, scratch)
    }
  }

  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_rgb_add_gradient(sum, g.outputChannels, gradient)
  }
}
