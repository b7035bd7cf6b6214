import CKernels

extension Tensor {
  /// A feature map (N × h × w × C, float32) resized bilinearly: N × height × width × C.
  ///
  /// Pixels are areas and corners are not aligned, as in PyTorch's `interpolate` by default.
  public func resized(toHeight height: Int, width: Int) -> Tensor {
    precondition(shape.rank == 4, "resizing of a tensor of shape \(shape), which is no feature map")
    let (shape, resizing) = (shape, Resizing(shape, toHeight: height, width: width))
    let y = Tensor(uninitialized: [shape.batch, height, width, shape.channels])
    let (source, target) = (floatPointer, y.floatPointer)
    let columns = resizing.columns
    withExtendedLifetime((self, y)) {
      WorkerPool.forEachRange(of: shape.batch) { images in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: resizing.rowElements) { row in
          let blended = row.baseAddress!
          for image in images {
            for place in 0..<height {
              resizing.blend(source + image * shape.stride, row: place, into: blended)
              rk_resampled_rows(
                blended, columns.lower, columns.upper, columns.weights,
                target + (image * height + place) * width * shape.channels, width, shape.channels)
            }
          }
        }
      }
    }
    return y.recorded(from: self) { dy in [resizing.gradient(dy, of: shape)] }
  }

  /// The class of the largest of K scores at every pixel once the score maps (N × h × w × K, float32) are resized
  /// bilinearly: N · height · width numbers, the first class among equals.
  public func resizedArgmax(toHeight height: Int, width: Int) -> [UInt8] {
    precondition(
      shape.rank == 4 && shape.channels <= 256, "classes by scores of shape \(shape): at most 256 of them")
    let (shape, resizing) = (shape, Resizing(shape, toHeight: height, width: width))
    let (source, columns) = (floatPointer, resizing.columns)
    return [UInt8](unsafeUninitializedCapacity: shape.batch * height * width) { classes, count in
      let classes = classes
      WorkerPool.forEachRange(of: shape.batch) { images in
        var blended = [Float](repeating: 0, count: resizing.rowElements)
        var scores = [Float](repeating: 0, count: width * shape.channels)
        var places = [Int32](repeating: 0, count: width)
        for image in images {
          for row in 0..<height {
            resizing.blend(source + image * shape.stride, row: row, into: &blended)
            rk_resampled_rows(
              blended, columns.lower, columns.upper, columns.weights, &scores, width, shape.channels)
            rk_row_argmax(scores, &places, width, shape.channels)
            for column in 0..<width {
              classes[(image * height + row) * width + column] = UInt8(places[column])
            }
          }
        }
      }
      count = shape.batch * height * width
    }
  }
}

extension Resizing {
  /// The gradient of maps of `shape` whose resized forms have the gradient `dy`.
  fileprivate func gradient(_ dy: Tensor, of shape: Shape) -> Tensor {
    let dx = Tensor(zeros: shape)
    let (source, target) = (dy.floatPointer, dx.floatPointer)
    let (height, width) = (rows.weights.count, columns.weights.count)
    WorkerPool.forEachRange(of: shape.batch) { images in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: rowElements) { row in
        for image in images {
          for place in 0..<height {
            row.update(repeating: 0)
            rk_resampled_rows_gradient(
              source + (image * height + place) * width * channels, columns.lower, columns.upper,
              columns.weights, row.baseAddress!, width, channels)
            spread(row.baseAddress!, row: place, into: target + image * shape.stride)
          }
        }
      }
    }
    return dx
  }
}
