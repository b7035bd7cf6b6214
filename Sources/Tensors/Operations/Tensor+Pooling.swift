import CKernels
import COneDNN
import Synchronization

extension Tensor {
  /// The mean over all positions of a feature map (N × H × W × C): N × C, float32.
  public func globalAverage() -> Tensor {
    precondition(shape.rank == 4, "global average of a tensor of shape \(shape), which is no feature map")
    let (positions, channels, dataType, shape) = (shape.height * shape.width, shape.channels, dataType, shape)
    let y = Tensor(uninitialized: [shape.batch, channels])
    let size = positions * channels
    WorkerPool.forEachRange(of: shape.batch, grain: max(1, Elementwise.grain / size)) { images in
      let (source, target) = (images.lowerBound * size, y.floatPointer + images.lowerBound * channels)
      switch dataType {
      case .bfloat16: rk_global_average_bf16(words + source, target, images.count, positions, channels)
      default: rk_global_average_f32(floatPointer + source, target, images.count, positions, channels)
      }
    }
    return y.recorded(from: self) { dy in
      let dx = Tensor(uninitialized: shape, dataType)
      WorkerPool.forEachRange(of: shape.batch, grain: max(1, Elementwise.grain / size)) { images in
        let (source, target) = (dy.floatPointer + images.lowerBound * channels, images.lowerBound * size)
        switch dataType {
        case .bfloat16:
          rk_global_average_gradient_bf16(source, dx.words + target, images.count, positions, channels)
        default:
          rk_global_average_gradient_f32(source, dx.floatPointer + target, images.count, positions, channels)
        }
      }
      return [dx]
    }
  }

  /// The largest element under a sliding square window; padding never wins.
  public func maxPooled(kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
    pooled(PoolingKey(.max, self, kernel: kernel, stride: stride, padding: padding))
  }

  /// The mean under a sliding square window; padding counts as zeros when `countingPadding`.
  public func averagePooled(kernel: Int, stride: Int, padding: Int = 0, countingPadding: Bool = true)
    -> Tensor
  {
    pooled(
      PoolingKey(
        countingPadding ? .averageWithPadding : .average, self, kernel: kernel, stride: stride,
        padding: padding))
  }

  private func pooled(_ key: PoolingKey) -> Tensor {
    let (shape, dataType) = (shape, dataType)
    let y = Tensor(uninitialized: key.outputShape(batch: shape.batch), dataType)
    let workspace = Storage(byteCount: max(64, shape.batch * key.workspaceStride))
    key.forEachImage(of: shape.batch) { image, pool, scratch in
      OneDNN.check(
        rd_pool_forward(
          pool.handle, storage.pointer + image * key.inputBytes, y.storage.pointer + image * key.outputBytes,
          workspace.pointer + image * key.workspaceStride, scratch), "pooling of \(shape)")
    }
    return y.recorded(from: self) { dy in
      let dx = Tensor(uninitialized: shape, dataType)
      key.forEachImage(of: shape.batch) { image, pool, scratch in
        OneDNN.check(
          rd_pool_backward(
            pool.handle, dy.storage.pointer + image * key.outputBytes,
            workspace.pointer + image * key.workspaceStride, dx.storage.pointer + image * key.inputBytes,
            scratch),
          "pooling gradient of \(shape)")
      }
      return [dx]
    }
  }
}

/// What identifies a pooling primitive; made for one image, so that any batch can be split anywhere.
private struct PoolingKey: Hashable, Sendable {
  enum Kind: Hashable { case max, average, averageWithPadding }
  let kind: Kind
  let height, width, channels, kernel, stride, padding: Int
  let dataType: DataType

  init(_ kind: Kind, _ x: Tensor, kernel: Int, stride: Int, padding: Int) {
    precondition(x.shape.rank == 4, "pooling of a tensor of shape \(x.shape), which is no feature map")
    self.kind = kind
    (height, width, channels, dataType) = (x.shape.height, x.shape.width, x.shape.channels, x.dataType)
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    precondition(
      height + 2 * padding >= kernel && width + 2 * padding >= kernel,
      "a \(kernel) × \(kernel) pooling window on images of shape \(x.shape)")
  }

  func outputShape(batch: Int) -> Shape {
    [
      batch, (height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1,
      channels,
    ]
  }

  var inputBytes: Int { height * width * channels * dataType.byteCount }
  var outputBytes: Int { outputShape(batch: 1).count * dataType.byteCount }
  var workspaceStride: Int { (Int(rd_pool_workspace_bytes(pool.handle)) + 63) / 64 * 64 }

  func forEachImage(of batch: Int, _ body: (Int, PoolingPrimitive, UnsafeMutableRawPointer) -> Void) {
    let pool = pool
    let scratch = WorkerScratch(byteCount: Int(rd_pool_scratch_bytes(pool.handle)))
    WorkerPool.run { worker, workers in
      for image in WorkerPool.part(of: batch, worker: worker, workers: workers) {
        body(image, pool, scratch.pointer(of: worker))
      }
    }
  }

  private static let made = Mutex<[PoolingKey: PoolingPrimitive]>([:])

  var pool: PoolingPrimitive {
    PoolingKey.made.withLock { made in
      if let known = made[self] { return known }
      let fresh = PoolingPrimitive(self)
      made[self] = fresh
      return fresh
    }
  }
}

private final class PoolingPrimitive: @unchecked Sendable {
  let handle: OpaquePointer

  init(_ key: PoolingKey) {
    let kind =
      switch key.kind {
      case .max: RD_POOL_MAX
      case .average: RD_POOL_AVERAGE
      case .averageWithPadding: RD_POOL_AVERAGE_WITH_PADDING
      }
    let shape = rd_pool_shape(
      images: 1, height: key.height, width: key.width, channels: key.channels, kernel_height: key.kernel,
      kernel_width: key.kernel, stride: key.stride, padding: key.padding)
    rd_thread_init()
    var made: OpaquePointer?
    OneDNN.check(
      rd_pool_create(&made, kind, shape, key.dataType == .bfloat16 ? RD_BF16 : RD_F32), "pooling \(key)")
    handle = made!
  }

  deinit { rd_pool_destroy(handle) }
}
