import CKernels

/// Our own 3 × 3 kernels that multiply tap by tap, for the channel counts and CPUs that they are made for.
final class DirectConvolution: OwnConvolution, @unchecked Sendable {
  let direction: ConvolutionKernelKey.Direction
  private let g: ConvolutionGeometry
  private let isBFloat16: Bool
  private let images: Int
  let weightBytes, scratchBytes, multiplyAdds: Int

  /// Returns `nil` where oneDNN has to do it.
  init?(_ key: ConvolutionKernelKey) {
    g = key.geometry
    isBFloat16 = key.dataType == .bfloat16
    let (i, o) = (g.inputChannels, g.outputChannels)
    let isSupported =
      isBFloat16 ? rk_conv3x3_supported_bf16(i, o, g.stride) : rk_conv3x3_supported_f32(i, o, g.stride)
    guard g.kernelHeight == 3, g.kernelWidth == 3, g.padding == 1, isSupported else { return nil }
    direction = key.direction
    images = key.images
    multiplyAdds = images * g.multiplyAddsInside
    switch direction {
    case .forward, .data:
      weightBytes = isBFloat16 ? rk_conv3x3_packed_bytes_bf16(i, o) : rk_conv3x3_packed_bytes_f32(i, o)
    case .weights:
      weightBytes = 4 * rk_conv3x3_gradient_count(i, o)
    }
    let bytes = isBFloat16 ? rk_conv3x3_scratch_bytes_bf16 : rk_conv3x3_scratch_bytes_f32
    scratchBytes = bytes(images, g.height, g.width, i, o, g.stride)
  }

  func sharesLayout(with other: any ConvolutionKernel) -> Bool {
    guard let other = other as? DirectConvolution else { return false }
    return other.direction == direction && other.g == g && other.isBFloat16 == isBFloat16
  }

  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    let (i, o) = (g.inputChannels, g.outputChannels)
    switch (direction, isBFloat16) {
    case (.forward, true): rk_conv3x3_pack_forward_bf16(weights, i, o, packed.words)
    case (.forward, false): rk_conv3x3_pack_forward_f32(weights, i, o, packed.floats)
    case (_, true): rk_conv3x3_pack_data_bf16(weights, i, o, g.stride, packed.words)
    case (_, false): rk_conv3x3_pack_data_f32(weights, i, o, g.stride, packed.floats)
    }
  }

  func dataGradient(
    _ dy: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer, accumulate: Bool,
    _ scratch: UnsafeMutableRawPointer
  ) {
    if isBFloat16 {
      rk_conv3x3_data_gradient_bf16(
        dy.words, packed.words, dx.words, accumulate, images, g.height, g.width, g.inputChannels,
        g.outputChannels, g.stride, scratch)
    } else {
      rk_conv3x3_data_gradient_f32(
        dy.floats, packed.floats, dx.floats, accumulate, images, g.height, g.width, g.inputChannels,
        g.outputChannels, g.stride, scratch)
    }
  }

  func forward(
    _ x: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Double>?, _ scratch: UnsafeMutableRawPointer
  ) {
    if isBFloat16 {
      rk_conv3x3_forward_bf16(
        x.words, packed.words, y.words, sums, images, g.height, g.width, g.inputChannels,
        g.outputChannels, g.stride, scratch)
    } else {
      rk_conv3x3_forward_f32(
        x.floats, packed.floats, y.floats, sums, images, g.height, g.width, g.inputChannels,
        g.outputChannels, g.stride, scratch)
    }
  }

  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    if isBFloat16 {
      rk_conv3x3_weight_gradient_bf16(
        x.words, dy.words, sum, images, g.height, g.width, g.inputChannels, g.outputChannels, g.stride,
        scratch)
    } else {
      rk_conv3x3_weight_gradient_f32(
        x.floats, dy.floats, sum, images, g.height, g.width, g.inputChannels, g.outputChannels, g.stride,
        scratch)
    }
  }

  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    let add = isBFloat16 ? rk_conv3x3_add_gradient_bf16 : rk_conv3x3_add_gradient_f32
    add(sum, g.inputChannels, g.outputChannels, gradient)
  }
}
