import CKernels

extension Tensor {
  /// The softmax of each row (last axis).
  public func softmax() -> Tensor {
    let y = Rows.map(self) { rk_softmax_rows($0, 1, $1, $2, $3) }
    return y.recorded(from: self) { dy in
      [Rows.combine(dy, y) { rk_softmax_rows_gradient($0, $1, 1, $2, $3, $4) }]
    }
  }

  /// The logarithm of the softmax of each row (last axis), by log-sum-exp.
  public func logSoftmax() -> Tensor {
    let y = Rows.map(self) { rk_log_softmax_rows($0, 1, $1, $2, $3) }
    return y.recorded(from: self) { dy in
      [Rows.combine(dy, y) { rk_log_softmax_rows_gradient($0, $1, 1, $2, $3, $4) }]
    }
  }

  /// log Σ exp of each row (last axis): a tensor of the leading axes.
  public func logSumExp() -> Tensor {
    let x = constant
    return Rows.reduce(self) { rk_log_sum_exp_rows($0, 1, $1, $2, $3) }.recorded(from: self) { dy in
      [Rows.multiply(Rows.map(x) { rk_softmax_rows($0, 1, $1, $2, $3) }, rowsBy: dy)]
    }
  }

  /// log Σ exp of each column of a matrix, one number per column; carries no gradient.
  public func columnLogSumExp() -> Tensor {
    let (rows, columns) = (shape.rows, shape.columns)
    let y = Tensor(uninitialized: [columns])
    // Split where vectors end, so that the result does not depend on the number of workers.
    let block = 64
    let grain = max(1, Elementwise.grain / max(1, rows * block))
    WorkerPool.forEachRange(of: (columns + block - 1) / block, grain: grain) { blocks in
      let (start, end) = (blocks.lowerBound * block, min(columns, blocks.upperBound * block))
      rk_log_sum_exp_columns(floatPointer + start, columns, 1, y.floatPointer + start, rows, end - start)
    }
    return y
  }

  /// −log softmax(x)[label] of each row, averaged: the cross-entropy of logits with class indices.
  ///
  /// Traps when a label is not a column.
  public func crossEntropy(labels: [Int]) -> Tensor {
    let (rows, columns) = (shape.rows, shape.columns)
    precondition(labels.count == rows, "\(labels.count) labels for logits of shape \(shape)")
    precondition(labels.allSatisfy { (0..<columns).contains($0) }, "a label lies outside 0..<\(columns)")
    let places = labels.map(Int32.init)
    let (losses, gradient) = (Tensor(uninitialized: [rows]), isRecorded ? Tensor(uninitialized: shape) : nil)
    Rows.forEachPart(of: shape) { row, count in
      places.withUnsafeBufferPointer { places in
        rk_cross_entropy_rows(
          floatPointer + row * columns, places.baseAddress! + row, nil, 1, 1 / Float(rows),
          losses.floatPointer + row, gradient.map { $0.floatPointer + row * columns }, count, columns)
      }
    }
    return losses.mean().recorded(from: self) { dy in [gradient.map { Elementwise.scale($0, by: dy.item) }] }
  }
}
