import CKernels

extension Tensor {
  /// The sum of all elements, a scalar.
  public func sum() -> Tensor {
    let shape = shape
    let total = withFloats { Float(rk_sum($0.baseAddress!, $0.count)) }
    return Tensor([total], shape: []).recorded(from: self) { dy in [Tensor(repeating: dy.item, shape: shape)]
    }
  }

  /// The mean of all elements, a scalar.
  public func mean() -> Tensor { sum() / Float(count) }

  /// The sum of each row (last axis): a tensor of the leading axes.
  public func rowSums() -> Tensor {
    let shape = shape
    return Rows.sums(self).recorded(from: self) { dy in
      [Rows.multiply(Tensor(repeating: 1, shape: shape), rowsBy: dy)]
    }
  }

  /// The inner product of corresponding rows of two tensors of one shape: a tensor of the leading axes.
  public func rowProducts(with other: Tensor) -> Tensor {
    let (a, b, wantsA, wantsB) = (constant, other.constant, isRecorded, other.isRecorded)
    return Rows.dots(self, other).recorded(from: self, other) { dy in
      [wantsA ? Rows.multiply(b, rowsBy: dy) : nil, wantsB ? Rows.multiply(a, rowsBy: dy) : nil]
    }
  }

  /// Each row's largest element; carries no gradient.
  public func rowMaxima() -> Tensor { Rows.maxima(self) }

  /// The place of each row's largest element, the first where several are equal; carries no gradient.
  public func rowArgmax() -> [Int] {
    var places = [Int32](repeating: 0, count: shape.rows)
    rk_row_argmax(floatPointer, &places, shape.rows, shape.columns)
    return places.map(Int.init)
  }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool { withFloats { rk_is_finite($0.baseAddress!, $0.count) } }
}
