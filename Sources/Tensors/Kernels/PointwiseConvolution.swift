import CKernels

/// Our own 1 × 1 kernels of bfloat16, for the channel counts and CPUs that they are made for.
final class PointwiseConvolution: OwnConvolution, @unchecked Sendable {
  let direction: ConvolutionKernelKey.Direction
  private let g: ConvolutionGeometry
  private let images: Int
  let weightBytes, scratchBytes, multiplyAdds: Int

  /// Returns `nil` where oneDNN has to do it.
  init?(_ key: ConvolutionKernelKey) {
    g = key.geometry
    let (i, o) = (g.inputChannels, g.outputChannels)
    guard g.kernelHeight == 1, g.kernelWidth == 1, g.padding == 0, key.dataType == .bfloat16,
      rk_conv1x1_supported_bf16(i, o)
    else { return nil }
    direction = key.direction
    images = key.images
    multiplyAdds = images * g.multiplyAddsInside
    weightBytes = (direction == .weights ? 4 : 2) * i * o
    scratchBytes = rk_conv1x1_scratch_bytes_bf16(images, g.height, g.width, i, o, g.stride)
  }

  func sharesLayout(with other: any ConvolutionKernel) -> Bool {
    guard let other = other as? PointwiseConvolution else { return false }
    return other.direction == direction && other.g == g
  }

  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    let pack = direction == .forward ? rk_conv1x1_pack_forward_bf16 : rk_conv1x1_pack_data_bf16
    pack(weights, g.inputChannels, g.outputChannels, packed.words)
  }

  func forward(
    _ x: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Double>?, _ scratch: UnsafeMutableRawPointer
  ) {
    rk_conv1x1_forward_bf16(
      x.words, packed.words, y.words, sums, images, g.height, g.width, g.inputChannels, g.outputChannels,
      g.stride, scratch)
  }

  func dataGradient(
    _ dy: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer, accumulate: Bool,
    _ scratch: UnsafeMutableRawPointer
  ) {
    rk_conv1x1_data_gradient_bf16(
      dy.words, packed.words, dx.words, accumulate, images, g.height, g.width, g.inputChannels,
      g.outputChannels, g.stride, scratch)
  }

  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    rk_conv1x1_weight_gradient_bf16(
      x.words, dy.words, sum, images, g.height, g.width, g.inputChannels, g.outputChannels, g.stride, scratch)
  }

  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    rk_conv1x1_add_gradient_bf16(sum, g.inputChannels, g.outputChannels, gradient)
  }
}
