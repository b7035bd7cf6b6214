import CKernels

extension Tensor {
  /// The cross-entropy of score maps (N × h × w × K, float32), resized bilinearly, with masks of N · height · width class
  /// indices: the mean of −log softmax(scores)[class] over all pixels but those of `void`; 0 where all are.
  ///
  /// A row of pixels at a time, so that no map of the masks' size is ever held. Traps where a class is no channel.
  public func crossEntropy(masks: [UInt8], height: Int, width: Int, void: UInt8) -> Tensor {
    precondition(
      shape.rank == 4 && masks.count == shape.batch * height * width,
      "\(masks.count) pixels of masks of \(height) × \(width) for scores of shape \(shape)")
    let highest = masks.reduce(UInt8(0)) { $1 == void ? $0 : max($0, $1) }
    let counted = masks.count { $0 != void }
    precondition(
      counted == 0 || Int(highest) < shape.channels, "class \(highest) of scores of shape \(shape)")
    let shape = shape
    let gradient = isRecorded ? Tensor(zeros: shape) : nil
    let resizing = Resizing(shape, toHeight: height, width: width)
    let (scores, slopes) = (floatPointer, gradient?.floatPointer)
    var sums = [Double](repeating: 0, count: shape.batch)
    sums.withUnsafeMutableBufferPointer { sums in
      WorkerPool.forEachRange(of: shape.batch) { images in
        let pass = DensePass(resizing, void: void, weight: 1 / Float(max(1, counted)))
        for image in images {
          sums[image] = masks.withUnsafeBufferPointer { masks in
            pass.run(
              scores + image * shape.stride,
              UnsafeBufferPointer(rebasing: masks[image * height * width..<(image + 1) * height * width]),
              gradient: slopes.map { $0 + image * shape.stride })
          }
        }
      }
    }
    // Image by image in their order, so that the result does not depend on the number of workers.
    let mean = sums.reduce(0, +) / Double(max(1, counted))
    return Tensor([Float(mean)], shape: []).recorded(from: self) { dy in
      [gradient.map { Elementwise.scale($0, by: dy.item) }]
    }
  }
}

/// One worker's visit of score maps: the buffers of one row of pixels.
private final class DensePass {
  private let resizing: Resizing
  private let void: UInt8
  private let weight: Float
  private var blended, blendedGradient, scores, losses, weights: [Float]
  private var labels, lower, upper: [Int32]

  init(_ resizing: Resizing, void: UInt8, weight: Float) {
    (self.resizing, self.void, self.weight) = (resizing, void, weight)
    let width = resizing.columns.weights.count
    blended = [Float](repeating: 0, count: resizing.rowElements)
    blendedGradient = blended
    scores = [Float](repeating: 0, count: width * resizing.channels)
    losses = [Float](repeating: 0, count: width)
    weights = losses
    labels = [Int32](repeating: 0, count: width)
    (lower, upper) = (labels, labels)
  }

  /// The sum of losses over one image's pixels; adds its gradient where one is wanted.
  func run(
    _ map: UnsafePointer<Float>, _ mask: UnsafeBufferPointer<UInt8>, gradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    let width = losses.count
    var sum = 0.0
    for row in 0..<resizing.rows.weights.count {
      let count = gather(UnsafeBufferPointer(rebasing: mask[row * width..<(row + 1) * width]))
      if count == 0 { continue }
      resizing.blend(map, row: row, into: &blended)
      rk_resampled_rows(blended, lower, upper, weights, &scores, count, resizing.channels)
      scores.withUnsafeMutableBufferPointer { scores in
        let scores = scores.baseAddress!
        rk_cross_entropy_rows(
          scores, labels, nil, 1, weight, &losses, gradient == nil ? nil : scores, count, resizing.channels)
      }
      for pixel in 0..<count { sum += Double(losses[pixel]) }
      guard let gradient else { continue }
      for place in blendedGradient.indices { blendedGradient[place] = 0 }
      rk_resampled_rows_gradient(
        scores, lower, upper, weights, &blendedGradient, count, resizing.channels)
      resizing.spread(blendedGradient, row: row, into: gradient)
    }
    return sum
  }

  /// Lists the pixels of a row that count, with where they lie between the map's columns.
  private func gather(_ mask: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    for (column, label) in mask.enumerated() where label != void {
      labels[count] = Int32(label)
      lower[count] = resizing.columns.lower[column]
      upper[count] = resizing.columns.upper[column]
      weights[count] = resizing.columns.weights[column]
      count += 1
    }
    return count
  }
}
