import CKernels

/// Our own 3 × 3 kernels with stride 1 by Winograd's algorithm, which makes 16 products where others make up to 36.
///
/// In float32 only: its sums and differences of four neighbouring pixels would each be rounded to bfloat16 once more.
final class WinogradConvolution: OwnConvolution, @unchecked Sendable {
  let direction: ConvolutionKernelKey.Direction
  private let g: ConvolutionGeometry
  private let images: Int
  let weightBytes, scratchBytes, multiplyAdds: Int

  /// Returns `nil` for everything else, and for images two pixels high or wide, where padding leaves it
  /// little to save.
  init?(_ key: ConvolutionKernelKey) {
    g = key.geometry
    let (i, o) = (g.inputChannels, g.outputChannels)
    guard key.dataType == .float32, g.kernelHeight == 3, g.kernelWidth == 3, g.stride == 1, g.padding == 1,
      g.height >= 4, g.width >= 4, rk_conv3x3_winograd_supported_f32(g.height, g.width, i, o)
    else { return nil }
    direction = key.direction
    images = key.images
    weightBytes = 4 * rk_conv3x3_winograd_count(i, o)
    scratchBytes = rk_conv3x3_winograd_scratch_bytes_f32(images, g.height, g.width, i, o)
    let tiles = g.height / 2 * (g.width / 2)
    multiplyAdds = images * tiles * 16 * i * o
  }

  func sharesLayout(with other: any ConvolutionKernel) -> Bool {
    guard let other = other as? WinogradConvolution else { return false }
    return other.direction == direction && other.g == g
  }

  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    let pack =
      direction == .forward ? rk_conv3x3_winograd_pack_forward_f32 : rk_conv3x3_winograd_pack_data_f32
    pack(weights, g.inputChannels, g.outputChannels, packed.floats)
  }

  func forward(
    _ x: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Double>?, _ scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_winograd_forward_f32(
      x.floats, packed.floats, y.floats, sums, images, g.height, g.width, g.inputChannels, g.outputChannels,
      scratch)
  }

  func dataGradient(
    _ dy: UnsafeRawPointer, _ packed: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer, accumulate: Bool,
    _ scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_winograd_data_gradient_f32(
      dy.floats, packed.floats, dx.floats, accumulate, images, g.height, g.width, g.inputChannels,
      g.outputChannels, scratch)
  }

  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_winograd_weight_gradient_f32(
      x.floats, dy.floats, sum, images, g.height, g.width, g.inputChannels, g.outputChannels, scratch)
  }

  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    rk_conv3x3_winograd_add_gradient_f32(sum, g.inputChannels, g.outputChannels, gradient)
  }
}
