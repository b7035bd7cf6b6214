/// The forward direction of a 1 × 1 convolution with a stride, as one without over the pixels that it sees: oneDNN's
/// strided kernel takes two to four times as long, its dense one even with those pixels copied first does not.
final class SubsampledConvolution: ConvolutionKernel, @unchecked Sendable {
  private let dense: any ConvolutionKernel
  private let g: ConvolutionGeometry
  private let images, pixelBytes: Int
  let scratchBytes: Int
  var weightBytes: Int { dense.weightBytes }
  var multiplyAdds: Int { dense.multiplyAdds }

  /// Returns `nil` for everything else.
  init?(_ key: ConvolutionKernelKey) {
    g = key.geometry
    guard key.direction == .forward, g.kernelHeight == 1, g.kernelWidth == 1, g.padding == 0, g.stride > 1
    else {
      return nil
    }
    let geometry = ConvolutionGeometry(
      input: [1, g.outputHeight, g.outputWidth, g.inputChannels],
      weight: [g.outputChannels, g.inputChannels, 1, 1],
      stride: 1, padding: 0)
    dense = ConvolutionKernels.kernel(
      ConvolutionKernelKey(
        direction: .forward, geometry: geometry, dataType: key.dataType, images: key.images))
    images = key.images
    pixelBytes = g.inputChannels * key.dataType.byteCount
    let seenBytes = images * geometry.inputSize * key.dataType.byteCount
    scratchBytes = (seenBytes + 63) / 64 * 64 + dense.scratchBytes
  }

  func sharesLayout(with other: any ConvolutionKernel) -> Bool {
    guard let other = other as? SubsampledConvolution else { return false }
    return dense === other.dense || dense.sharesLayout(with: other.dense)
  }

  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    dense.pack(weights, into: packed, scratch: scratch)
  }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer
  ) {
    gather(input, into: scratch)
    dense.apply(scratch, packed, into: output, scratch: scratch + scratchBytes - dense.scratchBytes)
  }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    sums: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
  ) {
    gather(input, into: scratch)
    dense.apply(
      scratch, packed, into: output, sums: sums, scratch: scratch + scratchBytes - dense.scratchBytes)
  }

  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) { preconditionFailure("a forward kernel has no weight gradient") }

  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) { preconditionFailure("a forward kernel has no weight gradient") }

  /// Copies the pixels that the convolution sees.
  private func gather(_ x: UnsafeRawPointer, into seen: UnsafeMutableRawPointer) {
    var target = seen
    for image in 0..<images {
      for row in 0..<g.outputHeight {
        let start = x + (image * g.height + row * g.stride) * g.width * pixelBytes
        for column in 0..<g.outputWidth {
          copyPixel(start + column * g.stride * pixelBytes, to: target)
          target += pixelBytes
        }
      }
    }
  }

  @inline(__always) private func copyPixel(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    guard pixelBytes % 32 == 0 else {
      target.copyMemory(from: source, byteCount: pixelBytes)
      return
    }
    for byte in stride(from: 0, to: pixelBytes, by: 32) {
      target.storeBytes(
        of: source.loadUnaligned(fromByteOffset: byte, as: SIMD32<UInt8>.self), toByteOffset: byte,
        as: SIMD32<UInt8>.self)
    }
  }
}
