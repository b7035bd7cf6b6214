import CKernels

extension Tensor {
  /// The elementwise sum of two tensors of one shape; both float32 or both bfloat16.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    Elementwise.add(a, b).recorded(from: a, b) { dy in [dy, dy] }
  }

  /// The elementwise difference of two tensors of one shape.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let wantsB = b.isRecorded
    return Elementwise.subtract(a, b).recorded(from: a, b) { dy in
      [dy, wantsB ? Elementwise.scale(dy, by: -1) : nil]
    }
  }

  /// The elementwise product of two tensors of one shape.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let (wantsA, wantsB, x, y) = (a.isRecorded, b.isRecorded, a.constant, b.constant)
    return Elementwise.multiply(a, b).recorded(from: a, b) { dy in
      [wantsA ? Elementwise.multiply(dy, y) : nil, wantsB ? Elementwise.multiply(dy, x) : nil]
    }
  }

  /// The elementwise quotient of two tensors of one shape.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let (wantsA, wantsB, divisor) = (a.isRecorded, b.isRecorded, b.constant)
    let quotient = Elementwise.divide(a, b)
    return quotient.recorded(from: a, b) { dy in
      let da = Elementwise.divide(dy, divisor)
      return [
        wantsA ? da : nil, wantsB ? Elementwise.scale(Elementwise.multiply(da, quotient), by: -1) : nil,
      ]
    }
  }

  /// Every element of `x` times `factor`.
  public static func * (factor: Float, x: Tensor) -> Tensor {
    Elementwise.scale(x, by: factor).recorded(from: x) { dy in [Elementwise.scale(dy, by: factor)] }
  }

  /// Every element of `x` times `factor`.
  public static func * (x: Tensor, factor: Float) -> Tensor { factor * x }

  /// Every element of `x` divided by `divisor`.
  public static func / (x: Tensor, divisor: Float) -> Tensor { (1 / divisor) * x }

  /// `number` added to every element of `x`; float32.
  public static func + (x: Tensor, number: Float) -> Tensor {
    Elementwise.map(x) { x, y, count in
      for i in 0..<count { y[i] = x[i] + number }
    }.recorded(from: x) { dy in [dy] }
  }

  /// `number` added to every element of `x`; float32.
  public static func + (number: Float, x: Tensor) -> Tensor { x + number }

  /// `number` taken from every element of `x`; float32.
  public static func - (x: Tensor, number: Float) -> Tensor { x + -number }

  /// `number` less every element of `x`; float32.
  public static func - (number: Float, x: Tensor) -> Tensor { -x + number }

  /// Every element with its sign changed.
  public static prefix func - (x: Tensor) -> Tensor { -1 * x }

  /// e to the power of every element.
  public func exp() -> Tensor {
    let y = Elementwise.exp(self)
    return y.recorded(from: self) { dy in [Elementwise.multiply(dy, y)] }
  }

  /// The natural logarithm of every element.
  public func log() -> Tensor {
    let x = constant
    return Elementwise.log(self).recorded(from: self) { dy in [Elementwise.divide(dy, x)] }
  }

  /// The square root of every element; float32. Its gradient grows without bound towards 0: add an ε before.
  public func squareRoot() -> Tensor {
    let y = Elementwise.map(self) { x, y, count in
      for i in 0..<count { y[i] = x[i].squareRoot() }
    }
    return y.recorded(from: self) { dy in [Elementwise.divide(Elementwise.scale(dy, by: 0.5), y)] }
  }

  /// max(x, 0), element by element; float32 or bfloat16.
  public func relu() -> Tensor {
    let y = Elementwise.relu(self)
    return y.recorded(from: self) { dy in [Elementwise.reluGradient(dy, fromResult: y)] }
  }

  /// x / (1 + e⁻ˣ) (SiLU; Elfwing, Uchibe, Doya, arXiv:1702.03118), element by element; float32.
  public func silu() -> Tensor {
    let x = constant
    return Elementwise.map(self) { rk_silu($0, $1, $2) }.recorded(from: self) { dy in
      [Elementwise.combine(dy, x, "SiLU gradient") { rk_silu_gradient($0, $1, $2, $3) }]
    }
  }

  /// The same numbers in another data type: float32 or bfloat16 (rounded to nearest, ties to even).
  public func converted(to dataType: DataType) -> Tensor {
    if dataType == self.dataType { return self }
    let original = self.dataType
    return Elementwise.convert(self, to: dataType).recorded(from: self) { dy in
      [Elementwise.convert(dy, to: original)]
    }
  }

  /// `values` (one per column) added to every row.
  public func adding(columns values: Tensor) -> Tensor {
    let wantsValues = values.isRecorded
    return Rows.add(self, columns: values).recorded(from: self, values) { dy in
      [dy, wantsValues ? Rows.columnSums(dy).reshaped(to: values.shape) : nil]
    }
  }
}
