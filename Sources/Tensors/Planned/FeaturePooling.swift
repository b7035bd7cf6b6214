import COneDNN

/// Pooling of one image at a time, by oneDNN.
final class FeaturePooling: @unchecked Sendable {
  private let handle: OpaquePointer
  private let inputBytes, outputBytes: Int
  /// Bytes that the places of one image's maxima are remembered in; an average leaves them unused.
  let workspaceBytes: Int
  let scratchBytes: Int

  init(_ pooling: ConvolutionalNetwork.Pooling, of size: NetworkShapes.Size, _ dataType: DataType) {
    let shape = rd_pool_shape(
      images: 1, height: size.height, width: size.width, channels: size.channels,
      kernel_height: pooling.kernel,
      kernel_width: pooling.kernel, stride: pooling.stride, padding: pooling.padding)
    let kind = pooling.kind == .max ? RD_POOL_MAX : RD_POOL_AVERAGE_WITH_PADDING
    rd_thread_init()
    var made: OpaquePointer?
    OneDNN.check(
      rd_pool_create(&made, kind, shape, dataType == .bfloat16 ? RD_BF16 : RD_F32),
      "pooling \(pooling)")
    handle = made!
    inputBytes = size.count * dataType.byteCount
    outputBytes = pooling.output(of: size).count * dataType.byteCount
    workspaceBytes = (max(64, Int(rd_pool_workspace_bytes(handle))) + 63) / 64 * 64
    scratchBytes = Int(rd_pool_scratch_bytes(handle))
  }

  deinit { rd_pool_destroy(handle) }

  /// Pools `images` images; `workspace` has room for each of them, or is overwritten by each if not `keeping`.
  func forward(
    _ x: UnsafeRawPointer, into y: UnsafeMutableRawPointer, images: Int, workspace: UnsafeMutableRawPointer,
    keeping: Bool, scratch: UnsafeMutableRawPointer
  ) {
    for image in 0..<images {
      let memory = workspace + (keeping ? image * workspaceBytes : 0)
      OneDNN.check(
        rd_pool_forward(handle, x + image * inputBytes, y + image * outputBytes, memory, scratch),
        "pooling")
    }
  }

  /// The gradient of `images` images, whose maxima `workspace` holds.
  func backward(
    _ dy: UnsafeRawPointer, into dx: UnsafeMutableRawPointer, images: Int, workspace: UnsafeMutableRawPointer,
    scratch: UnsafeMutableRawPointer
  ) {
    for image in 0..<images {
      OneDNN.check(
        rd_pool_backward(
          handle, dy + image * outputBytes, workspace + image * workspaceBytes, dx + image * inputBytes,
          scratch),
        "pooling gradient")
    }
  }
}
