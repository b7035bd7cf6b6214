import CKernels

/// Our own 3 × 3 bfloat16 kernels, for the channel counts and CPUs that they are made for.
final class DirectConvolution: ConvolutionKernel, @unchecked Sendable {
  private let direction: ConvolutionKernelKey.Direction
  private let g: ConvolutionGeometry
  private let images: Int
  let weightBytes, scratchBytes: Int

  /// Returns `nil` where oneDNN has to do it.
  init?(_ key: ConvolutionKernelKey) {
    g = key.geometry
    guard key.dataType == .bfloat16, g.kernelHeight == 3, g.kernelWidth == 3, g.padding == 1,
      rk_conv3x3_supported(g.inputChannels, g.outputChannels, g.stride)
    else { return nil }
    direction = key.direction
    images = key.images
    let (i, o) = (g.inputChannels, g.outputChannels)
    switch direction {
    case .forward, .data:
      weightBytes = rk_conv3x3_packed_bytes(i, o)
      scratchBytes = rk_conv3x3_scratch_bytes(g.height, g.width, i, o, g.stride)
    case .weights:
      weightBytes = 4 * rk_conv3x3_gradient_count(i, o)
      scratchBytes = rk_conv3x3_gradient_scratch_bytes(g.height, g.width, i, o, g.stride)
    }
  }

  func sharesLayout(with other: any ConvolutionKernel) -> Bool {
    guard let other = other as? DirectConvolution else { return false }
    return other.direction == direction && other.g == g
  }

  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    let words = packed.assumingMemoryBound(to: UInt16.self)
    if direction == .forward {
      rk_conv3x3_pack_forward(weights, g.inputChannels, g.outputChannels, g.stride, words)
    } else {
      rk_conv3x3_pack_data(weights, g.inputChannels, g.outputChannels, g.stride, words)
    }
  }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer
  ) {
    let x = input.assumingMemoryBound(to: UInt16.self)
    let w = packed.assumingMemoryBound(to: UInt16.self)
    let y = output.assumingMemoryBound(to: UInt16.self)
    if direction == .forward {
      rk_conv3x3_forward(
        x, w, y, nil, images, g.height, g.width, g.inputChannels, g.outputChannels, g.stride, scratch)
    } else {
      rk_conv3x3_data_gradient(
        x, w, y, images, g.height, g.width, g.inputChannels, g.outputChannels, g.stride, scratch)
    }
  }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    sums: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_forward(
      input.assumingMemoryBound(to: UInt16.self), packed.assumingMemoryBound(to: UInt16.self),
      output.assumingMemoryBound(to: UInt16.self), sums, images, g.height, g.width, g.inputChannels,
      g.outputChannels,
      g.stride, scratch)
  }

  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_weight_gradient(
      x.assumingMemoryBound(to: UInt16.self), dy.assumingMemoryBound(to: UInt16.self), sum, images, g.height,
      g.width, g.inputChannels, g.outputChannels, g.stride, scratch)
  }

  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_unpack_gradient(sum, g.inputChannels, g.outputChannels, g.stride, true, gradient)
  }
}
