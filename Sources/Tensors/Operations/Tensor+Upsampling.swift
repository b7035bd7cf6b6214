import CKernels

extension Tensor {
  /// Every pixel of a feature map (N × H × W × C) twice in each direction: N × 2H × 2W × C, the nearest neighbour's value.
  public func upsampled() -> Tensor {
    precondition(shape.rank == 4, "upsampling of a tensor of shape \(shape), which is no feature map")
    let (size, shape, dataType) = (shape.stride, shape, dataType)
    let y = Tensor(
      uninitialized: [shape.batch, 2 * shape.height, 2 * shape.width, shape.channels], dataType)
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    WorkerPool.forEachRange(of: shape.batch) { images in
      let (source, target) = (images.lowerBound * size, images.lowerBound * 4 * size)
      switch dataType {
      case .bfloat16:
        rk_upsampled_bf16(words + source, y.words + target, images.count, height, width, channels)
      default:
        rk_upsampled_f32(
          floatPointer + source, y.floatPointer + target, images.count, height, width, channels)
      }
    }
    return y.recorded(from: self) { dy in
      let dx = Tensor(uninitialized: shape, dataType)
      WorkerPool.forEachRange(of: shape.batch) { images in
        let (source, target) = (images.lowerBound * 4 * size, images.lowerBound * size)
        switch dataType {
        case .bfloat16:
          rk_upsampled_gradient_bf16(
            dy.words + source, dx.words + target, images.count, height, width, channels)
        default:
          rk_upsampled_gradient_f32(
            dy.floatPointer + source, dx.floatPointer + target, images.count, height, width, channels)
        }
      }
      return [dx]
    }
  }

  /// 1 / (1 + e⁻ˣ), element by element.
  public func sigmoid() -> Tensor {
    let y = Elementwise.map(self) { rk_sigmoid($0, $1, $2) }
    return y.recorded(from: self) { dy in
      // dx = dy · y (1 − y)
      [Elementwise.multiply(dy, Elementwise.subtract(y, Elementwise.multiply(y, y)))]
    }
  }
}
