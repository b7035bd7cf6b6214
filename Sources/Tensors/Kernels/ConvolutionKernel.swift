import CKernels
import COneDNN
import Synchronization

/// One direction of one convolution for a fixed number of images, single-threaded; used from every worker at once.
protocol ConvolutionKernel: AnyObject, Sendable {
  /// Bytes of packed weights, or of a weight gradient in the kernel's own layout.
  var weightBytes: Int { get }
  var scratchBytes: Int { get }
  /// Multiply-adds of its algorithm for all its images, its floor: tap by tap without those on padding, by Winograd's
  /// algorithm 16 for every four outputs.
  var multiplyAdds: Int { get }
  /// Whether weights packed for (or gradients made by) `other` fit this kernel.
  func sharesLayout(with other: any ConvolutionKernel) -> Bool
  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer)
  /// Forward: activation to output; backward data: output gradient to activation gradient.
  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer)
  /// Forward, with the sums over positions of the output and of its squares per channel.
  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    sums: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer)
  /// Whether the next exists.
  var addsDataGradients: Bool { get }
  /// Backward data, added to the activation gradient.
  func apply(
    _ outputGradient: UnsafeRawPointer, _ packed: UnsafeRawPointer,
    addingTo gradient: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer)
  /// Adds the weight gradient of one chunk to `sum` (own layout, zeroed before the first).
  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer)
  /// Adds a weight gradient in own layout to O × I × kernel × kernel.
  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer)
}

extension ConvolutionKernel {
  var addsDataGradients: Bool { false }

  func apply(
    _ outputGradient: UnsafeRawPointer, _ packed: UnsafeRawPointer,
    addingTo gradient: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) { preconditionFailure("\(self) adds no gradients") }
}

/// What identifies a kernel.
struct ConvolutionKernelKey: Hashable, Sendable {
  enum Direction: Hashable, Sendable { case forward, data, weights }
  let direction: Direction
  let geometry: ConvolutionGeometry
  let dataType: DataType
  let images: Int
}

/// Kernels made once and kept: making one costs milliseconds, finding one nothing.
enum ConvolutionKernels {
  private struct State {
    var kernels: [ConvolutionKernelKey: any ConvolutionKernel] = [:]
    var packers: [ObjectIdentifier: any ConvolutionKernel] = [:]

    func packer(for kernel: any ConvolutionKernel) -> any ConvolutionKernel {
      packers[ObjectIdentifier(kernel)] ?? kernel
    }
  }

  private static let made = Mutex(State())

  static func kernel(_ key: ConvolutionKernelKey) -> any ConvolutionKernel {
    if let known = made.withLock({ $0.kernels[key] }) { return known }
    let kernel = make(key)
    return made.withLock { made in
      if let known = made.kernels[key] { return known }
      let relatives = made.kernels.filter {
        $0.key.direction == key.direction && $0.key.geometry == key.geometry
          && $0.key.dataType == key.dataType
          && $0.value.sharesLayout(with: kernel)
      }
      made.packers[ObjectIdentifier(kernel)] = relatives.values.first.map { made.packer(for: $0) } ?? kernel
      made.kernels[key] = kernel
      return kernel
    }
  }

  /// The kernel that packs weights for `kernel`: one for all numbers of images whose layout is the same, so that a
  /// parameter keeps one copy for them.
  static func packer(for kernel: any ConvolutionKernel) -> any ConvolutionKernel {
    made.withLock { $0.packer(for: kernel) }
  }

  private static func make(_ key: ConvolutionKernelKey) -> any ConvolutionKernel {
    if let winograd = WinogradConvolution(key) { return winograd }
    if let direct = DirectConvolution(key) { return direct }
    if let first = ImageConvolution(key) { return first }
    if let pointwise = PointwiseConvolution(key) { return pointwise }
    if let subsampled = SubsampledConvolution(key) { return subsampled }
    return OneDNNConvolution(key)
  }
}

/// oneDNN's convolution.
final class OneDNNConvolution: ConvolutionKernel, @unchecked Sendable {
  private let handle: OpaquePointer
  let weightBytes, scratchBytes, multiplyAdds: Int
  private let isForward, isWeightGradient, isBFloat16: Bool
  private let outputRows, outputChannels: Int

  init(_ key: ConvolutionKernelKey) {
    let g = key.geometry
    let shape = rd_conv_shape(
      images: key.images, height: g.height, width: g.width, channels_in: g.inputChannels,
      channels_out: g.outputChannels, kernel_height: g.kernelHeight, kernel_width: g.kernelWidth,
      stride: g.stride,
      padding: g.padding)
    let direction =
      switch key.direction {
      case .forward: RD_FORWARD
      case .data: RD_BACKWARD_DATA
      case .weights: RD_BACKWARD_WEIGHTS
      }
    rd_thread_init()
    var made: OpaquePointer?
    OneDNN.check(
      rd_conv_create(&made, direction, shape, key.dataType == .bfloat16 ? RD_BF16 : RD_F32),
      "convolution \(key)")
    handle = made!
    isForward = key.direction == .forward
    isWeightGradient = key.direction == .weights
    isBFloat16 = key.dataType == .bfloat16
    multiplyAdds = key.images * g.multiplyAddsInside
    (outputRows, outputChannels) = (key.images * g.outputHeight * g.outputWidth, g.outputChannels)
    weightBytes = rd_conv_weights_bytes(handle)
    let own = Int(rd_conv_scratch_bytes(handle))
    scratchBytes = own + (isWeightGradient ? weightBytes + 64 : 0)
  }

  deinit { rd_conv_destroy(handle) }

  func sharesLayout(with other: any ConvolutionKernel) -> Bool {
    guard let other = other as? OneDNNConvolution else { return false }
    return rd_conv_shares_layout(handle, other.handle)
  }

  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
  ) {
    OneDNN.check(rd_conv_pack(handle, weights, packed, scratch), "packing of weights")
  }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer
  ) {
    let status =
      isForward
      ? rd_conv_forward(handle, input, packed, output, scratch)
      : rd_conv_backward_data(handle, input, packed, output, scratch)
    OneDNN.check(status, "a convolution")
  }

  func apply(
    _ input: UnsafeRawPointer, _ packed: UnsafeRawPointer, into output: UnsafeMutableRawPointer,
    sums: UnsafeMutablePointer<Double>, scratch: UnsafeMutableRawPointer
  ) {
    apply(input, packed, into: output, scratch: scratch)
    if isBFloat16 {
      rk_bn_sums_bf16(output.assumingMemoryBound(to: UInt16.self), outputRows, outputChannels, nil, sums)
    } else {
      rk_bn_sums_f32(output.assumingMemoryBound(to: Float.self), outputRows, outputChannels, nil, sums)
    }
  }

  func addWeightGradient(
    _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    // oneDNN overwrites; the chunk's own gradient goes to the aligned front of the scratch and is added from there.
    let chunk = scratch.assumingMemoryBound(to: Float.self)
    let rest = scratch + (weightBytes + 63) / 64 * 64
    OneDNN.check(rd_conv_backward_weights(handle, x, dy, chunk, rest), "a convolution's weight gradient")
    rk_add(sum, chunk, sum, weightBytes / 4)
  }

  func unpack(
    _ sum: UnsafePointer<Float>, addingTo gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutableRawPointer
  ) {
    OneDNN.check(rd_conv_unpack(handle, sum, true, gradient, scratch), "unpacking of a weight gradient")
  }
}
